"""Strings of the tab "Masked pictures", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "masked.tab": ("Masked pictures", "图像掩码重构"),
    "masked.step1": ("Data", "数据"),
    "masked.step1_text": (
        "Any picture; its middle square is used. The model gets no label.",
        "任何图片，取中间的正方形。没有人告诉模型里面是什么。",
    ),
    "masked.step2": ("The label it makes itself", "数据自己产生的标签"),
    "masked.step2_text": (
        "Cut the picture into patches and hide most of them. What is hidden is the label, and it costs nothing.",
        "把图片切成小块，遮住其中大部分。被遮住的内容就是标签，不花一分钱。这就是代理任务。",
    ),
    "masked.step3": ("What the model learned", "模型学到了什么"),
    "masked.step3_text": (
        "To predict hidden patches, it had to learn how colours, edges and textures continue.",
        "要画出看不见的部分，就得知道颜色、边缘和纹理如何延续。",
    ),
    "masked.step4": ("What the features are good for", "特征有什么用"),
    "masked.step4_text": (
        "The bundled model's encoder, never trained on names, finds similar pictures among {count} emoji and photographs.",
        "内置模型的编码器从未见过名称，却能在 {count} 张表情和照片中找出相似的图片。",
    ),
    "masked.picture": ("Your picture", "你的图片"),
    "masked.model": ("Model", "模型"),
    "masked.model_bundled": (
        "trained here: {size} × {size} pixels, {millions} M parameters",
        "本项目训练：{size} × {size} 像素，{wan} 万参数",
    ),
    "masked.model_hub": (
        "{name} from the Hub: 224 × 224 pixels, 112 M parameters",
        "Hub 上的 {name}：224 × 224 像素，1.12 亿参数",
    ),
    "masked.fetch": (
        "Fetch {name} from the Hugging Face Hub ({megabytes} MB)",
        "从 Hugging Face Hub 下载 {name}（{megabytes} MB）",
    ),
    "masked.fetching": (
        "Fetching {name}, {megabytes} MB. The bundled model can be used meanwhile.",
        "正在下载 {name}（{megabytes} MB），其间内置模型照常可用。",
    ),
    "masked.fetched": ("{name} is here and chosen.", "{name} 已就绪并已选中。"),
    "masked.another_model": ("A larger model", "换一个更大的模型"),
    "masked.another_model_why": (
        "Fetch a far larger model and see whether it restores more of the same picture.",
        "下载一个大得多的模型，看它能否把同一张图重构得更好。",
    ),
    "masked.ratio": ("Mask ratio: share of the patches that are hidden", "掩码比例：被遮住的图像块所占的份额"),
    "masked.seed": ("Seed of the mask", "掩码的随机种子"),
    "masked.another": ("Another mask", "换一个掩码"),
    "masked.go": ("Hide and restore", "遮挡并重构"),
    "masked.paint": ("Paint your own mask", "自己画掩码"),
    "masked.paint_why": (
        "Hide a face, a window or a horizon by hand, and see what the model puts there.",
        "亲手遮住一张脸、一扇窗或一条地平线，看模型在那里画出什么。",
    ),
    "masked.canvas": ("Paint here", "在这里涂抹"),
    "masked.paint_text": (
        "Paint over what is to be hidden. Every patch that you paint on is hidden completely; leave at least one visible.",
        "涂抹要遮住的部分。涂到的图像块会整块遮住，至少留下一块。",
    ),
    "masked.paint_go": ("Restore what I painted over", "重构我涂掉的部分"),
    "masked.original": ("Original", "原图"),
    "masked.masked": ("What the model sees", "模型看到的"),
    "masked.restored": ("Model output for all patches", "模型对所有图像块的输出"),
    "masked.pasted": ("Model's restoration", "模型重构"),
    "masked.linear": ("Linear in-painting", "线性插值补全"),
    "masked.mean": ("Mean fill", "均值填充"),
    "masked.method_model": ("model", "模型"),
    "masked.method_linear": ("linear in-painting", "线性插值补全"),
    "masked.method_mean": ("mean fill", "均值填充"),
    "masked.verdict": (
        "{hidden} of {patches} patches hidden ({share}). Mean squared error there: **model {model}**, linear in-painting {linear}, "
        "mean fill {mean}. Lower is better.",
        "{patches} 个图像块中遮住了 {hidden} 个（{share}）。被遮部分的均方误差：**模型 {model}**，线性插值补全 {linear}，"
        "均值填充 {mean}。越低越好。",
    ),
    "masked.errors": ("Errors in numbers", "误差的数值"),
    "masked.errors_why": (
        "One picture can be luck: compare the three methods in numbers, and on pictures the model has never seen.",
        "一张图可能是运气：用数值比较三种方法，再看模型从未见过的图片。",
    ),
    "masked.errors_text": (
        "The model predicts the mean of all plausible contents, which has the smallest squared error and looks smooth. Visible "
        "patches are not part of the loss, so its output there looks odd.",
        "模型给出的是所有可能内容的平均：这样平方误差最小，画面也因此平滑。可见的图像块不计入损失，所以它在那里的输出有些怪。",
    ),
    "masked.method": ("method", "方法"),
    "masked.mse": ("mean squared error", "均方误差"),
    "masked.mse_short": ("MSE", "均方误差"),
    "masked.psnr": ("PSNR, dB", "PSNR（分贝）"),
    "masked.of_mean": ("of mean fill", "相对均值填充"),
    "masked.perfect": ("∞", "∞"),
    "masked.none": ("–", "–"),
    "masked.bars": ("Error on the hidden patches: lower is better", "被遮图像块上的误差：越低越好"),
    "masked.bars_hover": ("%{x}: MSE %{y:.4f}<extra></extra>", "%{x}：MSE %{y:.4f}<extra></extra>"),
    "masked.sweep": ("Every mask ratio", "各种掩码比例"),
    "masked.sweep_why": (
        "Hide 10 % to 95 % of it: how fast does the error of each method grow?",
        "从遮住 10 % 到 95 %：每种方法的误差增长得多快？",
    ),
    "masked.sweep_axes": ("Error over the mask ratio", "误差随掩码比例的变化"),
    "masked.sweep_x": ("mask ratio", "掩码比例"),
    "masked.sweep_hover": ("%{x:.0%} hidden: MSE %{y:.4f}", "遮住 %{x:.0%}：MSE %{y:.4f}"),
    "masked.baselines": (
        "Errors of hidden pixels, in units of 0 to 1. Mean fill: every hidden pixel takes the mean colour of the visible pixels "
        "of this picture. Linear in-painting: linear interpolation between the nearest visible pixels. PSNR is the same error in "
        "decibels: 10 dB more is a tenth of the error.",
        "像素取值 0 到 1，只计算被遮住的像素。均值填充：被遮像素一律取本图可见像素的平均颜色。线性插值补全：颜色在最近的可见像素之间直线过渡。"
        "PSNR 是同一误差的分贝表示：每高 10 分贝，误差为原来的十分之一。",
    ),
    "masked.card_scenes": (
        "On {n} test scenes at ratio 0.75 the bundled model's error is {mse}, {relative_mse} of mean fill's (PSNR {psnr} dB). On {linear_n} "
        "of them, with the same masks, it has **{same}** and linear in-painting **{linear}**: {verdict}.",
        "在 {n} 张测试风景图上，掩码比例 0.75 时内置模型的误差为 {mse}，是均值填充的 {relative_mse}（PSNR {psnr} 分贝）。在其中同样的 {linear_n} 张上，"
        "模型为 **{same}**，线性插值补全为 **{linear}**：{verdict}。",
    ),
    "masked.card_objects": (
        "On {n} test pictures of Tiny ImageNet it is {mse}, {relative_mse} (PSNR {psnr} dB); on {linear_n} of them **{same}**, linear "
        "in-painting **{linear}**: {verdict}.",
        "在 Tiny ImageNet 的 {n} 张测试图片上为 {mse}，即 {relative_mse}（PSNR {psnr} 分贝）；在其中同样的 {linear_n} 张上，"
        "模型为 **{same}**，线性插值补全为 **{linear}**：{verdict}。",
    ),
    "masked.card_better": (
        "the model is better (95 % interval of the gain: {low} to {high} points)",
        "模型更好（差值的 95 % 区间：{low} 至 {high} 个百分点）",
    ),
    "masked.card_worse": (
        "the model is worse (95 % interval of the gain: {low} to {high} points)",
        "模型更差（差值的 95 % 区间：{low} 至 {high} 个百分点）",
    ),
    "masked.card_level": (
        "the model is not better; no difference is shown (95 % interval of the gain: {low} to {high} points)",
        "模型并不更好，看不出差别（差值的 95 % 区间：{low} 至 {high} 个百分点）",
    ),
    "masked.grow_text": (
        "A small network restores your picture under the same mask at five moments of its training: colours come first, edges last.",
        "一个小网络在训练的五个时刻重构同一张遮住的图片：先学会颜色，最后才是边缘。",
    ),
    "masked.grow_curve": ("Error on unseen scenes", "未见过风景上的误差"),
    "masked.grow_axis": ("relative to mean fill", "相对均值填充"),
    "masked.grow_verdict": (
        "Squared error on your picture at this moment: **{model}**. Mean fill has {mean}, linear in-painting {linear}. Lower is better.",
        "此刻在你的图片上的均方误差：**{model}**。均值填充为 {mean}，线性插值补全为 {linear}。越低越好。",
    ),
    "masked.near_features": ("Nearest by the encoder's features", "按编码器特征最近"),
    "masked.near_pixels": ("Nearest by raw pixels", "按原始像素最近"),
    "masked.near_text": (
        "Cosine of the features, averaged over an evenly spaced ninth of the patches, beside the cosine of raw pixels.",
        "左边用特征的余弦（在均匀选取的九分之一图像块上取平均），右边用原始像素的余弦。",
    ),
    "masked.groups": ("Features or raw pixels?", "特征还是原始像素？"),
    "masked.groups_why": (
        "Eight neighbours prove little: count how often the nearest emoji is of the same kind.",
        "八个近邻说明不了什么：数一数最近的表情有多少次属于同一类。",
    ),
    "masked.retrieval": (
        "The most similar other emoji is of the same group (animals, food, ...) for **{features}** of {n} emoji by features, "
        "**{pixels}** by raw pixels; the chance level is {chance}. {verdict}",
        "在 {n} 个表情中，最相似的另一个属于同一组（动物、食物等）的比例：按特征为 **{features}**，按原始像素为 **{pixels}**，"
        "随机为 {chance}。{verdict}",
    ),
    "masked.retrieval_features": ("Features are better here.", "这里特征更好。"),
    "masked.retrieval_pixels": (
        "Raw pixels are better here: emoji have a common layout.",
        "这里原始像素反而更好：表情图都按同一套规范绘制。",
    ),
    "masked.groups_text": (
        "Features of a masked autoencoder are useful as they are, but fine-tuning adds much: ViT-L classifies ImageNet with "
        "73.5 % by a linear probe, 81.0 % after one block is fine-tuned, 84.9 % after all (He et al. 2021, figure 9).",
        "掩码自编码器的特征不微调也有用，但微调提升很大：ViT-L 在 ImageNet 上，线性探针为 73.5 %，微调一个块为 81.0 %，"
        "全部微调为 84.9 %（He 等 2021，图 9）。",
    ),
    "masked.neighbour": ("{name}, cosine {similarity}", "{name}，余弦 {similarity}"),
    "masked.look": ("Where a patch looks", "一个图像块在看哪里"),
    "masked.look_why": (
        "The encoder compares every patch with all others: click one to see which ones it uses.",
        "编码器把每个图像块与其余各块比较：点一块，看它用到了哪些块。",
    ),
    "masked.attention": ("Click a patch to see its attention", "点击一个图像块：它在看哪里？"),
    "masked.attention_text": (
        "Attention of the framed patch to all others in the encoder's last block, mean of the heads, with no patch hidden. "
        "Bright patches get the most attention.",
        "编码器最后一层中，框出的图像块对其他各块的注意力（各头平均，图中无遮挡）。最亮为最强，最暗为最弱。",
    ),
    "masked.train_example": ("error over mean fill: {value:.0%}", "误差与填均值之比：{value:.0%}"),
    "masked.break_easy_mask": ("hide only 5 % of the patches", "只遮住 5% 的图块"),
    "masked.break_rate": ("a learning rate 100 times as high", "学习率提高到 100 倍"),
}
