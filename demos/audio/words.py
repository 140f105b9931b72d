"""Strings of the tab "Audio", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "audio.tab": ("Audio", "音频特征"),
    "audio.step1": ("Data", "数据"),
    "audio.step1_text": (
        "Any sound, also from a phone or a video, up to {megabytes} MB and {seconds} seconds. {limit} seconds of it are "
        "used, at 16 kHz.",
        "任何声音，手机录音和视频也可以，不超过 {megabytes} MB、{seconds} 秒。模型听其中 {limit} 秒，采样率 16 kHz。",
    ),
    "audio.step2": ("The label it makes itself", "数据自己产生的标签"),
    "audio.step2_text": (
        "Hide a stretch: what was there is the label, and nobody has to listen. The network gets the rest as a mel spectrogram.",
        "遮住一段：原来那里是什么，就是标签，无需任何人去听和标注。网络得到的是其余部分的梅尔频谱图。",
    ),
    "audio.step3": ("What the model learned", "模型学到了什么"),
    "audio.step3_text": (
        "To fill the hole, it had to learn how sounds continue. The baseline, straight lines across the hole, learned nothing.",
        "要补上空缺，就得学会声音如何延续。作为基线的直线插值什么也没学。",
    ),
    "audio.step4": ("What the features are good for", "特征有什么用"),
    "audio.step4_text": (
        "The encoder never saw a label. Its features still tell digits and speakers apart, and find similar sounds among "
        "{count} bundled ones.",
        "编码器从未见过标签，它的特征却能区分数字和说话人，并在 {count} 段内置声音中找出相似的。",
    ),
    "audio.sound": ("Your sound", "你的声音"),
    "audio.start": ("Heard from (seconds)", "从第几秒听起"),
    "audio.part": ("Heard: {start} to {end} s of {seconds} s.", "听到的是全长 {seconds} 秒中的 {start} 至 {end} 秒。"),
    "audio.part_cut": (
        "The file does not give its length: only its first {limit} seconds were read.",
        "文件没有注明长度，只读取了前 {limit} 秒。",
    ),
    "audio.another_model": ("Another model", "换一个模型"),
    "audio.another_model_why": (
        "A larger network, trained by others on 960 hours of speech, gives other features and neighbours.",
        "一个更大的网络，由他人用 960 小时的语音训练，给出的特征和近邻也不同。",
    ),
    "audio.model": ("Model", "模型"),
    "audio.model_sounds": ("spectrogram transformer, trained here", "频谱图 Transformer，本项目训练"),
    "audio.model_hub": ("{name} from the Hub", "Hub 上的 {name}"),
    "audio.fetch": (
        "Fetch {name} from the Hugging Face Hub ({megabytes} MB)",
        "从 Hugging Face Hub 下载 {name}（{megabytes} MB）",
    ),
    "audio.fetching": (
        "Fetching {name}, {megabytes} MB, then encoding the bundled sounds with it. The bundled model stays available.",
        "正在下载 {name}（{megabytes} MB），然后用它听一遍内置声音。其间内置模型照常可用。",
    ),
    "audio.fetched": ("{name} is here and chosen.", "{name} 已就绪并已选中。"),
    "audio.hub_note": (
        "A model from the Hub gives features, neighbours and similarities. It has no decoder: restoring, views and probes "
        "stay with the bundled model.",
        "Hub 上的模型可用于特征、近邻和相似度。它没有解码器：重构、视图和探针仍使用内置模型。",
    ),
    "audio.waveform": ("Waveform", "波形"),
    "audio.seconds": ("seconds", "秒"),
    "audio.amplitude": ("amplitude", "振幅"),
    "audio.wave_hover": ("%{x:.3f} s: %{y:.3f}<extra></extra>", "%{x:.3f} 秒：%{y:.3f}<extra></extra>"),
    "audio.mel": (
        "Mel spectrogram: time →, pitch ↑ to 8 kHz, bright is loud",
        "梅尔频谱图：横轴时间，纵轴频率（至 8 kHz），越亮越响",
    ),
    "audio.hole": ("Time →, pitch ↑; the frame is hidden", "横轴时间，纵轴频率；框内被遮住"),
    "audio.place": ("Place (%)", "位置（%）"),
    "audio.length": ("Length (ms)", "长度（毫秒）"),
    "audio.go": ("Hide and restore", "遮住并重构"),
    "audio.views": ("A second label: two views", "第二种标签：两个视图"),
    "audio.views_why": (
        "What the restoration does not teach: which sounds belong together although room, speed and noise differ.",
        "同一段声音换了环境、快慢和噪声，网络仍要认出来：重构教不会这一点。",
    ),
    "audio.views_text": (
        "Each view has its own start, speed, microphone, noise and background sound. In training the network has to find the "
        "other view of the clip among all views of a batch, so it learns what stays the same.",
        "两个视图的起点、快慢、麦克风音色、噪声和背景声音各不相同。训练时网络要在一批视图中找出配对的那个，于是学会什么不变。",
    ),
    "audio.view1": ("One view", "视图一"),
    "audio.view2": ("The other view", "视图二"),
    "audio.strength": ("Strength of the changes (1 as in training)", "变化强度（1 与训练时相同）"),
    "audio.again": ("Two other views", "换两个视图"),
    "audio.seed": ("Seed of the views", "视图的随机种子"),
    "audio.views_found": (
        "By the network the two views have a cosine of **{cosine}**, higher than {rank} of all pairs of bundled sounds; by MFCC "
        "(naive baseline) {mfcc}, higher than {mfcc_rank}. Zero means as similar as any two sounds.",
        "网络给出的余弦相似度为 **{cosine}**，高于 {rank} 的内置声音对；MFCC（朴素基线）为 {mfcc}，高于 {mfcc_rank}。0 表示与随便两段声音一样。",
    ),
    "audio.compared": (
        "### {cosine}\ncosine by the network, higher than {rank} of all pairs of bundled sounds\n### {mfcc}\ncosine by MFCC (naive "
        "baseline), higher than {mfcc_rank}",
        "### {cosine}\n网络给出的余弦相似度，高于 {rank} 的内置声音对\n### {mfcc}\nMFCC（朴素基线）给出的余弦相似度，高于 {mfcc_rank}",
    ),
    "audio.restored": ("Restored by the model", "模型的重构"),
    "audio.truth": ("As it was", "原来的样子"),
    "audio.hear_masked": ("Hear it: hidden", "听：遮住后"),
    "audio.hear_restored": ("Hear it: restored by the model", "听：模型重构"),
    "audio.hear_linear": ("Hear it: straight lines", "听：直线插值"),
    "audio.baselines": ("Beside straight lines", "与直线插值比较"),
    "audio.baselines_why": (
        "Hidden moments mostly resemble their neighbours, so straight lines are hard to beat: see, hear and measure them.",
        "被遮住的瞬间大多与前后相似，直线插值因此很难超越：看一看、听一听、量一量。",
    ),
    "audio.linear": ("Straight lines across the hole (naive baseline)", "用直线连接空缺两端（朴素基线）"),
    "audio.straight_lines": ("straight lines", "直线插值"),
    "audio.baselines_text": (
        "Every column that depends on a hidden sample is hidden too; in training, 80 to 240 ms were. A spectrogram has no phase: "
        "Griffin-Lim estimates one, so a restored stretch sounds a little metallic.",
        "凡是用到被遮采样的列也一并遮住；训练时遮住 80 至 240 毫秒。频谱图没有相位，由 Griffin-Lim 算法估计，所以重构的一段听起来略带金属声。",
    ),
    "audio.mean": ("mean of the rest", "其余部分的均值"),
    "audio.error": ("error (dB)", "误差（dB）"),
    "audio.error_title": ("Root mean squared error: lower is better", "均方根误差：越低越好"),
    "audio.error_hover": ("%{x}: %{y:.1f} dB<extra></extra>", "%{x}：%{y:.1f} dB<extra></extra>"),
    "audio.closer": (
        "**Closer than straight lines.** Error from {start} to {end} s, which was hidden: model **{model} dB**, straight lines "
        "{linear} dB, mean of the rest {mean} dB.",
        "**比直线插值更接近原声。** 被遮住的 {start} 至 {end} 秒上的误差：模型 **{model} dB**，直线插值 {linear} dB，其余部分的均值 {mean} dB。",
    ),
    "audio.no_closer": (
        "**No closer than straight lines.** Error from {start} to {end} s, which was hidden: model **{model} dB**, straight "
        "lines {linear} dB, mean of the rest {mean} dB.",
        "**并不比直线插值更接近原声。** 被遮住的 {start} 至 {end} 秒上的误差：模型 **{model} dB**，直线插值 {linear} dB，其余部分的均值 {mean} dB。",
    ),
    "audio.forms": ("The sound in four forms", "声音的四种形式"),
    "audio.forms_why": (
        "See what the network makes of the sound, beside features that people designed by hand.",
        "看看网络从声音中得到什么，旁边是人工设计的特征。",
    ),
    "audio.features": (
        "Learned features: time →, in the order in which they peak",
        "学到的特征：横轴时间，每行一个特征，按峰值先后排列",
    ),
    "audio.mfcc": ("MFCC, made by hand: time →, 20 coefficients ↑", "人工设计的 MFCC：横轴时间，纵轴 20 个系数"),
    "audio.size": (
        "{seconds} s (at most {limit}) became {rows} rows of {width} features, one every {hop} ms.",
        "{seconds} 秒（至多 {limit} 秒）变成 {rows} 行，每行 {width} 个特征，每 {hop} 毫秒一行。",
    ),
    "audio.card": ("How good the features are", "特征有多好"),
    "audio.card_why": (
        "One sound proves little: accuracies on hundreds of test recordings, by MFCC and by an untrained network too.",
        "一段声音说明不了什么：看数百段测试录音上的正确率，以及 MFCC 和未训练网络的成绩。",
    ),
    "audio.card_knn": (
        "Of the test recordings of spoken digits (n = {n}), 10 nearest neighbours give the right digit for {knn}, by MFCC for "
        "{mfcc}, by chance for 10 %. Without the speaker's own recordings: {unseen_speaker}, MFCC {unseen_speaker_mfcc}. Ten "
        "kinds of everyday sound (n = {esc10_n}): {esc10}, MFCC {esc10_mfcc}.",
        "在口语数字测试录音上（n = {n}），10 个近邻判对数字的比例为 {knn}，用 MFCC 为 {mfcc}，随机猜测为 10 %。去掉同一说话人的录音后：{unseen_speaker}，"
        "MFCC {unseen_speaker_mfcc}。十类环境声音（n = {esc10_n}）：{esc10}，MFCC {esc10_mfcc}。",
    ),
    "audio.card_restoring": (
        "On test recordings with 0.15 s hidden: model {digits_model} dB, straight lines {digits_linear}, mean of the rest "
        "{digits_mean} for spoken digits; {esc10_model}, {esc10_linear} and {esc10_mean} for everyday sounds.",
        "在遮住 0.15 秒的测试录音上：数字录音模型 {digits_model} dB、直线插值 {digits_linear}、其余部分的均值 {digits_mean}；"
        "环境声音分别为 {esc10_model}、{esc10_linear} 和 {esc10_mean}。",
    ),
    "audio.probe_text": (
        "The probes are two linear layers, fitted afterwards on English digits spoken by six people. They always answer, even "
        "for a drum: only answers about spoken English digits mean something.",
        "探针是两个线性层，事后用六个人说的英语数字拟合。它们总会给出答案，哪怕听到的是鼓声：只有对英语数字的回答才可信。",
    ),
    "audio.digit": ("Which digit?", "哪个数字？"),
    "audio.speaker": ("Which of six speakers is it most similar to?", "最像六位说话人中的哪一位？"),
    "audio.probability": ("probability", "概率"),
    "audio.bar_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "audio.read": (
        "The probes predict digit **{digit}** ({sure}; chance 10 %) and speaker **{speaker}** ({speaker_sure}; chance 16.7 %).",
        "探针的读数：数字 **{digit}**（{sure}；随机猜测 10 %），说话人 **{speaker}**（{speaker_sure}；随机猜测 16.7 %）。",
    ),
    "audio.no_probes": (
        "**{model} has no probes of its own**: they are fitted where spoken digits (fsdd) were among the data. These are "
        "the bundled model's.",
        "**{model} 没有自己的探针**：只有训练数据里含口语数字（fsdd）时才会拟合探针。下面是内置模型的读数。",
    ),
    "audio.untrained": (
        "A network of the same shape with random weights is a strong baseline: probes on it classify "
        "{digits_untrained} of test digits correctly (trained: {digits}), {unseen_speaker_untrained} for a speaker left out "
        "({unseen_speaker}) and {esc10_untrained} of everyday sounds ({esc10}). The penalty of every probe "
        "is tuned in the same way. Of {n} everyday sounds {trained_only} are right with the trained network only and "
        "{untrained_only} with the untrained one only; chance alone gives a split at least so uneven with a probability of "
        "{p_value}.",
        "同样结构、权重随机、从未听过任何声音的网络，就已是很强的基线：在它上面拟合的探针能认出 {digits_untrained} 的测试数字（训练后 "
        "{digits}），对留出的说话人为 {unseen_speaker_untrained}（{unseen_speaker}），环境声音为 {esc10_untrained}（{esc10}）。所有探针的正则化强度都用同样的方法选取。在 {n} 段环境声音里，"
        "只有训练后的网络答对的有 {trained_only} 段，只有未训练网络答对的有 {untrained_only} 段；单凭偶然，出现至少这样悬殊的分布的概率为 {p_value}。",
    ),
    "audio.near": ("The most similar sounds", "最相似的声音"),
    "audio.near_why": (
        "Hear which of the bundled sounds the network takes for similar, and which MFCC does.",
        "听一听网络认为哪些内置声音与它相似，MFCC 又认为哪些相似。",
    ),
    "audio.near_text": (
        "Most of these sounds were in its training data, without their names.",
        "训练时它听过其中大部分声音，但从未见过名称。",
    ),
    "audio.neighbour": ("Similar sound {number}", "相似的声音 {number}"),
    "audio.by_network": ("by the network", "按网络"),
    "audio.by_mfcc": ("by MFCC (naive baseline)", "按 MFCC（朴素基线）"),
    "audio.cosine": ("cosine", "余弦"),
    "audio.compare": ("Compare with a second sound", "与另一段声音比较"),
    "audio.compare_why": (
        "Say the same word twice, or two different ones: does the network hear which?",
        "把同一个词说两遍，或说两个不同的词：网络听得出区别吗？",
    ),
    "audio.other": ("The other sound", "另一段声音"),
}
