"""Strings of the tab "GPT-2", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "gpt2.tab": ("GPT-2", "GPT-2 续写"),
    "gpt2.step1": ("Data", "数据"),
    "gpt2.step1_text": (
        "Any text, in any script, of at most {limit} characters and {tokens} tokens; blanks at its end are left out.",
        "任何文字的任何文本，最多 {limit} 个字符、{tokens} 个词元；末尾的空格会被去掉。",
    ),
    "gpt2.step2": ("The label it makes itself", "数据自己产生的标签"),
    "gpt2.step2_text": (
        "The label is the next token: it is in the text, nobody has to annotate it. The redder, the higher its surprisal.",
        "每个位置的标签就是下一个词元，它就写在文本里，无需标注。颜色越红，越出乎模型的意料。",
    ),
    "gpt2.step3": ("What the model learned", "模型学到了什么"),
    "gpt2.step3_text": (
        "A model that predicts the next token can write: it continues your text.",
        "能预测下一个词元，就能写作：它接着你的文本往下写。",
    ),
    "gpt2.step4": ("What the features are good for", "特征有什么用"),
    "gpt2.step4_text": (
        "The model was never given the meaning of words. Words with similar uses have similar vectors.",
        "没有人告诉模型词的意思。用法相近的词，向量也相近。",
    ),
    "gpt2.model": ("Model", "模型"),
    "gpt2.model_novels": (
        "English novels, trained here, {millions} M parameters",
        "英文小说，本项目训练，{wan} 万参数",
    ),
    "gpt2.model_tang": ("Tang poems, trained here, {millions} M parameters", "唐诗，本项目训练，{wan} 万参数"),
    "gpt2.model_own": ("{name}, {millions} M parameters", "{name}，{wan} 万参数"),
    "gpt2.model_hub": ("{name} from the Hub, 124 M parameters", "Hub 上的 {name}，1.24 亿参数"),
    "gpt2.fetch": (
        "Fetch OpenAI's {name} from the Hugging Face Hub ({megabytes} MB)",
        "从 Hugging Face Hub 下载 OpenAI 的 {name}（{megabytes} MB）",
    ),
    "gpt2.fetching": (
        "Fetching {name}, {megabytes} MB. The bundled models keep working meanwhile.",
        "正在下载 {name}（{megabytes} MB），其间内置模型照常可用。",
    ),
    "gpt2.fetched": ("{name} is here and chosen.", "{name} 已就绪并已选中。"),
    "gpt2.prompt": ("Beginning of a text", "文本的开头"),
    "gpt2.example_novel": ("Novel: the old house", "小说：老屋"),
    "gpt2.example_sea": ("Novel: the captain", "小说：船长"),
    "gpt2.example_poem": ("Tang poem: 《春夜》", "唐诗：《春夜》"),
    "gpt2.example_moon": ("Tang poem: 《望月》", "唐诗：《望月》"),
    "gpt2.example_tutorial": ("The tutorial's own prompt", "教程里的开头"),
    "gpt2.begin": ("(beginning)", "（开头）"),
    "gpt2.end_mark": ("(end of text)", "（全文完）"),
    "gpt2.read": ("read last", "刚读到"),
    "gpt2.label": ("label: the next", "标签：下一个"),
    "gpt2.guessed": ("its probability", "模型给它的概率"),
    "gpt2.coloured": ("Your text, coloured by surprisal", "你的文本，按意外程度着色"),
    "gpt2.verdict": (
        "**{bits} bits per character** for your text; a random guess among all {vocabulary} tokens takes {chance}.",
        "你的文本**每字符 {bits} 比特**；在全部 {vocabulary} 个词元中盲猜需要 {chance} 比特。",
    ),
    "gpt2.counts": (
        "{tokens} tokens, {characters} characters; perplexity {perplexity} per token. The first token is predicted from the "
        "start token alone.",
        "共 {tokens} 个词元、{characters} 个字符；每词元困惑度 {perplexity}。第一个词元只凭起始符预测。",
    ),
    "gpt2.bits_title": ("Bits per character: lower is better", "每字符比特数：越低越好"),
    "gpt2.bits": ("bits per character", "每字符比特数"),
    "gpt2.bits_hover": (
        "%{x}: %{y:.2f} bits per character<extra></extra>",
        "%{x}：每字符 %{y:.2f} 比特<extra></extra>",
    ),
    "gpt2.unigram": ("token frequencies", "只看词频"),
    "gpt2.card": (
        "{model}: {bits} bits per character on test texts that it never read, perplexity {perplexity} per token (n = {n} characters).",
        "{model}：在从未读过的测试文本上每字符 {bits} 比特，每词元困惑度 {perplexity}（n = {n} 个字符）。",
    ),
    "gpt2.card_own": (
        "{model}: {bits} bits per character on the end of its own text, which was held out of the training, perplexity "
        "{perplexity} per token (n = {n} characters).",
        "{model}：在自己语料末尾、训练时留出的部分上每字符 {bits} 比特，每词元困惑度 {perplexity}（n = {n} 个字符）。",
    ),
    "gpt2.grow_text": (
        "A small network continues your text at five moments of its training on English novels: from equally likely tokens "
        "to frequent ones, then to ones that follow each other.",
        "一个小网络在学习英文小说的五个时刻接着你的文本往下写：起初分不清任何词元，然后知道哪些常见，再后来知道哪些会相连。",
    ),
    "gpt2.branch": ("What else it could have written", "它还可能写什么"),
    "gpt2.branch_why": (
        "Every token was one of several likely ones: see the others, take one of them, and the text goes on from there.",
        "每个词元都是从几个可能的里抽出来的：看看其他的，换一个，让它从那里另写。",
    ),
    "gpt2.sampling": ("How it chooses each token", "它怎样选出每个词元"),
    "gpt2.sampling_why": (
        "The same model writes dull or wild texts: temperature, top-k and top-p decide how far it strays from the most likely.",
        "同一个模型可以写得平淡，也可以写得离奇：温度、Top-k 和 Top-p 决定它离最可能的词元有多远。",
    ),
    "gpt2.tested": ("On texts it never read", "在没读过的文本上"),
    "gpt2.tested_why": (
        "One text can be easy or hard by chance: these are the averages over long test texts.",
        "单独一段文本可能碰巧容易或难：这里是长篇测试文本上的平均值。",
    ),
    "gpt2.lines": ("Lines about the same theme", "内容相近的句子"),
    "gpt2.lines_why": (
        "The states inside the model also show what a whole line is about: find the most similar of 40 lines.",
        "模型内部的状态还能反映整句话在说什么：从 40 句中找出最相近的。",
    ),
    "gpt2.grow_text_label": ("What it writes, coloured by surprisal", "它写出的文本，按意外程度着色"),
    "gpt2.grow_verdict": (
        "Here the beginning costs **{bits} bits per character**; by token frequencies alone it would be {unigram}, by a random "
        "guess {chance}.",
        "在这一步，这段开头每字符花费它 **{bits} 比特**；只看词频为 {unigram}，盲猜为 {chance}。",
    ),
    "gpt2.grow_replaced": (
        "It never read your script, so it continues an English sentence instead.",
        "它没有读过这种文字，所以改从一句英文接着写。",
    ),
    "gpt2.grow_curve": ("On unseen novels: lower is better", "在未读过的小说上：越低越好"),
    "gpt2.grow_counts": ("token frequencies", "只看词频"),
    "gpt2.length": ("Tokens to add", "续写词元数"),
    "gpt2.temperature": ("Temperature: 0 always takes the most likely token", "温度：0 总取最可能的"),
    "gpt2.top_k": ("Top-k: sample from the k most likely tokens, 0 for all", "Top-k：只从最可能的 k 个中选，0 为全部"),
    "gpt2.top_p": (
        "Top-p: sample from the fewest tokens that reach this probability",
        "Top-p：只从累计达到此概率的最少几个中选",
    ),
    "gpt2.seed": ("Seed", "随机种子"),
    "gpt2.go": ("Continue", "续写"),
    "gpt2.again": ("Another seed", "换一个种子"),
    "gpt2.stop": ("Stop", "停止"),
    "gpt2.continued": ("Continuation: click a token", "续写结果：点击任一词元"),
    "gpt2.writing": ("{done} tokens so far …", "已写 {done} 个词元……"),
    "gpt2.written": ("{done} tokens added.", "共续写 {done} 个词元。"),
    "gpt2.ended": (
        "{done} tokens added; the model says that the text ends here.",
        "共续写 {done} 个词元；模型认为全文到此结束。",
    ),
    "gpt2.number": ("Which added token (1 is the first)", "第几个续写词元（1 为第一个）"),
    "gpt2.alternatives": ("The ten most likely tokens at this position", "这个位置最可能的十个词元"),
    "gpt2.probability": ("probability", "概率"),
    "gpt2.alternative_hover": ("%{x}: %{y:.2%}<extra></extra>", "%{x}：%{y:.2%}<extra></extra>"),
    "gpt2.chosen": (
        "Sampled: “{token}”, rank {rank}, probability {probability} before temperature, top-k and top-p.",
        "抽到的是“{token}”，在模型的排名中第 {rank} 位，概率 {probability}（温度与截断之前）。",
    ),
    "gpt2.choice": ("Take instead", "改用"),
    "gpt2.nothing_written": (
        "No continued text is here yet, or no longer: let the model continue one first.",
        "这里还没有（或已不再有）续写的文本：请先让模型续写一段。",
    ),
    "gpt2.branch_go": ("Branch from here", "从这里另写"),
    "gpt2.word": ("A word that is one token", "一个词（恰为一个词元）"),
    "gpt2.nearest_go": ("Find words with similar uses", "查找用法相近的词"),
    "gpt2.nearest_title": ("Embeddings most similar to “{token}”", "嵌入与“{token}”最相近的词元"),
    "gpt2.nearest_hover": ("%{x}: cosine %{y:.2f}<extra></extra>", "%{x}：余弦 %{y:.2f}<extra></extra>"),
    "gpt2.cosine": ("cosine", "余弦相似度"),
    "gpt2.query": ("A line of text", "一行文本"),
    "gpt2.similar_go": ("Find similar lines", "查找相似的句子"),
    "gpt2.line": ("most similar of 40 bundled lines", "40 句内置文本中最相似的"),
    "gpt2.theme": ("theme", "主题"),
    "gpt2.overlap": ("letters in common", "共有字符"),
    "gpt2.kinds": (
        "Of {n} words of eight kinds, such as colours or kin, the most similar one is of the same kind for {model} by these "
        "embeddings, for {naive} by the word with the closest frequency, for {chance} by chance.",
        "取颜色、方位等八类共 {n} 个词，最相近的词属于同一类的比例：按这些嵌入为 {model}，按使用频率最接近为 {naive}，随机为 {chance}。",
    ),
    "gpt2.kinds_only": (
        "Of {n} words of eight kinds, such as colours or kin, the most similar one is of the same kind for {model} by these "
        "embeddings, for {chance} by chance.",
        "取颜色、方位等八类共 {n} 个词，最相近的词属于同一类的比例：按这些嵌入为 {model}，随机为 {chance}。",
    ),
    "gpt2.kinds_few": (
        "For this model too few words of the eight kinds, such as colours or kin, are one token, so it cannot be measured "
        "how often neighbours are of the same kind.",
        "颜色、方位等八类词中，对这个模型恰为一个词元的太少，无法统计近邻是否同类。",
    ),
    "gpt2.retrieval": (
        "For each of the {n} lines the most similar other one has the same theme in {model} of cases by the model's mean state, in "
        "{naive} by letters in common, in {chance} by chance. The model never saw the themes. Where the lines of a theme share a "
        "word, as verses about the moon do, the letters alone already give a high score.",
        "{n} 句中，与每句最相似的另一句主题相同的比例：按模型的平均隐藏状态为 {model}，按共有字符为 {naive}，随机为 {chance}。"
        "模型从未见过主题；同主题的句子若常含同一个字（如咏月诗），数字符就很难被超过。",
    ),
    "gpt2.break_repeated": ("a text of one line, repeated", "整篇文本只有一行，不断重复"),
    "gpt2.break_rate": ("a learning rate 100 times as high", "学习率提高到 100 倍"),
}
