"""Strings of the tab "Contrastive views", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "contrastive.tab": ("Contrastive", "对比学习"),
    "contrastive.step1": ("Data", "数据"),
    "contrastive.step1_text": (
        "{low} to {high} pictures of anything, without names. The middle square of each is used.",
        "{low} 到 {high} 张任意图片，不需要名称。每张取中间的正方形。",
    ),
    "contrastive.step2": ("The label it makes itself", "数据自己产生的标签"),
    "contrastive.step2_text": (
        "Each picture is cropped, recoloured and mirrored twice at random. The label of view 1a is its partner 1b; all "
        "other views are negatives.",
        "每张图片随机裁剪、变色、翻转两次，得到两个视图。视图 1a 的标签就是它的配对 1b，其余视图都是负样本。",
    ),
    "contrastive.step3": ("What the model learned", "模型学到了什么"),
    "contrastive.step3_text": (
        "To find each view's partner: cosines of pairs (outlined) should be high, all others low.",
        "为每个视图找出配对：成对视图（描边）的余弦相似度应当高，其余应当低。",
    ),
    "contrastive.step4": ("What the features are good for", "特征有什么用"),
    "contrastive.step4_text": (
        "The encoder was trained without names. Its features find similar pictures among {count} bundled emoji and "
        "photographs, and the nearest neighbours predict what a picture shows.",
        "编码器从未见过名称，其特征却能在 {count} 张内置表情和照片中找出相似的图片，近邻还能说出图中是什么。",
    ),
    "contrastive.pictures": ("Your pictures", "你的图片"),
    "contrastive.set_mixed": ("eight different", "八张各异"),
    "contrastive.set_alike": ("look-alikes", "相似的图"),
    "contrastive.set_many": ("sixteen", "十六张"),
    "contrastive.crop": ("smallest crop", "最小裁剪"),
    "contrastive.jitter": ("colour jitter", "颜色抖动"),
    "contrastive.greyscale": ("greyscale", "灰度"),
    "contrastive.blur": ("blur", "模糊"),
    "contrastive.flip": ("flip", "翻转"),
    "contrastive.seed": ("seed", "随机种子"),
    "contrastive.augment": ("How strongly views differ", "视图的变化有多强"),
    "contrastive.augment_why": (
        "Set each random change yourself, and see which one makes partners hard to find.",
        "自己设定每种随机变化，看看哪一种让配对最难找。",
    ),
    "contrastive.again": ("Draw two new views of each", "重新生成两个视图"),
    "contrastive.views": ("Each picture, its view a and its view b", "每张图片及其视图 a 和视图 b"),
    "contrastive.sizes": (
        "Left to right: the picture, its view a, its view b. Each encoder gets the views at its own size in pixels: {sizes}.",
        "从左到右：图片、视图 a、视图 b。每个编码器按自己的尺寸（像素）看视图：{sizes}。",
    ),
    "contrastive.size": ("{encoder} {size} × {size}", "{encoder} {size} × {size}"),
    "contrastive.encoder": ("Encoder", "编码器"),
    "contrastive.simclr": ("SimCLR", "SimCLR"),
    "contrastive.moco": ("MoCo", "MoCo"),
    "contrastive.rotation": ("rotation", "旋转预测"),
    "contrastive.untrained": ("untrained", "未训练"),
    "contrastive.pixels": ("plain pixels", "原始像素"),
    "contrastive.space": ("Compare by", "比较的对象"),
    "contrastive.projections": ("projections", "投影"),
    "contrastive.features": ("features", "特征"),
    "contrastive.verdict": (
        "**{encoder}**: the most similar other view is the partner for **{found} of {views}** views; by plain pixels for "
        "{pixels} of {views}; by random guessing for 1 in {others} ({chance}).",
        "**{encoder}**：{views} 个视图中有 **{found}** 个与自己的正样本最相似；用原始像素是 {pixels} 个；随机猜测的概率是 1/{others}（{chance}）。",
    ),
    "contrastive.no_head": (
        "The rotation network has no projection head, so its features are compared.",
        "旋转预测网络没有投影头，因此比较的是它的特征。",
    ),
    "contrastive.matrix_projections": ("Cosine of the projections of all views", "所有视图投影的余弦相似度"),
    "contrastive.matrix_features": ("Cosine of the features of all views", "所有视图特征的余弦相似度"),
    "contrastive.matrix_hover": (
        "%{y} and %{x}: cosine %{z:.2f}<extra></extra>",
        "%{y} 与 %{x}：余弦 %{z:.2f}<extra></extra>",
    ),
    "contrastive.temperature": ("Temperature", "温度"),
    "contrastive.nats": ("nats", "奈特"),
    "contrastive.loss_title": ("NT-Xent of each view", "每个视图的 NT-Xent 损失"),
    "contrastive.loss_hover": ("%{x}: %{y:.2f} nats<extra></extra>", "%{x}：%{y:.2f} 奈特<extra></extra>"),
    "contrastive.loss": ("The loss of each view", "每个视图的损失"),
    "contrastive.loss_why": (
        "See which views are hardest, what the temperature changes, and which pictures the loss pushes apart by mistake.",
        "看哪些视图最难、温度改变什么，以及哪些图片会被损失错误地推开。",
    ),
    "contrastive.loss_about": (
        "NT-Xent is the cross-entropy of a softmax over each row of the matrix. It is low where a view is much more similar "
        "to its partner than to all others. The lower the temperature, the more the most similar negatives count. In the "
        "training the loss is taken on the projections; what is kept afterwards are the features from which they are made.",
        "NT-Xent 对矩阵的每一行做 softmax，再对配对取交叉熵。视图与配对的相似度比与其他视图高得越多，损失就越低；温度越低，最相似的负样本就越重要。"
        "训练时损失在投影上计算；训练后保留的是生成投影的特征。",
    ),
    "contrastive.loss_text": (
        "At temperature {temperature} the mean is **{mean}** nats; if all views were equally similar it would be "
        "log {others} = {chance}. Hardest: {hardest} with {worst}.",
        "温度为 {temperature} 时平均损失为 **{mean}** 奈特；若所有视图同样相似，则为 log {others} = {chance}。最难的是 {hardest}：{worst}。",
    ),
    "contrastive.grow_text": (
        "A small SimCLR network compares the same views at five moments of its training: at first all cosines are near 1, then "
        "partners (outlined) stand out.",
        "一个小 SimCLR 网络在训练的五个时刻比较同样的视图：起初所有余弦都接近 1，随后成对的视图（描边）显现出来。",
    ),
    "contrastive.grow_verdict": (
        "At this moment the most similar other view is the partner for **{found} of {views}** views; by plain pixels for "
        "{pixels}; by random guessing for 1 in {others}. Mean cosine of positive pairs: **{partners}**, of negative pairs: "
        "**{strangers}**. Mean loss at temperature {temperature}: **{loss}** nats (if all views were equally similar: {chance}).",
        "此刻 {views} 个视图中有 **{found}** 个与自己的正样本最相似；用原始像素是 {pixels} 个；随机猜测的概率是 1/{others}。平均余弦："
        "正样本 **{partners}**，负样本 **{strangers}**。温度为 {temperature} 时平均损失为 **{loss}** 奈特（若全都一样：{chance}）。",
    ),
    "contrastive.grow_curve": ("Accuracy on CIFAR-10 by k-NN", "CIFAR-10 的 k 近邻分类正确率"),
    "contrastive.dictionary": ("MoCo's dictionary", "MoCo 的字典"),
    "contrastive.dictionary_why": (
        "MoCo compares with keys that were made some steps ago: see why the network that makes them must change slowly.",
        "MoCo 与前几步生成的键作比较：看看生成键的网络为什么必须变得慢。",
    ),
    "contrastive.dictionary_text": (
        "MoCo looks up a view among the keys in a queue, which gets 256 new keys per step, made by the key network of that "
        "step. The key network is a moving average of the query network: k = m k + (1 - m) q. With a small momentum m, keys of "
        "different ages come from different networks and drift apart; with m near 1 they agree, but the key network lags "
        "behind. The key networks here are computed from the weights of a small MoCo network along 512 training steps; "
        "sixteen keys of each step are shown.",
        "MoCo 在队列里等待的键中寻找另一个视图：每一步加入 256 个新键，由当时的键网络生成。键网络缓慢跟随被训练的网络：k = m k + (1 − m) q。"
        "动量 m 小时，不同年龄的键来自差别很大的网络，彼此漂移；m 接近 1 时键保持一致，但键网络会落在后面。这里的键网络由一个小 MoCo "
        "网络在 512 步训练中真实的权重计算得出；每一步显示 16 个键。",
    ),
    "contrastive.momentum_label": ("Momentum m of the key network", "键网络的动量 m"),
    "contrastive.momentum": ("momentum m", "动量 m"),
    "contrastive.query_views": (
        "Two views: the query, and what its key is made of",
        "两个视图：查询，以及生成键的视图",
    ),
    "contrastive.queue": ("Cosine of the query and each key in the queue", "查询与队列中每个键的余弦相似度"),
    "contrastive.queue_x": ("keys of one step", "同一步的键"),
    "contrastive.queue_hover": (
        "%{text}, %{y} steps old: %{z:.2f}<extra></extra>",
        "%{text}，%{y} 步之前：%{z:.2f}<extra></extra>",
    ),
    "contrastive.age": ("age in steps", "年龄（步）"),
    "contrastive.cosine": ("cosine", "余弦相似度"),
    "contrastive.by_age": ("Cosines by age of the key", "键如何变老"),
    "contrastive.age_drift": ("keys of one picture, now and then (drift)", "同一图片现在与当时的键（漂移）"),
    "contrastive.age_positive": ("query and its own key", "查询与自己的键"),
    "contrastive.age_queue": ("query and the queue", "查询与队列"),
    "contrastive.drift": ("How far keys drift in 16 steps", "键在 16 步内漂移多少"),
    "contrastive.drift_y": ("1 - cosine", "1 − 余弦"),
    "contrastive.step": ("step", "步"),
    "contrastive.curves": ("A training at m = {momentum}", "以 m = {momentum} 训练"),
    "contrastive.curve_positive": ("query and its own key", "查询与自己的键"),
    "contrastive.curve_negative": ("query and the queue", "查询与队列"),
    "contrastive.learned": (
        "CIFAR-10 by k-NN after {steps} steps at each m",
        "各 m 训练 {steps} 步后 CIFAR-10 的 k 近邻正确率",
    ),
    "contrastive.dictionary_verdict": (
        "At m = **{momentum}** and step {step} the key network is {lag} steps behind on average. Keys that are 16 steps old "
        "have a cosine of **{drift}** with keys made now. The query has a cosine of **{positive}** with its own key and of "
        "{queue} with the queue on average; its own key beats **{above}** of the {keys} keys shown (chance level: 50 %).",
        "m = **{momentum}**、第 {step} 步时，键网络平均落后 {lag} 步。等待了 16 步的键与现在生成的键的余弦为 **{drift}**。查询与自己的键的余弦为 "
        "**{positive}**，与队列平均为 {queue}；它胜过所示 {keys} 个键中的 **{above}**（随机为 50 %）。",
    ),
    "contrastive.false_negatives": (
        "Most similar different pictures: {pairs}. If two of them show the same kind of thing, the loss still pushes them "
        "apart: a false negative.",
        "在它看来最相似的不同图片：{pairs}。如果其中两张其实是同一类东西，损失仍会把它们推开：这就是假负例。",
    ),
    "contrastive.pair": ("{one} and {other} ({cosine})", "{one} 与 {other}（{cosine}）"),
    "contrastive.comma": (", ", "，"),
    "contrastive.which": ("Number of the picture", "第几张图片"),
    "contrastive.neighbours": ("Most similar in the gallery", "图库中最相似的图片"),
    "contrastive.neighbour": ("{name}, cosine {similarity}", "{name}，余弦 {similarity}"),
    "contrastive.right": ("accuracy", "正确率"),
    "contrastive.knn_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "contrastive.accuracy": ("Accuracy on CIFAR-10", "CIFAR-10 上的正确率"),
    "contrastive.accuracy_why": (
        "The usual test of features: how well they tell ten classes apart, beside those of an untrained network.",
        "检验特征的常用方法：与未训练的网络相比，它们能把十类图片分得多清。",
    ),
    "contrastive.card_knn": ("CIFAR-10 classes by k-NN", "CIFAR-10：图中是什么？k 近邻"),
    "contrastive.card_linear": ("CIFAR-10 classes by a linear probe", "CIFAR-10：图中是什么？线性探测"),
    "contrastive.card_knn_text": (
        "By k-NN (a vote of the 200 nearest training pictures): {shares}.",
        "k 近邻（最近的 200 张训练图片投票）：{shares}。",
    ),
    "contrastive.card_linear_text": (
        "By a linear probe (one layer, trained with labels on frozen features): {shares}.",
        "线性探测（在冻结的特征上用名称训练一层）：{shares}。",
    ),
    "contrastive.share": ("{encoder} {share}", "{encoder} {share}"),
    "contrastive.card": (
        "{n} test pictures of ten classes (chance level {chance}), features of 50,000 training pictures as the gallery. This CIFAR-10 was "
        "passed through JPEG (quality 75), so figures for the lossless original may differ.",
        "十类共 {n} 张测试图片（随机猜测为 {chance}），以 50,000 张训练图片的特征为图库。这里的 CIFAR-10 经过 JPEG（质量 75）压缩，与无损原版的数字"
        "可能不同。",
    ),
    "contrastive.groups": ("All encoders on the emoji", "所有编码器在表情上的比较"),
    "contrastive.groups_why": (
        "See whose features predict an emoji's group best, and how hard plain pixels are to beat.",
        "看哪个编码器的特征最能判断表情的类别，以及原始像素有多难超越。",
    ),
    "contrastive.probe_title": ("Emoji: which of nine groups? k-NN", "表情属于九类中的哪一类？近邻投票"),
    "contrastive.largest": ("largest group", "最大的一类"),
    "contrastive.probe_text": (
        "{n} emoji, each classified by its {neighbours} nearest others. Drawings on white can be classified by their outlines, "
        "so plain pixels are a strong baseline here.",
        "{n} 个表情，每个由最近的 {neighbours} 个其他表情投票判断。白底图画凭轮廓就能分辨：原始像素在这里是很强的对手。",
    ),
    "contrastive.train_example": ("cosine of the views: {value:.2f}", "两个视图的余弦：{value:.2f}"),
    "contrastive.break_cold": ("temperature 0.01", "温度 0.01"),
    "contrastive.break_hot": ("temperature 5", "温度 5"),
    "contrastive.break_no_crop": (
        "no cropping and no colour changes: the two views are nearly the same picture",
        "不裁剪也不改颜色：两个视图几乎是同一张图",
    ),
    "contrastive.break_tiny_batch": ("a batch of 4 pictures", "每批只有 4 张图片"),
    "contrastive.break_positives": (
        "positives only: nothing pushes other pictures away",
        "只有正样本：没有任何项推开别的图片",
    ),
    "contrastive.break_rate": ("a learning rate 100 times as high", "学习率提高到 100 倍"),
}
