"""Strings of the tab "All encoders", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "compare.tab": ("All encoders", "编码器对比"),
    "compare.step1": ("Data", "数据"),
    "compare.step1_text": (
        "One picture for all of them. Nobody says what is in it.",
        "同一张图片交给所有编码器。没有人说明里面是什么。",
    ),
    "compare.step2": ("The label each one made itself", "各自从数据中产生的标签"),
    "compare.step2_text": (
        "An encoder turns a picture into a vector. Each of these was trained on another question.",
        "编码器把图片变成一个向量。下面每一个都是用不同的问题训练出来的。",
    ),
    "compare.step3": ("What the cards report", "模型卡上的成绩"),
    "compare.step3_text": (
        "Classes of CIFAR-10 read off frozen features. Only networks that were trained on its pictures are measured there; "
        "the chance level is 10 %.",
        "从冻结的特征中读出 CIFAR-10 的类别。只测了用它的图片训练过的网络；随机猜测为 10 %。",
    ),
    "compare.step4": ("What the features are good for", "特征有什么用"),
    "compare.step4_text": (
        "The most similar pictures by each encoder, of {count} bundled ones or of your own set. What counts as similar depends "
        "on the question. Click one: it is marked here and in both maps below.",
        "每个编码器找到的最相似的几张图片，来自 {count} 张内置图片或你自己的图片集。什么算相似，取决于当初训练的问题。"
        "点击一张：这里和下面两张地图都会标出它。",
    ),
    "compare.picture": ("Your picture", "你的图片"),
    "compare.encoders": ("Encoders", "编码器"),
    "compare.name_pixels": ("Pixels", "像素"),
    "compare.name_untrained": ("Untrained network", "未训练的网络"),
    "compare.name_rotation": ("Rotation", "旋转预测"),
    "compare.name_simclr": ("SimCLR", "SimCLR"),
    "compare.name_moco": ("MoCo", "MoCo"),
    "compare.name_vae": ("VAE of digits", "数字 VAE"),
    "compare.name_vqvae": ("VQ-VAE", "VQ-VAE"),
    "compare.name_masked": ("Masked autoencoder", "掩码自编码器"),
    "compare.name_gan": ("Discriminator of a GAN", "GAN 的判别器"),
    "compare.name_hub": ("Encoder from the Hub", "Hub 上的编码器"),
    "compare.name_own": ("Your model", "你的模型"),
    "compare.asked_pixels": ("no network: the colours of 32 × 32 pixels", "没有网络：32 × 32 个像素的颜色"),
    "compare.asked_rotation": ("by how much was the picture turned?", "图片转了多少？"),
    "compare.asked_simclr": (
        "which two views come from one picture, among a batch?",
        "一批视图中，哪两个来自同一张图片？",
    ),
    "compare.asked_moco": ("the same, among a queue of earlier pictures", "同样的问题，但与队列里先前的图片比较"),
    "compare.asked_vae": (
        "how does the digit look, after twenty noisy numbers?",
        "经过二十个带噪声的数之后，数字原来是什么样？",
    ),
    "compare.asked_vqvae": (
        "how does the picture look, after a map of codes?",
        "变成一张编码图之后，图片原来是什么样？",
    ),
    "compare.asked_masked": ("what do the hidden patches look like?", "被遮住的图块是什么样？"),
    "compare.asked_gan": ("is the picture real or generated?", "图片是真的还是生成的？"),
    "compare.asked_hub": ("{name}", "{name}"),
    "compare.choice": ("{name}: {asked}", "{name}：{asked}"),
    "compare.encoder": ("encoder", "编码器"),
    "compare.card_knn": ("k-NN", "k 近邻"),
    "compare.card_linear": ("linear probe", "线性探针"),
    "compare.card_n": ("test pictures", "测试图片数"),
    "compare.not_measured": ("not measured", "未测"),
    "compare.card_note": (
        "The figure of rotation belongs to the network of CIFAR-10 and to its third stage; on this tab the one of scenes and "
        "objects answers.",
        "旋转预测的成绩属于用 CIFAR-10 训练的网络的第三级特征；本页回答的是用场景与物体训练的网络。",
    ),
    "compare.neighbour": ("{name}, cosine {similarity}", "{name}，余弦 {similarity}"),
    "compare.find": ("Mark {name} in the maps", "在地图中标出：{name}"),
    "compare.among_own": ("Of the pictures that you brought.", "来自你带来的图片。"),
    "compare.encoding": ("{name}: {done} of {count} pictures encoded.", "{name}：已编码 {done} / {count} 张图片。"),
    "compare.classifying": ("{name}: {done} of {count} draws classified.", "{name}：已完成 {done} / {count} 次抽取。"),
    "compare.set": ("Pictures", "图片"),
    "compare.set_emoji": ("emoji, by their group", "表情，按所属的组"),
    "compare.set_digits": ("handwritten digits", "手写数字"),
    "compare.set_own": ("your own, by their folder", "你自己的图片，按文件夹"),
    "compare.labels": ("With few labels", "只有少量标签时"),
    "compare.labels_why": (
        "Good features need few labels: two classifiers learn from a few of them and are tested on all other pictures.",
        "好的特征只需要少量标签：两个分类器用少量标签学习，再在其余所有图片上测试。",
    ),
    "compare.per_class": ("Labels per class", "每类的标签数"),
    "compare.per_class_all": ("all", "全部"),
    "compare.labels_note": (
        "{labels} labels in each of five draws; mean and standard deviation over the draws. Chance level: {chance}. At most four "
        "fifths of a class are drawn, the rest is for the test. The accuracy is over all test pictures.",
        "每次抽取 {labels} 个标签，共五次；表中是五次的平均值和标准差。随机猜测为 {chance}。每类最多抽取五分之四，其余用于测试。"
        "正确率按全部测试图片计算。",
    ),
    "compare.confusion_encoder": ("Whose mistakes", "看哪个编码器的错误"),
    "compare.confusion_title": (
        "k-NN with four fifths of the labels: {accuracy} right",
        "k 近邻，用五分之四的标签：正确率 {accuracy}",
    ),
    "compare.predicted": ("predicted", "预测"),
    "compare.true_class": ("true class", "真实类别"),
    "compare.confusion_hover": (
        "%{y}, predicted %{x}: %{z:.0%}<extra></extra>",
        "实际 %{y}，预测 %{x}：%{z:.0%}<extra></extra>",
    ),
    "compare.geometry": ("How the features lie", "特征的分布"),
    "compare.geometry_why": (
        "Four numbers that need no labels, and that show a collapse.",
        "四个不需要标签的数，能看出特征是否坍缩。",
    ),
    "compare.geometry_text": (
        "**Alignment**: mean squared distance of two crops of one picture, each vector of length 1; lower is better (Wang & Isola "
        "2020). It is also low where all vectors are nearly the same.\n\n"
        "**Uniformity**: how evenly these vectors lie on the sphere; lower is more even, 0 is a single point (Wang & Isola 2020)."
        "\n\n**Spread**: standard deviation of the coordinates, 1 for an even spread and 0 for a collapse (Chen & He 2021)."
        "\n\n**Effective rank**: how many dimensions the features fill, at most their width (Roy & Vetterli 2007).",
        "**对齐度**：同一张图片的两次裁剪，其单位向量之间的平均平方距离，越小越好（Wang 和 Isola，2020）。若所有向量几乎相同，它也会很小。\n\n"
        "**均匀度**：这些向量在球面上铺得多均匀，越小越均匀，0 表示全部落在一点（Wang 和 Isola，2020）。\n\n"
        "**离散度**：各坐标的标准差，均匀铺开为 1，坍缩为 0（Chen 和 He，2021）。\n\n"
        "**有效秩**：特征实际占用了多少维，最多等于其宽度（Roy 和 Vetterli，2007）。",
    ),
    "compare.alignment": ("alignment", "对齐度"),
    "compare.uniformity": ("uniformity", "均匀度"),
    "compare.spread": ("spread", "离散度"),
    "compare.rank": ("effective rank", "有效秩"),
    "compare.width": ("width", "宽度"),
    "compare.map": ("Two maps", "两张地图"),
    "compare.map_why": (
        "Up to 500 pictures laid out so that alike ones are near each other, by two encoders. Click a picture to find it in both.",
        "用两个编码器各画一张图，相似的图片彼此靠近，最多 500 张。点击一张图片，可在两张图中找到它。",
    ),
    "compare.picture_map": ("Map of pictures", "图片地图"),
    "compare.how": ("Laid out by", "排布方法"),
    "compare.how_pca": ("PCA", "PCA 主成分"),
    "compare.how_tsne": ("t-SNE", "t-SNE 邻近嵌入"),
    "compare.left": ("Left map", "左图"),
    "compare.right": ("Right map", "右图"),
    "compare.computing": ("Computing t-SNE, some seconds for each map.", "正在计算 t-SNE，每张图需要几秒。"),
    "compare.map_note_pca": (
        "The two directions in which the features vary most. Your picture has an orange frame and lies where they put it.",
        "特征变化最大的两个方向。你的图片带橙色边框，按这两个方向放置。",
    ),
    "compare.map_note_tsne": (
        "t-SNE keeps neighbours together; distances between clusters mean little. It cannot place a new picture, so yours, in "
        "orange, lies on its nearest neighbour.",
        "t-SNE 让相近的图片聚在一起，簇与簇之间的距离没有多少意义。它放不了新图片，所以你的图片（橙色边框）放在最近的那张上。",
    ),
    "compare.map_click": (
        "Click a picture: it is marked in blue in both maps.",
        "点击一张图片，两张地图都会用蓝色边框标出它。",
    ),
    "compare.map_name": (
        "Or find it by its name (press Enter; again for the next one)",
        "或者按名称查找（按回车；再按一次找下一张）",
    ),
    "compare.marked": (
        "Marked in blue in both maps: {name}. A click beside all pictures removes the mark.",
        "两张地图中的蓝色边框：{name}。点击空白处取消标记。",
    ),
    "compare.pictures": ("Your own labelled pictures", "你自己的带标签图片"),
    "compare.pictures_why": (
        "Every figure of this tab, measured on the pictures that matter to you.",
        "用你关心的图片来测本页的每一个数字。",
    ),
    "compare.pictures_text": (
        "A zip archive with one folder for each label: {fewest} to {most} pictures, 2 to {labels} labels, two pictures of each or "
        "more. The encoders never see the labels. Your pictures are kept in memory for you alone, and go minutes after this "
        "window is closed.",
        "一个 zip 压缩包，每个标签一个文件夹：{fewest} 到 {most} 张图片，2 到 {labels} 个标签，每个标签至少两张。"
        "编码器看不到标签。图片只为你一人保存在内存里，关闭窗口几分钟后清除。",
    ),
    "compare.pictures_files": ("Zip archive", "zip 压缩包"),
    "compare.reading": ("{done} of {count} pictures read.", "已读取 {done} / {count} 张图片。"),
    "compare.pictures_ready": (
        "{count} pictures: {labels}. All parts of this tab now use them; remove the archive to go back.",
        "共 {count} 张图片：{labels}。本页各部分现在都使用它们；移除压缩包即可恢复。",
    ),
    "compare.pictures_left_out": (
        "Left out, because they cannot be read or lie in no folder: {count}, such as {names}.",
        "因无法读取或不在文件夹里而跳过：{count} 个，例如 {names}。",
    ),
    "compare.hub": ("A larger encoder from the Hub", "Hub 上更大的编码器"),
    "compare.hub_why": (
        "A network with many times as many parameters, trained on millions of pictures, beside the others.",
        "把参数多得多、用上百万张图片训练的网络放进来一起比较。",
    ),
    "compare.hub_text": (
        "Name any ViTMAE or DINOv2 model on the Hub with at most {limit} MB, such as `facebook/dinov2-small`. It is "
        "downloaded once for this server and then encodes the bundled pictures, which takes a minute or two.",
        "填写 Hub 上任何一个不超过 {limit} MB 的 ViTMAE 或 DINOv2 模型，例如 `facebook/dinov2-small`。它在本服务器上只下载一次，"
        "然后对内置图片编码，需要一两分钟。",
    ),
    "compare.hub_name": ("Name on the Hub", "Hub 上的名称"),
    "compare.look_up": ("Look it up", "查询"),
    "compare.found": ("{name} is a {kind} model of {megabytes} MB.", "{name} 是 {kind} 模型，{megabytes} MB。"),
    "compare.found_here": (
        "{name} is a {kind} model of {megabytes} MB, and on this server already.",
        "{name} 是 {kind} 模型，{megabytes} MB，本服务器上已经有了。",
    ),
    "compare.fetch": ("Fetch {name} ({megabytes} MB)", "下载 {name}（{megabytes} MB）"),
    "compare.fetching": (
        "Fetching {name}, {megabytes} MB. The bundled encoders go on working.",
        "正在下载 {name}，{megabytes} MB。内置编码器照常可用。",
    ),
    "compare.fetched": ("{name} can be chosen everywhere on this tab.", "现在可以在本页各处选择 {name}。"),
    "compare.own": ("Your own model", "你自己的模型"),
    "compare.own_why": (
        "A model trained on this page, or with this project, beside the others.",
        "把在本页或用本项目训练的模型放进来一起比较。",
    ),
    "compare.own_files": ("model.safetensors and card.json", "model.safetensors 和 card.json"),
    "compare.own_text": (
        "Upload `model.safetensors` and `card.json` of a picture encoder of this project, at most {megabytes} MB. Only you can use "
        "it, and it is deleted within an hour.",
        "上传本项目图片编码器的 `model.safetensors` 和 `card.json`，不超过 {megabytes} MB。只有你能使用，一小时内删除。",
    ),
    "compare.asked_own": ("from the files you uploaded", "来自你上传的文件"),
    "compare.own_ready": ("Your model can be chosen everywhere on this tab.", "现在可以在本页各处选择你的模型。"),
    "compare.own_link": (
        "Or the link of a run that was trained in this page (press Enter)",
        "或者粘贴在本页训练的链接（按回车）",
    ),
}
