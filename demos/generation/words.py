"""Strings of the tab "Does it help?", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "generation.tab": ("Does it help?", "有用吗？"),
    "generation.step1": ("Data", "数据"),
    "generation.step1_text": (
        "{pictures} photographs (CIFAR-10), or handwritten digits (MNIST). Three of six arms are also given references: 1 to {high} "
        "pictures, which you choose here.",
        "{pictures} 张照片（CIFAR-10），或者手写数字（MNIST）。六组中有三组还会得到参考图：在这里选择 1 到 {high} 张图片。",
    ),
    "generation.step2": ("The label it makes itself", "数据自己产生的标签"),
    "generation.step2_text": (
        "All arms classify pictures as real or generated. Some have a further label, which costs nothing: a rotation, another view, or "
        "the picture that references describe.",
        "所有组都问：真实还是生成？有的组还多问一句，而答案都不花钱：转了多少？哪一张是它的另一个视图？参考图描述的是哪张图片？",
    ),
    "generation.step3": ("What the models learned", "模型学到了什么"),
    "generation.step3_text": (
        "Six generators, each trained in its own way, draw from the same noise.",
        "六个生成器，各有各的学法，从同样的噪声生成图片。",
    ),
    "generation.step4": ("What the features are good for", "特征有什么用"),
    "generation.step4_text": (
        "The tutorial behind this page says that self-supervised features lower a generator's Fréchet distance to real pictures. "
        "These are the results of an experiment.",
        "本页所依据的教程说：自监督特征能降低生成器与真实图片的弗雷歇距离。下面是实际试验的结果。",
    ),
    "generation.references": ("References", "参考图"),
    "generation.set_mixed": ("mixed", "混合"),
    "generation.set_animals": ("animals", "动物"),
    "generation.set_vehicles": ("vehicles", "交通工具"),
    "generation.labels": ("The first reference and its labels", "第一张参考图及其标签"),
    "generation.labels_text": (
        "Above: the four rotations of the first reference, which the arm *rotation* classifies. Below: the reference as the networks see "
        "it, and two views, which the arm *contrastive* matches. The arms with references draw a training picture from the five others "
        "most like it.",
        "上排：第一张参考图的四种转向，“旋转”组要分辨转了多少。下排：网络看到的这张图，以及两个视图，“对比”组要找出谁与谁同源。"
        "带参考图的各组得到与某张训练图片最相似的另外五张，要画出的就是那张图片。",
    ),
    "generation.arm_plain": ("plain GAN", "普通 GAN"),
    "generation.arm_rotation": ("+ rotation", "＋旋转"),
    "generation.arm_contrastive": ("+ contrastive", "＋对比"),
    "generation.arm_references": ("references (attention)", "参考图（注意力）"),
    "generation.arm_untrained": ("references (untrained encoder)", "参考图（未训练编码器）"),
    "generation.arm_mean": ("references (mean)", "参考图（取平均）"),
    "generation.seed": ("Seed of the noise", "噪声的随机种子"),
    "generation.again": ("Draw others", "换一批"),
    "generation.set": ("Trained on", "训练数据"),
    "generation.arms": ("Six arms, the same noise; below, their distances", "六组，同样的噪声；下方是距离"),
    "generation.drawn": ("{arm}: {distance}", "{arm}：{distance}"),
    "generation.grow_text": (
        "What did the six arms draw from this noise before their training, and after a quarter of it?",
        "训练之前、训练四分之一之后，六组用同样的噪声画出什么？",
    ),
    "generation.grow_about": (
        "CIFAR-10 only; for MNIST there are only the finished arms. The distance is Fréchet's to unseen real pictures on SimCLR "
        "features, with 5,000 samples, as in step 3.",
        "仅限 CIFAR-10；MNIST 只有训练完的模型。距离与第 3 步相同：在 SimCLR 特征上与未见过的真实图片的弗雷歇距离，用 5,000 个样本。",
    ),
    "generation.distances_now": (
        "Fréchet distance to real pictures (low is good)",
        "与真实图片的弗雷歇距离（越低越好）",
    ),
    "generation.frechet_axis": ("Fréchet distance", "弗雷歇距离"),
    "generation.now": (
        "Nearest to real pictures: **{best}** with {low}. The plain GAN, the baseline, has {plain}; the farthest arm {high}. Each arm was "
        "trained once here: step 4 shows the variation between seeds.",
        "离真实图片最近的是**{best}**：{low}。作为基线的普通 GAN 是 {plain}，最远的一组是 {high}。这里每组只是一次训练：偶然性有多大，见第 4 步。",
    ),
    "generation.now_before": (
        "Before the first step no arm has learned anything; the distances, {low} to {high}, differ only by the random first "
        "weights.",
        "第一步之前，哪一组都还什么也没学到；距离从 {low} 到 {high}，差别只来自网络碰巧的初始值。",
    ),
    "generation.conditioned": ("Conditioned on your references", "由你的参考图决定"),
    "generation.conditioned_why": (
        "Do the pictures follow the references of step 1, and which reference does each attention head use?",
        "生成的图片跟着第 1 步的参考图走吗？每个注意力头用的是哪一张？",
    ),
    "generation.conditioned_text": (
        "Each reference is cropped square and resized to 32 × 32, then encoded as 256 numbers by the contrastive tab's SimCLR encoder; "
        "the generators see only these numbers. Three arms draw from them, each eight times, always from the same noise. Eight "
        "attention heads weigh the references; the query is the noise.",
        "每张参考图会被裁成正方形并缩到 32 像素，再由对比学习标签页的 SimCLR 编码器变成 256 个数；生成器看不到图片本身，只看到这些数。"
        "三组模型据此各画八张，噪声始终相同。八个注意力头决定从哪张参考图取什么，提问的是噪声。",
    ),
    "generation.conditioned_pictures": ("Drawn from your references", "按你的参考图生成"),
    "generation.which": ("Attention weights of picture", "看第几张的注意力"),
    "generation.columns": ("The encoder's inputs, in the order of the columns", "编码器看到的参考图，顺序与列相同"),
    "generation.heads": ("Weight of each reference per head", "每个头从每张参考图取多少"),
    "generation.reference": ("reference", "参考图"),
    "generation.head": ("head", "头"),
    "generation.heads_hover": (
        "head %{y}, reference %{x}: %{z:.1%}<extra></extra>",
        "第 %{y} 个头从参考图 %{x} 取 %{z:.1%}<extra></extra>",
    ),
    "generation.heads_text": (
        "On average over the heads, reference **{favourite}** has the largest weight for this picture: {share}; equal weights would be {even}. "
        "Another noise moves {moved} of a head's weight: near 0 % the noise has no effect and the weights of the heads are fixed.",
        "各个头平均来看，这张图片从第 **{favourite}** 张参考图取得最多：{share}；平均分配应为 {even}。换一个噪声，每个头平均有 {moved} 的权重移到别处：若接近 0 %，"
        "说明噪声什么也没问，各个头的偏好是固定的。",
    ),
    "generation.study": ("All distances of the study", "试验的全部距离"),
    "generation.study_why": (
        "See how far the arms lie apart and how much the seeds of one arm differ, by the features of two networks.",
        "看看各组相差多少、同一组的不同种子又相差多少，分别用两个网络的特征来量。",
    ),
    "generation.arm": ("Arm", "组"),
    "generation.row": ("{network}, {count}", "{network}，{count}"),
    "generation.precision": ("Precision", "精确率"),
    "generation.recall": ("Recall", "召回率"),
    "generation.parameters": ("Generator's parameters", "生成器参数"),
    "generation.seeds": ("Seeds", "种子数"),
    "generation.real": ("real pictures", "真实图片"),
    "generation.on_network": ("On {network} features, 5,000 samples", "{network} 特征，5,000 个样本"),
    "generation.none": ("none", "无"),
    "generation.comma": (", ", "、"),
    "generation.found": (
        "On **{set}**, with {seeds} seeds per arm, an arm is called different from the plain GAN only if all its seeds lie on one side of all "
        "seeds of the plain GAN, on both networks (the false positive rate on one network is {rate}). **Distance lower: {lower}.** Higher: {higher}. Undecided: {open}.",
        "在 **{set}** 上，每组 {seeds} 个种子；只有当一组的全部种子按两个网络都落在普通 GAN 全部种子的同一侧，才算不同（两组本无差别时，仅凭运气在一个网络上这样分开的概率是 {rate}）。**距离更低：{lower}**。更高：{higher}。分不出：{open}。",
    ),
    "generation.recall_found": (
        "**Recall** (the share of real pictures that a generator can draw) is compared by the same rule, on SimCLR features only. The plain GAN's is {low} to {high}. "
        "**Lower: {lower}.** Higher: {higher}. Undecided: {open}.",
        "**召回率**（真实图片中生成器画得出的占比）按同样的规则比较，只用 SimCLR 特征；普通 GAN 为 {low} 至 {high}。**更低：{lower}**。更高：{higher}。分不出：{open}。",
    ),
    "generation.precision_found": (
        "**Precision** (the share of samples that look real) is compared in the same way. The plain GAN's is {low} to {high}. "
        "Lower: {lower}. **Higher: {higher}.** Undecided: {open}.",
        "**精确率**（看起来真实的样本的占比）同样比较；普通 GAN 为 {low} 至 {high}。更低：{lower}。**更高：{higher}**。分不出：{open}。",
    ),
    "generation.with_range": ("{arms} ({low} to {high})", "{arms}（{low} 至 {high}）"),
    "generation.found_one_seed": (
        "On **{set}** each arm was trained once, so no arm is called different. From the lowest distance on EfficientNet's features: {order}.",
        "在 **{set}** 上每组只训练了一次，因此不下“不同”的结论。按 EfficientNet 特征的距离从低到高：{order}。",
    ),
    "generation.control_lower": (
        "The control: references of a trained encoder lead to a lower distance than references of an untrained one. What the encoder learned matters, not only that references are given.",
        "对照：用训练过的编码器描述参考图，距离低于用未训练的编码器。起作用的是学到的东西，而不只是给了参考图。",
    ),
    "generation.control_higher": (
        "The control contradicts the claim: references of an untrained encoder lead to a lower distance than those of a trained one.",
        "对照与说法相反：用未训练的编码器描述参考图，距离反而更低。",
    ),
    "generation.control_undecided": (
        "The control: the two networks do not agree on a difference between references of a trained encoder and of an untrained one. So it is not shown that what the encoder learned helps.",
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
    "generation.heads_undecided": (
        "The two networks do not agree on a difference between attention over the references and their mean.",
        "对参考图用注意力与直接取平均，两个网络没有一致地分出高下。",
    ),
    "generation.careful": (
        "How to read this: lower is nearer to unseen real pictures; brackets and bars span the seeds. Neither distance is FID; "
        "compare only within a column. Distances of 5,000 samples tend to be larger than those of 10,000, because few samples bias the distance upwards; with bad pictures this is not visible. The arms with "
        "references are conditioned on SimCLR features, so the SimCLR distance favours them; EfficientNet-Lite0 (trained on ImageNet's labels, 96 pixels) is the independent measure. For each sample these arms also "
        "know a training picture to resemble, which the others do not, and have extra layers to read it (generators of up to {read} parameters; the others have {alone}). Small networks, {steps} steps ({other} on MNIST) on one CPU core: the results need not hold for large ones.",
        "怎样读：数值越低，离未见过的真实图片越近；括号和误差线表示各种子的范围。两种距离都不是 FID，只能在同一列内比较。5,000 个样本的距离往往大于 10,000 个的，因为样本少会显得更远；图片本来就差时则看不出来。"
        "SimCLR 特征同时也告诉带参考图的组该画什么，所以在那一列它们是由自己的老师打分；EfficientNet-Lite0（用 ImageNet 标签训练，96 像素）是独立的意见。此外，这些组每次都知道要像哪张训练图片，并有专门的部分来读它（生成器最多 {read} 个参数，其他组为 {alone} 个）；其他组并不知道。"
        "网络很小，在一个 CPU 核上只训练 {steps} 步（MNIST 为 {other} 步）：在这里成立的，大模型上未必成立。",
    ),
    "generation.no_fid": (
        "FID is not in the table: Inception's weights are not part of this project and could not be fetched on the measuring machine.",
        "表中没有 FID 本身：Inception 的权重不属于本项目，在测量的机器上也无法下载。",
    ),
    "generation.measure": ("Measure a distance now", "现场测量一次距离"),
    "generation.measure_why": (
        "Watch how the distance depends on the number of pictures, although the generator stays the same.",
        "看距离怎样随图片数变化，而生成器始终没变。",
    ),
    "generation.measure_about": (
        "Up to 1,024 pictures are drawn now and compared with all unseen real ones: the set chosen above, the seed of step 3. It takes "
        "a few seconds.",
        "当场生成最多 1,024 张图片，与全部未见过的真实图片比较（使用上面选的数据和第 3 步的种子），需要几秒钟。",
    ),
    "generation.go": ("Measure", "开始测量"),
    "generation.not_measured": (
        "Diamonds are recorded distances of this generator. Choose an arm and press Measure.",
        "菱形是这个生成器的记录值。选择一组，然后开始测量。",
    ),
    "generation.measured": ("measured now", "现在测得"),
    "generation.recorded": ("recorded", "记录值"),
    "generation.measure_title": (
        "{arm}: the distance decreases with the number of pictures",
        "{arm}：距离随图片数下降",
    ),
    "generation.count_axis": ("pictures drawn", "生成的图片数"),
    "generation.measure_hover": ("%{x} pictures: %{y:.2f}<extra></extra>", "%{x} 张图片：%{y:.2f}<extra></extra>"),
    "generation.measuring": (
        "{arm}, {count} pictures: {distance} ± {error} ...",
        "{arm}，{count} 张图片：{distance} ± {error} ……",
    ),
    "generation.measure_text": (
        "{arm}: **{distance} ± {error}** with {count} pictures, {first} with {few}; the recorded distance of this generator with {many} is {recorded}. The generator does not change: few pictures bias "
        "the distance upwards, so it usually falls with more of them, which is not an improvement. A single run may rise. The error is estimated by the jackknife.",
        "{arm}：{count} 张图片时为 **{distance} ± {error}**；{few} 张时为 {first}，这个生成器 {many} 张的记录为 {recorded}。生成器没有变：样本少时距离偏大，所以样本增多时通常会下降，这不是变好了；单次运行也可能上升。误差由刀切法估计。",
    ),
    "generation.published": ("Published results", "别人的结果"),
    "generation.published_why": (
        "Others trained larger GANs without and with a rotation loss: on one of four sets it did harm.",
        "别人用更大的 GAN 比较过不用与使用旋转损失：四个数据集中有一个变差了。",
    ),
    "generation.published_text": (
        "Published FIDs of one GAN without and with a rotation loss (SNGAN and SSGAN, reimplemented with equal networks in kwotsin/mimicry). With it faces (CelebA) are worse; bedrooms (LSUN) and the other two sets are better. "
        "FIDs are not comparable with the distances of this page: compare directions, not numbers.",
        "已发表的 FID：同一个 GAN 不用与使用旋转损失（SNGAN 与 SSGAN，kwotsin/mimicry 用相同的网络复现）。用了以后，人脸（CelebA）变差，卧室（LSUN）和另外两个数据集变好。"
        "FID 与本页的距离不是一回事：只比较方向，不比较数值。",
    ),
    "generation.published_set": ("Set", "数据集"),
    "generation.without": ("FID without (SNGAN)", "不用旋转损失的 FID（SNGAN）"),
    "generation.with": ("FID with (SSGAN)", "使用旋转损失的 FID（SSGAN）"),
    "generation.change": ("Change", "变化"),
}
