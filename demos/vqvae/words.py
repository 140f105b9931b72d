"""Strings of the tab "VQ-VAE", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "vqvae.tab": ("VQ-VAE codes", "VQ-VAE 离散编码"),
    "vqvae.step1": ("Data", "数据"),
    "vqvae.step1_text": (
        "Any picture; its middle square is used. The model gets no label.",
        "任何图片，取中间的正方形。没有人告诉模型里面是什么。",
    ),
    "vqvae.step2": ("The label it makes itself", "数据自己产生的标签"),
    "vqvae.step2_text": (
        "The picture is its own label: reconstruct it. Between encoder and decoder, each position holds only one entry of a codebook.",
        "图片就是它自己的标签：把它重构出来。但中间每个位置只能写下码本中的一个条目。",
    ),
    "vqvae.step3": ("What the model learned", "模型学到了什么"),
    "vqvae.step3_text": (
        "An encoder, a codebook and a decoder, trained together: the picture is decoded from its codes alone.",
        "编码器、码本和解码器一起训练：只凭编码把图片还原出来。",
    ),
    "vqvae.step4": ("What the features are good for", "特征有什么用"),
    "vqvae.step4_text": (
        "Codes can be counted like the words of a text. Emoji with the most similar histogram of codes come first (a bag of visual "
        "words); beside them, the naive baseline: pixels.",
        "编码可以像文章里的词一样计数。使用各编码的频率最接近的表情排在最前（视觉词袋）；旁边是朴素基线：直接比较像素。",
    ),
    "vqvae.picture": ("Your picture", "你的图片"),
    "vqvae.size": ("Size of the model's input", "模型看到的尺寸"),
    "vqvae.pixels": ("{size} × {size} pixels", "{size} × {size} 像素"),
    "vqvae.model": ("Model", "模型"),
    "vqvae.model_photos": ("trained here on scenes and objects", "本项目在场景与物体上训练"),
    "vqvae.map": ("The code map over the picture", "叠在图片上的编码图"),
    "vqvae.map_text": (
        "{grid} × {grid} = {places} codes, each a number below {entries}; equal codes have equal colours. That is {bits} bits, "
        "{times} times fewer than the {raw} bits of the pixels.",
        "{grid} × {grid} = {places} 个编码，每个都是小于 {entries} 的整数，相同的编码颜色相同。共 {bits} 比特，只有像素 {raw} 比特的 "
        "1/{times}。",
    ),
    "vqvae.reconstruction": ("Decoded from the codes", "由编码重构的图片"),
    "vqvae.baselines": ("The same bits, spent in other ways", "同样的比特数，换别的方法"),
    "vqvae.baselines_why": (
        "An error says little alone: compare the reconstruction with those of a Gaussian bottleneck, JPEG and one mean colour.",
        "单看一个误差说明不了什么：把重构结果与高斯瓶颈、JPEG 和平均颜色放在一起比较。",
    ),
    "vqvae.rates": (
        "Codewords of equal length take {bits} bits for the code map: {dim} bits per dimension, a dimension being one colour of a "
        "pixel. Codewords fitted to the frequency of each code in training take {fitted} bits ({fitted_dim} per dimension).",
        "用等长码字，编码图需要 {bits} 比特：每维 {dim} 比特，一维即一个像素的一种颜色。若按训练中各编码的频率分配码字长度，则为 {fitted} "
        "比特（每维 {fitted_dim}）。",
    ),
    "vqvae.picture_original": ("Original", "原图"),
    "vqvae.picture_model": ("VQ-VAE", "VQ-VAE 重构"),
    "vqvae.picture_gaussian": ("Gaussian bottleneck", "高斯瓶颈"),
    "vqvae.picture_jpeg": ("JPEG", "JPEG 压缩"),
    "vqvae.picture_mean": ("Mean colour", "平均颜色"),
    "vqvae.verdict": (
        "The codes reconstruct this picture with **{model} dB** PSNR (more is better). At about as many bits a Gaussian bottleneck "
        "has {gaussian} dB and JPEG {jpeg} dB; one mean colour, the naive baseline, has {mean} dB.",
        "这些编码把图片重构到 **{model} dB** PSNR（越高越好）。比特数相近时，高斯瓶颈得到 {gaussian} dB，JPEG 得到 {jpeg} dB；"
        "朴素基线（只用一种平均颜色）得到 {mean} dB。",
    ),
    "vqvae.perfect": ("no error", "毫无误差"),
    "vqvae.method": ("method", "方法"),
    "vqvae.psnr": ("PSNR in dB", "PSNR（dB）"),
    "vqvae.bits": ("bits", "比特"),
    "vqvae.per_dim": ("bits per dimension", "每维比特"),
    "vqvae.extra": ("{bits} + {bytes} bytes of header", "{bits} + 文件头 {bytes} 字节"),
    "vqvae.method_model": ("VQ-VAE", "VQ-VAE"),
    "vqvae.method_gaussian": ("Gaussian bottleneck", "高斯瓶颈"),
    "vqvae.method_jpeg": ("JPEG", "JPEG 压缩"),
    "vqvae.method_mean": ("mean colour (naive baseline)", "平均颜色（朴素基线）"),
    "vqvae.short_model": ("VQ-VAE", "VQ-VAE"),
    "vqvae.short_gaussian": ("Gaussian", "高斯"),
    "vqvae.short_jpeg": ("JPEG", "JPEG 压缩"),
    "vqvae.short_mean": ("mean colour", "平均颜色"),
    "vqvae.bars": ("Mean squared error at about as many bits", "比特数相近时的均方误差"),
    "vqvae.bars_hover": ("%{x}: %{y:.4f}<extra></extra>", "%{x}：%{y:.4f}<extra></extra>"),
    "vqvae.methods_text": (
        "**Gaussian bottleneck**: a VAE with the same encoder and decoder, but a Gaussian at each position; one sample is decoded. "
        "Its bits are the KL divergence, which training keeps near the bits of the codes; they differ from picture to picture, and "
        "only bits-back coding can reach them. It was trained for {gaussian_steps} steps, the VQ-VAE for {steps}.\n\n**JPEG**: the best "
        "quality whose picture data fit into as many bytes (or the lowest, if none does). Its header is counted separately, since its "
        "tables are the same for all pictures. JPEG is not trained, and is designed for larger pictures.",
        "**高斯瓶颈**：即 VAE 的思路。编码器和解码器结构相同，但每个位置是一个高斯分布，解码一次抽样。它的比特数是 KL 散度，训练时被约束在编码的"
        "比特数附近；每张图各不相同，而且只有 bits-back 编码才能达到。它训练了 {gaussian_steps} 步，VQ-VAE 训练了 {steps} 步。\n\n**JPEG**："
        "图像数据不超过同样字节数的最高质量（若都放不下，则取最低质量）。文件头单独列出，因为其中的表对所有图片都相同。JPEG 没有学过任何东西，"
        "而且是为更大的图片设计的。",
    ),
    "vqvae.card": (
        "On {n} test scenes of 64 × 64 pixels: VQ-VAE {psnr} dB, Gaussian bottleneck {gaussian} dB ({gaussian_dim} bits per dimension), JPEG "
        "{jpeg} dB, mean colour {mean} dB. The codes take {dim} bits per dimension, {fitted} with codewords fitted to their frequency; "
        "{used} of the {entries} entries are used, perplexity {perplexity}. These are rates of the code map alone, not the likelihood "
        "bounds that papers give in the same unit.",
        "在 {n} 张 64 × 64 像素的测试场景上：VQ-VAE {psnr} dB，高斯瓶颈 {gaussian} dB（每维 {gaussian_dim} 比特），JPEG {jpeg} dB，平均颜色 {mean} "
        "dB。编码每维 {dim} 比特，按频率分配码字后为 {fitted} 比特；{entries} 个条目中用到了 {used}，困惑度 {perplexity}。这里只是编码图的码率，"
        "不是论文里以同样单位给出的似然界。",
    ),
    "vqvae.edit": ("Paint with codes", "用编码作画"),
    "vqvae.edit_why": (
        "What does a code stand for? Put it at other positions of the map and see what the decoder draws there.",
        "一个编码代表什么？把它放到编码图的其他位置，看解码器在那里画出什么。",
    ),
    "vqvae.edit_text": (
        "Choose a code on the sheet, by its number, or by a click on the map of step 2. Then click the picture: the positions "
        "around the click get that code and the map is decoded again. The sheet shows the output of the decoder for a map of a "
        "single code, from dark to bright, in each row from warm to cold.",
        "在码本图上选一个编码，也可以输入编号，或点击第 2 步的编码图取用。再点击图片：点击处周围的位置换成这个编码，"
        "然后重新解码。码本图显示整张图都是同一个编码时解码器画出的样子，由暗到亮，每行由暖到冷。",
    ),
    "vqvae.after": ("Click the picture to paint with the code", "点击图片，用该编码作画"),
    "vqvae.before": ("Decoded without the edits", "不做修改的解码结果"),
    "vqvae.sheet": ("The codebook: click to choose a code", "码本：点击选择编码"),
    "vqvae.code": ("Code", "编码"),
    "vqvae.look": ("Decoded", "解码结果"),
    "vqvae.mean": ("Mean region around it", "选择它的位置的平均"),
    "vqvae.brush": ("Brush, in positions per side", "画笔大小（每边的位置数）"),
    "vqvae.undo": ("Undo", "撤销"),
    "vqvae.clear": ("Undo all", "全部撤销"),
    "vqvae.edits": ("Edits", "修改"),
    "vqvae.edits_info": (
        "One per line: row, column, brush, code; rows and columns count from 0. Change them, then click elsewhere.",
        "每行一个：行、列、画笔、编码；行列从 0 数起。改动之后点击别处即可生效。",
    ),
    "vqvae.nothing_painted": ("Nothing is painted yet.", "还没有作画。"),
    "vqvae.painted": (
        "Edits: {edits}. They changed {places} of {of} codes ({share}) and {changed} of the pixels: the decoder also reads the neighbours of a "
        "code, so a change reaches beyond its position.",
        "修改 {edits} 次，改变了 {of} 个编码中的 {places} 个（{share}），以及 {changed} 的像素：解码器也会看相邻的编码，所以改动会越出它的位置。",
    ),
    "vqvae.entry": (
        "Code **{code}** is at {count} of the {places} positions of the bundled photographs; in training it was at {share} of all positions "
        "(uniform use: {even}). First a map of this code alone, decoded; then the mean of the 12 × 12 pixels around its positions.",
        "编码 **{code}** 在内置照片的 {places} 个位置中出现 {count} 次；训练中有 {share} 的位置选择它（均匀使用为 {even}）。先是整张图都是它时的"
        "解码结果，再是选择它的位置周围 12 × 12 像素的平均。",
    ),
    "vqvae.entry_dead": (
        "Code **{code}** is unused here: it is at none of the {places} positions of the bundled photographs; in training it was at {share} of all "
        "positions (uniform use: {even}). A map of this code alone can still be decoded; there is no mean region to show.",
        "编码 **{code}** 在这里是死码：内置照片的 {places} 个位置都没有选择它；训练中有 {share} 的位置选择它（均匀使用为 {even}）。"
        "仍可解码整张图都是它的编码图；平均图则没有可显示的内容。",
    ),
    "vqvae.usage": ("Which codes are used", "哪些编码被使用"),
    "vqvae.usage_why": (
        "An unused entry is wasted: see how often each one is chosen, in the bundled photographs and in your picture.",
        "没人选择的条目是浪费：看看每个编码在内置照片和你的图片中出现得多频繁。",
    ),
    "vqvae.usage_title": ("Frequency of codes", "各编码被选择的频率"),
    "vqvae.usage_bundled": ("bundled photographs", "内置照片"),
    "vqvae.usage_picture": ("your picture", "你的图片"),
    "vqvae.usage_hover": ("rank %{x}: %{y:.2%}<extra></extra>", "第 %{x} 位：%{y:.2%}<extra></extra>"),
    "vqvae.even": ("uniform use", "全部均匀"),
    "vqvae.rank": ("codes by rank", "编码（由高频到低频）"),
    "vqvae.chosen": ("share of positions", "占位置的比例"),
    "vqvae.usage_text": (
        "**Perplexity {perplexity} of {entries}** on the bundled photographs: the number of equally frequent codes with the same entropy ({entries} if "
        "all codes are equally frequent, 1 if there is a single code). Unused codes: {dead}. Your picture has {distinct} different codes, "
        "perplexity {mine} (at most {most}). In training, a rarely used entry was moved to a random output of the encoder.",
        "内置照片上的**困惑度为 {perplexity}（共 {entries} 个编码）**：相当于从这么多个等概率的编码中猜一个（全部均匀时为 {entries}，只用一个编码时为 "
        "1）。没有任何位置选择的死码有 {dead} 个。你的图片用了 {distinct} 个不同的编码，困惑度 {mine}（最多 {most}）。训练中几乎没人选择的条目会被移到编码器的"
        "一个随机输出处。",
    ),
    "vqvae.near_codes": ("Nearest by codes", "按使用的编码最接近的"),
    "vqvae.near_pixels": ("Nearest by pixels (naive baseline)", "按像素最接近的（朴素基线）"),
    "vqvae.neighbour": ("{name}, {similarity}", "{name}，{similarity}"),
    "vqvae.by_codes": ("bag of codes", "编码词袋"),
    "vqvae.by_pixels": ("pixels (naive baseline)", "像素（朴素基线）"),
    "vqvae.retrieval": ("How good are codes for search?", "用编码检索有多准？"),
    "vqvae.retrieval_why": (
        "Eight neighbours of one picture can be luck: here every emoji searches all the others.",
        "一张图片的近邻可能是碰巧：这里让每个表情都去检索其余的表情。",
    ),
    "vqvae.retrieval_title": ("Nearest emoji of the same group", "最近的表情属于同一类"),
    "vqvae.same_group": ("share of emoji", "占表情的比例"),
    "vqvae.retrieval_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "vqvae.retrieval_text": (
        "For {codes} of {n} emoji at 32 × 32 pixels the nearest one by codes is of the same group, by pixels for {pixels}; the chance level is "
        "{chance}. A bag of codes has no positions, and the codes were trained to reconstruct, not to classify.",
        "{n} 个 32 × 32 像素的表情中，按使用的编码，{codes} 的最近者属于同一类；按像素为 {pixels}；随机猜测为 {chance}。编码词袋忘掉了位置，"
        "而且编码是为重构而学的，不是为了识别：不要对它期望过高。",
    ),
    "vqvae.train_example": ("squared error {value:.3f}", "平方误差 {value:.3f}"),
    "vqvae.break_no_restart": ("codes that nobody uses are not restarted", "不重启没人用的码字"),
    "vqvae.break_rate": ("a learning rate 100 times as high", "学习率提高到 100 倍"),
}
