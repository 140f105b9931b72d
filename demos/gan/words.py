"""Strings of the tab "GAN", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "gan.tab": ("GAN", "生成对抗网络"),
    "gan.step1": ("Data", "数据"),
    "gan.step1_text": (
        "Photographs of 32 × 32 pixels without class names (CIFAR-10), and noise. Bring a picture to compare with them.",
        "没有类别名称的 32 × 32 像素照片（CIFAR-10），以及噪声。带一张自己的图片来比较。",
    ),
    "gan.step2": ("The label it makes itself", "数据自己产生的标签"),
    "gan.step2_text": (
        "Real or generated? The source of each picture is known, so the label is free. The discriminator learns it: a score "
        "above 0 means real, below 0 generated.",
        "真实还是生成？每张图片的来源是已知的，标签不花一分钱。判别器学的就是它：分数大于 0 表示真实，小于 0 表示生成。",
    ),
    "gan.step3": ("What the model learned", "模型学到了什么"),
    "gan.step3_text": (
        "The generator turns 64 random numbers into a picture. It never sees a real one: it learns from the discriminator's "
        "gradient alone.",
        "生成器把 64 个随机数变成一张图片。它从未见过真实图片，只靠判别器的梯度学习。",
    ),
    "gan.step4": ("What the features are good for", "特征有什么用"),
    "gan.step4_text": (
        "The discriminator's features can also classify pictures. Other features measure the generated ones: are they copies, are "
        "they like real pictures, are they as varied?",
        "判别器的特征也能判断图中有什么。别的特征可以衡量生成的图片：是不是抄来的？像不像真实图片？有没有同样的多样性？",
    ),
    "gan.picture": ("Your picture", "你的图片"),
    "gan.seen": ("As 32 × 32 pixels", "缩到 32 × 32 像素"),
    "gan.scores": ("The discriminator's scores", "判别器认为图片有多真实"),
    "gan.score_axis": ("score (above 0: real)", "分数（大于 0 为真实）"),
    "gan.share_axis": ("share", "占比"),
    "gan.score_hover": ("score %{x:.2f}: %{y:.1%} of them<extra></extra>", "分数 %{x:.2f}：占 %{y:.1%}<extra></extra>"),
    "gan.unseen": ("real, not trained on", "真实，未用于训练"),
    "gan.seen_in_training": ("real, trained on", "真实，用于训练"),
    "gan.generated": ("generated", "生成"),
    "gan.yours": ("yours", "你的图片"),
    "gan.says_real": ("real", "真实"),
    "gan.says_generated": ("generated", "生成"),
    "gan.verdict": (
        "Your picture scores **{score}**: the discriminator says **{side}**. That is more than {above_real} of unseen real pictures "
        "and {above_samples} of generated ones get. Its accuracy on both kinds is {accuracy} (chance level {chance}).",
        "你的图片得到 **{score}** 分：判别器说是**{side}**。它高于 {above_real} 的未见过的真实图片和 {above_samples} 的生成图片。两类图片它总共判对 {accuracy}"
        "（随机猜测为 {chance}）。",
    ),
    "gan.model": ("Model", "模型"),
    "gan.model_cifar10": ("trained here on CIFAR-10", "本项目在 CIFAR-10 上训练"),
    "gan.seed": ("Seed of the noise", "噪声的随机种子"),
    "gan.limit": ("Truncation: largest noise, in standard deviations", "截断：噪声最多偏离几个标准差"),
    "gan.again": ("Draw others", "换一批"),
    "gan.samples": ("24 generated pictures", "24 张生成的图片"),
    "gan.truncation": ("Limit the noise (truncation)", "限制噪声（截断）"),
    "gan.truncation_why": (
        "Noise near 0 gives more typical pictures: see what that costs in variety.",
        "噪声靠近 0，图片更典型：看看多样性为此损失多少。",
    ),
    "gan.truncation_text": (
        "Down to a limit of about 1.5 pictures become more typical and less varied. The generator was not trained on shorter noise, "
        "so its pictures fade to grey; the discriminator was not trained on grey pictures and classifies them as real.",
        "上限降到 1.5 左右为止，图片更典型、多样性更低。比这更短的噪声生成器从未见过，图片便褪成灰色；判别器也从未见过灰色图片，反而当作真实。",
    ),
    "gan.samples_text": (
        "Mean score **{score}**; variety **{variety}** of that of real pictures (mean distance of two pictures' features; {free} "
        "without a limit).",
        "平均分数 **{score}**；多样性为真实图片的 **{variety}**（两张图片特征的平均距离；不截断时为 {free}）。",
    ),
    "gan.walk": ("Walk from one seed to another", "从一个种子走到另一个"),
    "gan.walk_why": (
        "Smooth steps between two pictures are evidence that the generator has not memorised single ones.",
        "两张图片之间每一步都平滑，说明生成器不是在背诵图片。",
    ),
    "gan.walk_about": (
        "Upper row: pictures generated from points on the arc between the noise of two seeds. Lower row, the naive baseline: the two "
        "end pictures, blended.",
        "上排：两个种子的噪声之间弧线上的点，由生成器画出。下排是朴素基线：把两端的图片直接叠加。",
    ),
    "gan.end_a": ("From seed", "从种子"),
    "gan.end_b": ("To seed", "到种子"),
    "gan.steps": ("Number of pictures, with both ends", "路上的图片数（含两端）"),
    "gan.strip": ("Interpolated noise; below, interpolated pixels", "噪声之间；下排为像素之间"),
    "gan.walk_scores": ("Scores along the path", "一路上判别器的分数"),
    "gan.walk_step": ("picture", "路上的第几张"),
    "gan.walk_hover": ("picture %{x}: score %{y:.2f}<extra></extra>", "第 %{x} 张：分数 %{y:.2f}<extra></extra>"),
    "gan.latent": ("interpolated noise", "噪声之间"),
    "gan.blend": ("interpolated pixels", "像素之间"),
    "gan.walk_text": (
        "In the middle the generated picture scores {image}, the blend {blend}; the ends score {ends} on average.",
        "走到一半时，生成的图片得 {image} 分，叠加的图得 {blend} 分；两端平均 {ends} 分。",
    ),
    "gan.grow_text": (
        "The bundled generator at five moments of its training, always from the same noise.",
        "内置生成器在训练的五个时刻，始终用同样的噪声。",
    ),
    "gan.grow_about": (
        "First come blocks of random colour, then one blot, then light and dark, then textures, and finally skies, grounds and "
        "objects. The lower a bar, the nearer the pictures are to unseen real ones; the dashed line is pure noise.",
        "先是随机的色块，然后是一团模糊，再是明暗与纹理，最后出现天空、地面和物体。柱子越低，生成的图片离未见过的真实图片越近；虚线是纯噪声。",
    ),
    "gan.grow_samples": ("Twelve samples at this moment", "此刻的十二个样本"),
    "gan.grow_curve": ("Distance to unseen real pictures", "与未见过的真实图片的距离"),
    "gan.grow_verdict": (
        "At this moment the distance is **{frechet}**; that of the training pictures is {floor}, of pure noise {noise}.",
        "此刻的距离是 **{frechet}**；训练图片本身为 {floor}，纯噪声为 {noise}。",
    ),
    "gan.copies": ("Is it copied?", "是抄来的吗？"),
    "gan.copies_why": (
        "A generator could repeat its training pictures: see the one nearest to each sample, and how near it is.",
        "生成器可能只是重复训练图片：看看离每个样本最近的是哪一张，有多近。",
    ),
    "gan.copies_about": (
        "The nearest training picture to each of the first eight samples (without truncation), by the features of the contrastive "
        "tab's SimCLR encoder.",
        "对前八个样本（不截断），在全部训练图片中找出最接近的一张，距离用对比学习标签页中 SimCLR 编码器的特征计算。",
    ),
    "gan.data_note": (
        "The licence of the training pictures does not allow us to redistribute them, so this page ships numbers that describe them "
        "instead. They were compressed as JPEG (quality 75) before training.",
        "训练图片的使用条款不允许我们再分发，因此本页不附带它们的原图，只附带描述它们的数字。这些图片在到达这里之前经过了 JPEG（质量 75）压缩。",
    ),
    "gan.near_pictures": ("Samples and their nearest training pictures", "样本及其最近的训练图片"),
    "gan.nearest": ("{kind}, distance {distance}", "{kind}，距离 {distance}"),
    "gan.distances": ("Distance to the nearest training picture", "到最近的训练图片的距离"),
    "gan.distance_axis": ("distance of features", "特征距离"),
    "gan.distance_hover": (
        "distance %{x:.2f}: %{y:.1%} of them<extra></extra>",
        "距离 %{x:.2f}：占 %{y:.1%}<extra></extra>",
    ),
    "gan.mirrored": ("copies (mirrored)", "副本（左右翻转）"),
    "gan.these_samples": ("median of these samples", "这些样本的中位数"),
    "gan.copies_text": (
        "**{suspects} of {count}** samples are nearer than {threshold} to one of {gallery} training pictures and count as copies. This "
        "threshold finds {sensitivity} of mirrored copies (other copies were not tried), with false alarms for {alarms} of unseen real "
        "pictures. Median distance of these samples: **{median}**; of unseen real pictures: {unseen}; of copies: {mirrored}.",
        "{count} 个样本中有 **{suspects}** 个与 {gallery} 张训练图片之一的距离小于 {threshold}，算作副本。这个阈值能发现 {sensitivity} 的左右翻转副本（其他改动未试过），"
        "对未见过的真实图片的误报率为 {alarms}。距离的中位数：这些样本 **{median}**；未见过的真实图片 {unseen}；副本 {mirrored}。",
    ),
    "gan.pictures_here": ("Left the sample, right its nearest training picture.", "左为样本，右为最近的训练图片。"),
    "gan.no_pictures_here": (
        "The captions name the class of the nearest training picture, which the GAN was not given; the picture itself appears "
        "beside the sample if CIFAR-10 is unpacked in the folder data.",
        "图注是最近的训练图片的类别，GAN 从未被告知这些类别；若把 CIFAR-10 解压到 data 目录，图片本身会出现在样本旁边。",
    ),
    "gan.class_airplane": ("airplane", "飞机"),
    "gan.class_automobile": ("automobile", "汽车"),
    "gan.class_bird": ("bird", "鸟"),
    "gan.class_cat": ("cat", "猫"),
    "gan.class_deer": ("deer", "鹿"),
    "gan.class_dog": ("dog", "狗"),
    "gan.class_frog": ("frog", "青蛙"),
    "gan.class_horse": ("horse", "马"),
    "gan.class_ship": ("ship", "船"),
    "gan.class_truck": ("truck", "卡车"),
    "gan.quality": ("How good are the pictures?", "图片有多好？"),
    "gan.quality_why": (
        "Measured on thousands of samples: how near they are to real pictures, how many look real, and what is missing.",
        "在几千个样本上衡量：离真实图片有多近，有多少看起来真实，又缺了什么。",
    ),
    "gan.quality_about": (
        "The Fréchet distance between the SimCLR features of thousands of generated and thousands of unseen real pictures. It is not "
        "FID, which uses another network's features: compare it with the bars here only. Precision is the share of samples that look "
        "real, recall the share of real pictures that the generator can draw.",
        "几千张生成的图片与几千张未见过的真实图片，比较二者 SimCLR 特征的弗雷歇距离。这不是 FID（它用另一个网络的特征）：只能与这里的柱子比较。"
        "精确率是看起来真实的样本的占比，召回率是它画得出的真实图片的占比。",
    ),
    "gan.frechet": ("Distance to real pictures (low is good)", "与真实图片的距离（越低越好）"),
    "gan.frechet_axis": ("Fréchet distance", "弗雷歇距离"),
    "gan.frechet_hover": ("%{x}: %{y:.2f}<extra></extra>", "%{x}：%{y:.2f}<extra></extra>"),
    "gan.training_pictures": ("training pictures", "训练图片"),
    "gan.blurred": ("the same, blurred", "训练图片，模糊"),
    "gan.this_generator": ("this generator", "这个生成器"),
    "gan.noise": ("pure noise", "纯噪声"),
    "gan.coverage": ("Effect of truncation", "截断的影响"),
    "gan.limit_axis": ("largest noise", "噪声的上限（标准差）"),
    "gan.no_limit": ("no limit", "不截断"),
    "gan.precision": ("precision", "精确率"),
    "gan.recall": ("recall", "召回率"),
    "gan.coverage_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "gan.card": (
        "Fréchet distance to {n} unseen test pictures: **{frechet}** from 5,000 samples, {many} from 10,000; training pictures "
        "{floor} (the floor), the same blurred {blurred}, pure noise {noise}. Precision **{precision}**, recall **{recall}** "
        "(training pictures: {real_precision} and {real_recall}).",
        "与 {n} 张未见过的测试图片的弗雷歇距离：5,000 个样本为 **{frechet}**，10,000 个样本为 {many}；训练图片 {floor}（下限），模糊后 {blurred}，纯噪声 {noise}。"
        "精确率 **{precision}**，召回率 **{recall}**（训练图片：{real_precision} 与 {real_recall}）。",
    ),
    "gan.features": ("k-NN accuracy of its features", "图中是什么？判别器特征的 k 近邻"),
    "gan.right": ("accuracy", "正确率"),
    "gan.features_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "gan.trained": ("discriminator", "判别器"),
    "gan.untrained": ("untrained", "未训练"),
    "gan.features_text": (
        "With k-NN (k = 200) the discriminator's features classify **{knn}** of {n} test pictures correctly; the same network "
        "untrained {untrained}, chance level 10 %.\n\nIt classifies {accuracy} of real and generated pictures correctly (chance "
        "level 50 %): the closer to chance level, the better the generator. The discriminator was trained against this generator only, "
        "so it gives smooth pictures a high score, whatever they show. It only needs features that reveal the generator, so methods made "
        "for features do better: see the contrastive tab.",
        "由 200 个近邻投票，判别器的特征能判对 {n} 张测试图片中的 **{knn}**；未训练的同一网络为 {untrained}，随机猜测为 10 %。\n\n"
        "真实与生成的图片它能分清 {accuracy}（随机为 50 %）：越接近随机，生成器越好。它只见识过这一个生成器：平滑的图片无论内容如何都容易得高分。"
        "它只需学会识破生成器的特征，所以专为特征设计的方法更好：见对比学习标签页。",
    ),
}
