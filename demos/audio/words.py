"""Strings of the tab "Audio", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "audio.tab": ("Audio", "音频特征"),
    "audio.step1": ("Data", "数据"),
    "audio.step1_text": (
        "Any sound: WAV, FLAC, Ogg or MP3, up to {megabytes} MB and {seconds} seconds, one or two channels. The first {limit} "
        "seconds are used, at 16 kHz.",
        "任何声音：WAV、FLAC、Ogg 或 MP3，不超过 {megabytes} MB、{seconds} 秒，单声道或立体声。模型听前 {limit} 秒，采样率 16 kHz。",
    ),
    "audio.step2": ("The label it makes itself", "数据自己产生的标签"),
    "audio.step2_text": (
        "Two at once: what was in a hidden stretch, and which two versions come from one clip. Nobody labels the sounds.",
        "同时有两个：被遮住的一段原来是什么；哪两个版本来自同一段声音。无需任何人去听和标注。",
    ),
    "audio.step3": ("What the model learned", "模型学到了什么"),
    "audio.step3_text": (
        "To fill the hole it must know how sounds continue; to match views, what stays the same when room, speed and noise change.",
        "要补上空缺，就得知道声音如何延续；要配对视图，就得知道环境、速度和噪声变化时什么不变。",
    ),
    "audio.step4": ("What the features are good for", "特征有什么用"),
    "audio.step4_text": (
        "The encoder never saw a label. Its features still tell digits and speakers apart, and find similar sounds among "
        "{count} bundled ones.",
        "编码器从未见过标签，它的特征却能区分数字和说话人，并在 {count} 段内置声音中找出相似的。",
    ),
    "audio.sound": ("Your sound", "你的声音"),
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
    "audio.hole_text": (
        "**A hidden stretch.** The network sees what is left and right of the frame. Every column that depends on a hidden sample "
        "is hidden too.",
        "**遮住一段。** 网络只能看到框左右两边的内容。凡是用到被遮采样的列也一并遮住。",
    ),
    "audio.hole": ("What the network gets: the framed stretch is hidden", "网络得到的输入：框内被遮住"),
    "audio.place": ("Where it lies (% of the clip)", "位置（占全长的 %）"),
    "audio.length": (
        "How long it is (ms, at most half of the clip; trained on 80 to 240)",
        "长度（毫秒，至多全长的一半；训练时为 80 至 240）",
    ),
    "audio.go": ("Hide it and let the model restore it", "遮住并让模型重构"),
    "audio.views_text": (
        "**Two views.** Each has its own start, speed, microphone, noise and background sound. The network has to find the "
        "other view of the clip among all views of a batch.",
        "**两个视图。** 起点、快慢、麦克风音色、噪声和背景声音各不相同。网络要在一批视图中找出配对的那个。",
    ),
    "audio.view1": ("One view", "视图一"),
    "audio.view2": ("The other view", "视图二"),
    "audio.strength": ("Strength of the changes (1 as in training)", "变化强度（1 与训练时相同）"),
    "audio.again": ("Two other views", "换两个视图"),
    "audio.views_found": (
        "**The two views:** cosine **{cosine}** by the network, higher than {rank} of all pairs of bundled sounds; **{mfcc}** by "
        "MFCC (naive baseline), higher than {mfcc_rank}. Zero means as similar as any two sounds.",
        "**两个视图：** 网络给出的余弦相似度为 **{cosine}**，高于 {rank} 的内置声音对；MFCC（朴素基线）为 **{mfcc}**，高于 "
        "{mfcc_rank}。0 表示与随便两段声音一样。",
    ),
    "audio.compared": (
        "### {cosine}\ncosine by the network, higher than {rank} of all pairs of bundled sounds\n### {mfcc}\ncosine by MFCC (naive "
        "baseline), higher than {mfcc_rank}",
        "### {cosine}\n网络给出的余弦相似度，高于 {rank} 的内置声音对\n### {mfcc}\nMFCC（朴素基线）给出的余弦相似度，高于 {mfcc_rank}",
    ),
    "audio.restored": ("Restored by the model", "模型的重构"),
    "audio.linear_filled": ("Straight lines across the hole (naive baseline)", "用直线连接空缺两端（朴素基线）"),
    "audio.hear_masked": ("Hear it: hidden", "听：遮住后"),
    "audio.hear_restored": ("Hear it: restored by the model", "听：模型重构"),
    "audio.hear_linear": ("Hear it: straight lines", "听：直线插值"),
    "audio.linear": ("linear interpolation", "线性插值"),
    "audio.mean": ("mean of the rest", "其余部分的均值"),
    "audio.error": ("error (dB)", "误差（dB）"),
    "audio.error_title": ("Error on the hidden stretch: lower is better", "隐藏段上的误差：越低越好"),
    "audio.error_hover": ("%{x}: %{y:.1f} dB<extra></extra>", "%{x}：%{y:.1f} dB<extra></extra>"),
    "audio.verdict": (
        "**Hidden from {start} to {end} s.** Root mean squared error there: model **{model} dB**, linear interpolation {linear} dB, "
        "mean fill {mean} dB. A spectrogram has no phase: Griffin-Lim estimates one, so the restored stretch sounds a little metallic.",
        "**遮住 {start} 至 {end} 秒。** 该段的均方根误差：模型 **{model} dB**，线性插值 {linear} dB，均值填充 {mean} dB。频谱图没有相位，由 "
        "Griffin-Lim 算法估计，所以重构的一段听起来略带金属声。",
    ),
    "audio.features": (
        "Learned features: time →, one row a feature, in the order in which they peak",
        "学到的特征：横轴时间，每行一个特征，按峰值先后排列",
    ),
    "audio.mfcc": ("MFCC, made by hand: time →, 20 coefficients ↑", "人工设计的 MFCC：横轴时间，纵轴 20 个系数"),
    "audio.size": (
        "{seconds} s (at most the first {limit}) became {rows} rows of {width} features, one every {hop} ms.",
        "{seconds} 秒（至多前 {limit} 秒）变成 {rows} 行，每行 {width} 个特征，每 {hop} 毫秒一行。",
    ),
    "audio.card": (
        "On test recordings of spoken digits (n = {n}), 10 nearest neighbours classify the digit correctly in {knn}, by MFCC in {mfcc}, by "
        "chance in 10 %. Without the speaker's own recordings: {unseen_speaker}, MFCC {unseen_speaker_mfcc}. Ten kinds of everyday sound (n = "
        "{esc10_n}): {esc10}, MFCC {esc10_mfcc}.",
        "在口语数字测试录音上（n = {n}），10 个近邻判对数字的比例为 {knn}，用 MFCC 为 {mfcc}，随机猜测为 10 %。去掉同一说话人的录音后：{unseen_speaker}，MFCC "
        "{unseen_speaker_mfcc}。十类环境声音（n = {esc10_n}）：{esc10}，MFCC {esc10_mfcc}。",
    ),
    "audio.card_restoring": (
        "Restoring 0.15 s of them: model {digits_model} dB, straight lines {digits_linear}, mean fill {digits_mean} for digits; "
        "{esc10_model}, {esc10_linear} and {esc10_mean} for everyday sounds. Straight lines are a strong baseline: hidden "
        "moments mostly resemble their neighbours.",
        "重构其中 0.15 秒：数字录音上模型 {digits_model} dB、直线插值 {digits_linear}、均值填充 {digits_mean}；环境声音上分别为 "
        "{esc10_model}、{esc10_linear} 和 {esc10_mean}。直线插值是很强的基线：被遮住的瞬间大多与前后相似。",
    ),
    "audio.probe_text": (
        "#### Probes\nTwo linear layers, fitted afterwards on English digits spoken by six people. They always answer, "
        "even for a drum: their answers are meaningful for spoken English digits only.",
        "#### 线性探针\n两个线性层，事后用六个人说的英语数字拟合。它们总会给出答案，哪怕听到的是鼓声：只有对英语数字的回答才可信。",
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
        "({unseen_speaker}) and {esc10_untrained} of everyday sounds ({esc10}). Only the difference was learned.",
        "同样结构、权重随机、从未听过任何声音的网络，就已是很强的基线：在它上面拟合的探针能认出 {digits_untrained} 的测试数字（训练后 "
        "{digits}），对留出的说话人为 {unseen_speaker_untrained}（{unseen_speaker}），环境声音为 {esc10_untrained}（{esc10}）。差值才是训练学到的。",
    ),
    "audio.neighbours_text": (
        "#### Nearest bundled sounds, by the network\nMost of these sounds were in its training data, without their names.",
        "#### 网络认为最近的内置声音\n训练时它听过其中大部分声音，但从未见过名称。",
    ),
    "audio.by_network": ("by the network", "按网络"),
    "audio.by_mfcc": ("by MFCC (naive baseline)", "按 MFCC（朴素基线）"),
    "audio.cosine": ("cosine", "余弦"),
    "audio.compare_text": ("#### Compare with a second sound", "#### 与另一段声音比较"),
    "audio.other": ("The other sound", "另一段声音"),
}
