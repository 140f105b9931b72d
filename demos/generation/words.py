"""Strings of the tab "Does it help?", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "generation.tab": ("Does it help?", "有用吗？"),
    "generation.step1": ("Data", "数据"),
    "generation.step1_text": (
        "Six arms of one experiment learned from the same {pictures} photographs of 32 × 32 pixels (CIFAR-10), and again from "
        "handwritten digits (MNIST), where help is less likely. Three arms are told what to draw by references: 1 to {high} "
        "pictures, which you choose here.",
        "同一个实验的六组模型，用同样的 {pictures} 张 32 × 32 像素照片（CIFAR-10）训练，并在手写数字（MNIST）上重做一遍，那里自监督未必有用。其中三组由参考图决定画什么："
        "在这里选择 1 到 {high} 张图片。",
    ),
    "generation.step2": ("The label it makes itself", "数据自己产生的标签"),
    "generation.step2_text": (
        "All arms ask: real or generated? Some ask more, and every answer is known for nothing: how far was it turned, which "
        "picture is another view of it, and which picture do its nearest neighbours describe?",
        "所有组都问：真实还是生成？有的组还多问一句，而答案都不花钱：图片转了多少？哪一张是它的另一个视图？它的近邻描述的是哪张图片？",
    ),
    "generation.step3": ("What the models learned", "模型学到了什么"),
    "generation.step3_text": (
        "Six generators of the same build, each with its own way of learning. The same noise goes through all of them.",
        "六个结构相同的生成器，各有各的学法。同样的噪声送进每一个。",
    ),
    "generation.step4": ("What the features are good for", "特征有什么用"),
    "generation.step4_text": (
        "The tutorial behind this page says that self-supervised features lower a generator's Fréchet distance to real pictures. "
        "Here is what happened when it was tried.",
        "本页所依据的教程说：自监督特征能降低生成器与真实图片的弗雷歇距离。下面是实际试验的结果。",
    ),
    "generation.references": ("References", "参考图"),
    "generation.set_mixed": ("mixed", "混合"),
    "generation.set_animals": ("animals", "动物"),
    "generation.set_vehicles": ("vehicles", "交通工具"),
    "generation.data_note": (
        "Each picture is cut square and shrunk to 32 pixels, then turned into 256 numbers by the SimCLR encoder of the contrastive "
        "tab. The generators never see the picture, only these numbers.",
        "每张图片会被裁成正方形并缩到 32 像素，再由对比学习标签页的 SimCLR 编码器变成 256 个数。生成器看不到图片本身，只看到这些数。",
    ),
    "generation.labels": ("The first reference and its labels", "第一张参考图及其标签"),
    "generation.labels_text": (
        "From left to right: the first reference as the networks see it; its four turns, of which the arm *rotation* asks which is "
        "which; two views, of which the arm *contrastive* asks which belong together. The arms with references get the five "
        "training pictures most like a picture, itself left out, and shall draw the picture.",
        "从左到右：网络看到的第一张参考图；它的四种转向，“旋转”组要分辨转了多少；两个视图，“对比”组要找出谁与谁同源。带参考图的各组得到与某张训练图片最相似的另外五张，"
        "要画出的就是那张图片。",
    ),
    "generation.arm_plain": ("plain GAN", "普通 GAN"),
    "generation.arm_rotation": ("+ rotation", "＋旋转"),
    "generation.arm_contrastive": ("+ contrastive", "＋对比"),
    "generation.arm_references": ("references (attention)", "参考图（注意力）"),
    "generation.arm_untrained": ("references (untrained encoder)", "参考图（未训练编码器）"),
    "generation.arm_mean": ("references (mean)", "参考图（取平均）"),
    "generation.same_noise": (
        "#### The same noise through all arms\nEight pictures each. The arms with references are told by those of eight training "
        "pictures, the same for all three.",
        "#### 同样的噪声经过每一组\n每组八张。带参考图的三组使用同样八张训练图片的参考图。",
    ),
    "generation.seed": ("Seed of the noise", "噪声的随机种子"),
    "generation.again": ("Draw others", "换一批"),
    "generation.set": ("Trained on", "训练数据"),
    "generation.arms": ("Six arms, the same noise", "六组，同样的噪声"),
    "generation.drawn": ("{arm}: distance {distance}", "{arm}：距离 {distance}"),
    "generation.grow_text": (
        "All six at three moments of their training, for CIFAR-10; of MNIST only the finished ones are here. The bars are the Fréchet distance to "
        "unseen real pictures on SimCLR features, with 5,000 samples.",
        "六组在训练的三个时刻（仅 CIFAR-10；MNIST 只有训练完的模型）。柱子是在 SimCLR 特征上与未见过的真实图片的弗雷歇距离，用 5,000 个样本。",
    ),
    "generation.distances_now": ("Distance at this moment (low is good)", "此刻的距离（越低越好）"),
    "generation.frechet_axis": ("Fréchet distance", "弗雷歇距离"),
    "generation.now": (
        "Nearest to real pictures: **{best}** with {low}; farthest: {high}. One training each, on this network's features: step 4 "
        "shows how much chance there is in it.",
        "离真实图片最近的是**{best}**：{low}；最远的是 {high}。每组只是一次训练，只用这一个网络的特征：偶然性有多大，见第 4 步。",
    ),
    "generation.now_before": (
        "Before the first step no arm has learned anything; the distances, {low} to {high}, differ by the numbers that the networks happened to "
        "begin with.",
        "第一步之前，哪一组都还什么也没学到；距离从 {low} 到 {high}，差别只来自网络碰巧的初始值。",
    ),
    "generation.told": (
        "#### Told by your references\nThree arms draw from the references of step 1, each eight times, always from the same noise. Eight "
        "heads of attention decide what is taken from which reference; the noise asks.",
        "#### 由你的参考图决定\n三组模型按第 1 步的参考图各画八张，噪声始终相同。八个注意力头决定从哪张参考图取什么，提问的是噪声。",
    ),
    "generation.told_pictures": ("Drawn from your references", "按你的参考图生成"),
    "generation.which": ("Heads of which picture", "看第几张的注意力"),
    "generation.columns": (
        "The references as the encoder gets them, in the order of the columns",
        "编码器看到的参考图，顺序与列相同",
    ),
    "generation.heads": ("What each head takes from each reference", "每个头从每张参考图取多少"),
    "generation.reference": ("reference", "参考图"),
    "generation.head": ("head", "头"),
    "generation.heads_hover": (
        "head %{y} takes %{z:.1%} from reference %{x}<extra></extra>",
        "第 %{y} 个头从参考图 %{x} 取 %{z:.1%}<extra></extra>",
    ),
    "generation.heads_text": (
        "On average over its heads this picture takes most from reference **{favourite}**: {share}; evenly it would be {even}. "
        "Another noise moves {moved} of a head's weight elsewhere: near 0 %, the noise asks for nothing and the heads have fixed tastes.",
        "各个头平均来看，这张图片从第 **{favourite}** 张参考图取得最多：{share}；平均分配应为 {even}。换一个噪声，每个头平均有 {moved} 的权重移到别处：若接近 0 %，"
        "说明噪声什么也没问，各个头的偏好是固定的。",
    ),
    "generation.found_head": ("#### What was found", "#### 结果"),
    "generation.arm": ("Arm", "组"),
    "generation.row": ("{network}, {count}", "{network}，{count}"),
    "generation.precision": ("Precision", "精确率"),
    "generation.recall": ("Recall", "召回率"),
    "generation.seeds": ("Seeds", "种子数"),
    "generation.real": ("real pictures", "真实图片"),
    "generation.on_network": ("On {network} features, 5,000 samples", "{network} 特征，5,000 个样本"),
    "generation.none": ("none", "无"),
    "generation.comma": (", ", "、"),
    "generation.found": (
        "On **{set}**, with {seeds} seeds an arm, an arm counts as different from the plain GAN only if all its seeds lie on one side of all "
        "of the plain GAN's, by both networks (of two arms that are alike, {luck} would part so by luck on one network). **Lower: {lower}.** Higher: {higher}. Not told apart: {open}.",
        "在 **{set}** 上，每组 {seeds} 个种子；只有当一组的全部种子按两个网络都落在普通 GAN 全部种子的同一侧，才算不同（两组本无差别时，仅凭运气在一个网络上这样分开的概率是 {luck}）。**更低：{lower}。**更高：{higher}。分不出：{open}。",
    ),
    "generation.found_one_seed": (
        "On **{set}** each arm was trained once, so nothing is called different. From the lowest distance on EfficientNet's features: {order}.",
        "在 **{set}** 上每组只训练了一次，因此不下“不同”的结论。按 EfficientNet 特征的距离从低到高：{order}。",
    ),
    "generation.control_lower": (
        "The control: references told by a trained encoder lead to a lower distance than references of an untrained one. What was learned matters, not only that a reference is given.",
        "对照：用训练过的编码器描述参考图，距离低于用未训练的编码器。起作用的是学到的东西，而不只是给了参考图。",
    ),
    "generation.control_higher": (
        "The control contradicts the claim: references of an untrained encoder lead to a lower distance than those of a trained one.",
        "对照与说法相反：用未训练的编码器描述参考图，距离反而更低。",
    ),
    "generation.control_apart_not": (
        "The control: references of a trained encoder and of an untrained one are not told apart by both networks. So it is not shown that what the encoder learned is what helps.",
        "对照：两个网络没有一致地把训练过的编码器与未训练的编码器分开。因此没有证明起作用的是编码器学到的东西。",
    ),
    "generation.heads_lower": (
        "Attention over the references leads to a lower distance than their mean.",
        "对参考图用注意力，距离低于直接取平均。",
    ),
    "generation.heads_higher": (
        "The mean of the references leads to a lower distance than attention over them.",
        "直接取参考图的平均，距离反而低于用注意力。",
    ),
    "generation.heads_apart_not": (
        "Attention over the references and their plain mean are not told apart by both networks.",
        "对参考图用注意力与直接取平均，两个网络没有一致地分出高下。",
    ),
    "generation.careful": (
        "How to read this: lower is nearer to unseen real pictures; brackets and bars span the seeds. Neither distance is FID; "
        "compare only within a column. Distances of 5,000 samples tend to be larger than those of 10,000, since few samples look farther away; where pictures are bad anyway it does not show. SimCLR features also tell the arms with "
        "references what to draw, so these arms are graded by their own teacher there; EfficientNet-Lite0 (trained on ImageNet's labels, 96 pixels) is the independent opinion. And these arms know "
        "at every draw which training picture to be like, which the others do not, and read it with a part of their own (generators of up to {read} parameters; the others have {alone}). Small networks, {steps} steps ({other} on MNIST) on one CPU core: what holds here need not hold for large ones.",
        "怎样读：数值越低，离未见过的真实图片越近；括号和误差线表示各种子的范围。两种距离都不是 FID，只能在同一列内比较。5,000 个样本的距离往往大于 10,000 个的，因为样本少会显得更远；图片本来就差时则看不出来。"
        "SimCLR 特征同时也告诉带参考图的组该画什么，所以在那一列它们是由自己的老师打分；EfficientNet-Lite0（用 ImageNet 标签训练，96 像素）是独立的意见。此外，这些组每次都知道要像哪张训练图片，并有专门的部分来读它（生成器最多 {read} 个参数，其他组为 {alone} 个）；其他组并不知道。"
        "网络很小，在一个 CPU 核上只训练 {steps} 步（MNIST 为 {other} 步）：在这里成立的，大模型上未必成立。",
    ),
    "generation.no_fid": (
        "FID itself is not in the table: Inception's weights are no part of this project and could not be fetched where it was measured.",
        "表中没有 FID 本身：Inception 的权重不属于本项目，在测量的机器上也无法下载。",
    ),
    "generation.measure_head": (
        "#### Measure now\nUp to 1,024 pictures are drawn and compared with all unseen real ones (the set chosen above, the seed of step 3), before your eyes.",
        "#### 现在就测\n当场生成最多 1,024 张图片，与全部未见过的真实图片比较（使用上面选的数据和第 3 步的种子）。",
    ),
    "generation.measure": ("Measure", "开始测量"),
    "generation.not_measured": ("Choose an arm and measure: a few seconds.", "选择一组，开始测量：需要几秒钟。"),
    "generation.measured": ("measured now", "现在测得"),
    "generation.recorded": ("on record", "记录值"),
    "generation.measure_title": ("{arm}: the distance falls with the number of pictures", "{arm}：距离随图片数下降"),
    "generation.count_axis": ("pictures drawn", "生成的图片数"),
    "generation.measure_hover": ("%{x} pictures: %{y:.2f}<extra></extra>", "%{x} 张图片：%{y:.2f}<extra></extra>"),
    "generation.measuring": (
        "{arm}, {count} pictures: {distance} ± {error} ...",
        "{arm}，{count} 张图片：{distance} ± {error} ……",
    ),
    "generation.measure_text": (
        "{arm}: **{distance} ± {error}** with {count} pictures, where {few} gave {first} and the record of this generator with {many} says {recorded}. The generator did not change: the fall is the bias of "
        "counting few pictures, not an improvement. The error is the jackknife's.",
        "{arm}：{count} 张图片时为 **{distance} ± {error}**；{few} 张时为 {first}，这个生成器 {many} 张的记录为 {recorded}。生成器没有变：下降是样本少造成的偏差，不是变好了。误差由刀切法估计。",
    ),
    "generation.published": (
        "#### What others found\nPublished FIDs without and with self-supervision: a rotation loss (SSGAN; reimplemented in kwotsin/mimicry) on the first three sets, features of an encoder as the condition "
        "(RCG, LTH14/rcg) on ImageNet. On faces, which always stand upright, the rotation loss made it worse. FIDs are no distances of this page: compare directions, not numbers.",
        "#### 别人的结果\n已发表的 FID，不用与使用自监督：前三行是旋转损失（SSGAN，见 kwotsin/mimicry 的复现），ImageNet 一行以编码器特征为条件（RCG，见 LTH14/rcg）。人脸总是正立的，旋转损失反而使结果变差。"
        "FID 与本页的距离不是一回事：只比较方向，不比较数值。",
    ),
    "generation.published_set": ("Set", "数据集"),
    "generation.without": ("FID without", "不用自监督的 FID"),
    "generation.with": ("FID with", "使用自监督的 FID"),
    "generation.change": ("Change", "变化"),
}
