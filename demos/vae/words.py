"""Strings of the tab "VAE", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "vae.tab": ("VAE interpolation", "VAE 插值"),
    "vae.step1": ("Data", "数据"),
    "vae.step1_text": (
        "Two handwritten digits without labels: pick, upload or draw them.",
        "两个没有标注的手写数字：从下方选、上传或手绘。",
    ),
    "vae.step2": ("The label it makes itself", "数据自己产生的标签"),
    "vae.step2_text": (
        "The picture is its own label: reconstruct it from a code of only 20 numbers with noise.",
        "图片就是它自己的标签：只凭 20 个带噪声的数，把它重构出来。",
    ),
    "vae.step3": ("What the model learned", "模型学到了什么"),
    "vae.step3_text": (
        "A latent space in which every point is a digit. Upper row: from A to B between the codes; lower row: between the pixels.",
        "一个处处是数字的潜空间。上排：在编码之间从 A 走到 B；下排：在像素之间。",
    ),
    "vae.step4": ("What the features are good for", "特征有什么用"),
    "vae.step4_text": (
        "The code, trained without names, finds similar digits among 200 bundled ones, here beside the 784 pixels.",
        "编码从未见过类别名称，却能在 200 个内置数字中找出相似者；旁边是用 784 个像素直接比较的结果。",
    ),
    "vae.picture_a": ("Picture A", "图片 A"),
    "vae.picture_b": ("Picture B", "图片 B"),
    "vae.end": ("The next example or drawing becomes", "下一个例子或手绘放入"),
    "vae.end_a": ("A", "A"),
    "vae.end_b": ("B", "B"),
    "vae.sketch": ("Draw a digit", "手绘一个数字"),
    "vae.sketch_why": (
        "Your own handwriting is data that the model has never seen.",
        "你自己的笔迹，是模型从未见过的数据。",
    ),
    "vae.sketch_text": (
        "Draw one digit, large. It becomes picture A or B, as chosen in step 1. As an uploaded photo it is converted to grey, white on black, "
        "centred, 28 × 28 pixels. On a photo the largest digit is looked for.",
        "请画一个大大的数字。画好后放入第 1 步所选的图片 A 或 B。与上传的照片一样，会被转成灰度、黑底白字、居中的 28 × 28 像素。"
        "照片上会先找出最大的数字。",
    ),
    "vae.sketch_label": ("Draw here", "在这里画"),
    "vae.use_sketch": ("Use the drawing", "使用这幅画"),
    "vae.seen": ("A as model input", "模型看到的 A"),
    "vae.photo": ("The digit found on the photo", "在照片上找到的数字"),
    "vae.drawn": ("Decoded sample", "由抽样解码得到"),
    "vae.code": (
        "A as {count} numbers: mean ± deviation, and one sample",
        "A 变成 {count} 个数：均值 ± 标准差，以及一次抽样",
    ),
    "vae.axis": ("latent axis", "潜变量坐标轴"),
    "vae.value": ("value", "取值"),
    "vae.mean": ("mean μ ± σ", "均值 μ ± σ"),
    "vae.draw": ("sample z = μ + σ · noise", "抽样 z = μ + σ · 噪声"),
    "vae.code_hover": (
        "axis %{x}: mean %{y:.2f} ± %{error_y.array:.2f}<extra></extra>",
        "坐标轴 %{x}：均值 %{y:.2f} ± %{error_y.array:.2f}<extra></extra>",
    ),
    "vae.draw_hover": ("axis %{x}: sample %{y:.2f}<extra></extra>", "坐标轴 %{x}：抽样 %{y:.2f}<extra></extra>"),
    "vae.seed": ("Seed", "随机种子"),
    "vae.again": ("Sample again", "再抽一次"),
    "vae.verdict": (
        "**Picture A costs {nats} nats.** The mean digit alone (the naive baseline) costs {mean_digit}, a coin toss for each "
        "pixel (chance level) {coin}. Lower is better.",
        "**图片 A 的代价是 {nats} 奈特。** 只用平均数字（朴素基线）要 {mean_digit}，每个像素抛一次硬币（随机）要 {coin}。越低越好。",
    ),
    "vae.cost": ("The code and its cost", "编码与代价"),
    "vae.cost_why": (
        "See which numbers A becomes, how much noise each one carries, and what the nats are spent on.",
        "看看 A 变成了哪些数、每个数带多少噪声，以及这些奈特花在哪里。",
    ),
    "vae.cost_text": (
        "The {nats} nats of picture A are {reconstruction} for the reconstruction and {kl} KL for the code: the negative evidence "
        "lower bound, which training minimises. Even a perfect copy costs {perfect}, because a grey pixel is read as a "
        "probability.",
        "图片 A 的 {nats} 奈特 = 重构 {reconstruction} + 传达编码的 KL {kl}，即负的证据下界，训练使它变小。就算完美复制也要 {perfect} "
        "奈特：灰色像素被当作概率，而概率总留有不确定。",
    ),
    "vae.costs": ("What picture A costs", "图片 A 的代价"),
    "vae.nats": ("nats per picture", "奈特／每张图"),
    "vae.cost_hover": ("%{x}: %{y:.1f} nats<extra></extra>", "%{x}：%{y:.1f} 奈特<extra></extra>"),
    "vae.mean_digit": ("mean digit", "平均数字"),
    "vae.coin": ("coin toss", "抛硬币"),
    "vae.perfect": ("perfect copy", "完美复制"),
    "vae.card": (
        "On {n} test digits the bundled model needs {nats} nats per picture: {reconstruction} reconstruction + {kl} KL.",
        "在 {n} 个测试数字上，内置模型平均每张需要 {nats} 奈特：重构 {reconstruction} + KL {kl}。",
    ),
    "vae.walk": ("The path as an animation", "把路径做成动画"),
    "vae.walk_why": (
        "See where on the way from A to B a picture is least like a digit, and download the animation.",
        "看看从 A 到 B 的路上哪里最不像数字，并下载动画。",
    ),
    "vae.steps": ("Number of pictures, including both ends", "路上的图片数（含两端）"),
    "vae.path": ("Path", "路径"),
    "vae.straight": ("straight line", "直线（线性插值）"),
    "vae.spherical": ("along the sphere", "沿球面（球面插值）"),
    "vae.strip": ("From A to B", "从 A 到 B"),
    "vae.film": ("Animation", "去程与回程"),
    "vae.download": ("Download the animation (GIF)", "下载动画（GIF）"),
    "vae.latent": ("between the codes", "编码之间"),
    "vae.blend": ("between the pixels", "像素之间"),
    "vae.surprise": ("Excess cost of each picture", "每张图超出的代价"),
    "vae.walk_step": ("picture on the path", "路上的第几张"),
    "vae.surprise_hover": ("picture %{x}: %{y:.1f} nats<extra></extra>", "第 %{x} 张：%{y:.1f} 奈特<extra></extra>"),
    "vae.walk_text": (
        "Half way, the picture between the codes has **an excess cost of {image} nats**, the one between the pixels (the naive "
        "baseline) {blend}; the ends have {ends} on average. Lower is more like a digit.",
        "走到一半时，编码之间的图**超出 {image} 奈特**，像素之间的图（朴素基线）超出 {blend} 奈特；两端平均 {ends} 奈特。越低越像数字。",
    ),
    "vae.excess_text": (
        "Excess cost is the cost of a picture minus the cost of its perfect copy. Between the codes, points on the path are "
        "decoded; the ends are the reconstructions of A and B. Between the pixels, these two are blended.",
        "超出的代价：每张图的代价减去完美复制它的代价。编码之间：解码路径上的点，两端就是 A 和 B 的重构。像素之间：把这两个重构图直接叠加。",
    ),
    "vae.space": ("Move through the latent space", "在潜空间中移动"),
    "vae.space_why": (
        "Choose any point, not only those between A and B, and see which digit it decodes to.",
        "不限于 A 与 B 之间：任选一点，看它解码成哪个数字。",
    ),
    "vae.workbench": (
        "The bundled digits on the two most active axes (those with the largest mean KL): axis "
        "{across} across, axis {up} up, both from −4 to 4. The model was trained without the names that colour them. Click anywhere, "
        "or move the {count} most active of the {latent} axes; all others keep the values of A.",
        "内置数字在最活跃的两个坐标轴（平均 KL 最大）上的位置：横向是第 {across} 轴，纵向是第 {up} 轴，范围都是 −4 到 "
        "4。用来着色的类别名称，模型从未见过。点击任意位置，或移动 {latent} 个坐标轴中最活跃的 {count} 个；其余的保持 A 的取值。",
    ),
    "vae.plane": ("Click a point to decode it", "点击一点即可解码"),
    "vae.decoded": ("Decoded from this point", "由该点解码"),
    "vae.slider": ("Axis {axis}", "第 {axis} 轴"),
    "vae.prior": ("Sample from the prior", "从先验抽样"),
    "vae.prior_why": (
        "24 digits that nobody wrote: codes sampled from N(0, 1), decoded.",
        "24 个没有人写过的数字：从 N(0, 1) 抽取编码，再解码。",
    ),
    "vae.samples": ("Samples of the prior", "由先验抽样"),
    "vae.grow_text": (
        "The bundled network at five moments of its training: grey before the first step, then blurred strokes, digits last.",
        "内置网络在训练的五个时刻：训练之前只有灰色，接着是模糊的笔画，最后才是数字。",
    ),
    "vae.grow_lines": (
        "A is decoded from its code; the nine samples of the prior are the same ones each time. Lower bars are better; the dashed "
        "lines are the cost of the mean digit, and of a coin toss for each pixel.",
        "A 由编码解码得到；先验的九个抽样始终相同。柱子越低越好；虚线是只用内置数字的平均图的代价，以及每个像素抛一次硬币的代价。",
    ),
    "vae.grow_drawn": ("A, decoded", "解码出的 A"),
    "vae.grow_curve": ("Cost of unseen digits", "未见过数字的代价"),
    "vae.grow_verdict": (
        "At this moment A costs **{nats} nats**; the mean digit alone (the naive baseline) costs {mean_digit}.",
        "此刻 A 的代价是 **{nats} 奈特**；只用平均数字（朴素基线）要 {mean_digit} 奈特。",
    ),
    "vae.model": ("Model", "模型"),
    "vae.model_mnist": ("trained here on MNIST", "本项目在 MNIST 上训练"),
    "vae.count": ("How many neighbours of A", "显示 A 的几个近邻"),
    "vae.near_latent": ("Nearest to A by the code", "按编码最接近 A 的"),
    "vae.near_pixels": ("Nearest to A by the 784 pixels", "按 784 个像素最接近 A 的"),
    "vae.neighbour": ("{label}, cosine {similarity}", "{label}，余弦 {similarity}"),
    "vae.votes": ("Classify by a vote of neighbours", "由近邻投票分类"),
    "vae.votes_why": (
        "Count for how many of the 200 digits the nearest neighbours know the right name.",
        "数一数 200 个数字中，有多少个能由最近的邻居说对是几。",
    ),
    "vae.by_latent": ("{count} numbers", "{count} 个数"),
    "vae.by_pixels": ("784 pixels (naive baseline)", "784 个像素（朴素基线）"),
    "vae.readout": ("Digits classified correctly by 5 neighbours (n = {n})", "由 5 个近邻判对的数字（n = {n}）"),
    "vae.accuracy": ("accuracy", "正确率"),
    "vae.readout_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "vae.readout_text": (
        "Each of the 200 digits is left out in turn and classified by a vote of its 5 nearest others. The code is {times} times "
        "smaller than the picture; most of what it lost is not needed to classify digits.",
        "200 个数字依次留出一个，由其余中最近的 5 个投票决定它的类别。编码只有图片的 1/{times}；丢掉的部分，对分辨数字大多并不需要。",
    ),
    "vae.train_example": ("squared error {value:.3f}", "平方误差 {value:.3f}"),
    "vae.break_kl_0": ("weight of the KL term 0", "KL 项的权重为 0"),
    "vae.break_kl_50": ("weight of the KL term 50", "KL 项的权重为 50"),
    "vae.break_rate": ("a learning rate 100 times as high", "学习率提高到 100 倍"),
}
