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
        "Cut the picture into patches and hide most of them. The hidden patches are the label, and it costs nothing.",
        "把图片切成小块，遮住其中大部分。被遮住的内容就是标签，不花一分钱。这就是代理任务。",
    ),
    "masked.step3": ("What the model learned", "模型学到了什么"),
    "masked.step3_text": (
        "To predict hidden patches, the model must know how colours, edges and textures continue. It predicts the mean of all "
        "plausible contents, which has the smallest squared error and looks smooth. Visible patches are not part of the loss, so "
        "its output there looks odd.",
        "要画出看不见的部分，就得知道颜色、边缘和纹理如何延续。它回答的是所有可能内容的平均，所以画面平滑：平方误差最小正要求如此。"
        "对可见的部分从没有要求过它，所以那里画得有些怪。",
    ),
    "masked.step4": ("What the features are good for", "特征有什么用"),
    "masked.step4_text": (
        "The encoder was trained without names. Its features, averaged over an evenly spaced ninth of the patches, find similar "
        "pictures among {count} bundled emoji and photographs. This part always uses the bundled model.",
        "编码器从未见过名称。把它对九分之一图像块（均匀选取）的特征取平均，就能在 {count} 张内置表情和照片中找出相似的图片。此处始终使用内置模型。",
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
    "masked.by_chance": ("At random", "随机遮挡"),
    "masked.by_hand": ("Paint it", "手绘掩码"),
    "masked.ratio": ("Mask ratio: share of the patches that are hidden", "掩码比例：被遮住的图像块所占的份额"),
    "masked.seed": ("Seed of the mask", "掩码的随机种子"),
    "masked.another": ("Another mask", "换一个掩码"),
    "masked.go": ("Hide and restore", "遮挡并重构"),
    "masked.canvas": ("Paint over what is to be hidden", "涂抹要遮住的部分"),
    "masked.paint_text": (
        "Every patch that you paint on is hidden completely. Leave at least one visible.",
        "涂到的图像块会整块遮住，至少留下一块。",
    ),
    "masked.paint_go": ("Restore what I painted over", "重构我涂掉的部分"),
    "masked.original": ("Original", "原图"),
    "masked.masked": ("What the model sees", "模型看到的"),
    "masked.restored": ("Model output", "模型画出的"),
    "masked.pasted": ("Output in the hidden patches", "与可见部分拼合"),
    "masked.linear": ("Linear in-painting", "线性插值补全"),
    "masked.mean": ("Mean fill", "均值填充"),
    "masked.method_model": ("model", "模型"),
    "masked.method_linear": ("linear in-painting", "线性插值补全"),
    "masked.method_mean": ("mean fill", "均值填充"),
    "masked.verdict": (
        "**{hidden} of {patches} patches hidden** ({share}). Squared error there: model **{model}**, linear in-painting "
        "{linear}, mean fill {mean}.",
        "**{patches} 个图像块中遮住了 {hidden} 个**（{share}）。被遮部分的均方误差：模型 **{model}**，线性插值补全 {linear}，均值填充 {mean}。",
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
    "masked.sweep": ("The same picture at every mask ratio", "同一张图片在各种掩码比例下"),
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
    "masked.joined": ("{first} {second}", "{first}{second}"),
    "masked.grow_text": (
        "A small network restores your picture under the mask of step 2, at five moments of its training. It begins with the "
        "mean colour of the visible patches, then learns colours, and edges last. Lower bars are better.",
        "一个小网络在训练的五个时刻重构你的图片（使用第 2 步的掩码）。它从可见部分的平均颜色起步，先学会颜色，最后才是边缘。柱子越低越好。",
    ),
    "masked.grow_curve": ("Error on unseen scenes", "未见过风景上的误差"),
    "masked.grow_axis": ("relative to mean fill", "相对均值填充"),
    "masked.grow_verdict": (
        "Squared error on your picture at this moment: **{model}**. The naive baseline, mean fill, has {mean}, linear in-painting {linear}.",
        "此刻在你的图片上的均方误差：**{model}**。朴素基线均值填充为 {mean}，线性插值补全为 {linear}。",
    ),
    "masked.near_features": ("Nearest by the encoder's features", "按编码器特征最近"),
    "masked.near_pixels": ("Nearest by raw pixels", "按原始像素最近"),
    "masked.retrieval": (
        "The most similar other emoji is of the same group (animals, food, ...) for {features} of {n} emoji by features, {pixels} "
        "by raw pixels; the chance level is {chance}. Pixels are better here: emoji have a common layout. Features of a masked "
        "autoencoder are useful as they are, but fine-tuning adds much: ViT-L classifies ImageNet with 73.5 % by a linear probe, 81.0 % "
        "after one block is fine-tuned, 84.9 % after all (He et al. 2021, figure 9).",
        "在 {n} 个表情中，最相似的另一个属于同一组（动物、食物等）的比例：按特征为 {features}，按原始像素为 {pixels}，随机为 {chance}。"
        "像素反而更好：表情图都按同一套规范绘制。掩码自编码器的特征不微调也有用，但微调提升很大：ViT-L 在 ImageNet 上，线性探针为 73.5 %，"
        "微调一个块为 81.0 %，全部微调为 84.9 %（He 等 2021，图 9）。",
    ),
    "masked.neighbour": ("{name}, cosine {similarity}", "{name}，余弦 {similarity}"),
    "masked.attention": ("Click a patch to see its attention", "点击一个图像块：它在看哪里？"),
    "masked.attention_text": (
        "Attention of the framed patch to all others in the encoder's last block, mean of the heads, with no patch hidden. "
        "Bright patches get the most attention.",
        "编码器最后一层中，框出的图像块对其他各块的注意力（各头平均，图中无遮挡）。最亮为最强，最暗为最弱。",
    ),
}
