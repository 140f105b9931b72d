"""Strings of the tab "BERT", English and Chinese side by side."""

WORDS: dict[str, tuple[str, str]] = {
    "bert.tab": ("BERT", "BERT 填词"),
    "bert.step1": ("Data", "数据"),
    "bert.step1_text": (
        "A sentence or two, at most {characters} characters or {tokens} tokens; [MASK] in it is a gap. The bundled model read "
        "English novels of 1840 to 1930.",
        "一两句话，最多 {characters} 个字符或 {tokens} 个词元；其中的 [MASK] 就是空缺。内置模型只读过 1840 至 1930 年的英文小说，请写英文；中文可下载中文模型。",
    ),
    "bert.step2": ("The label it makes itself", "数据自己产生的标签"),
    "bert.step2_text": (
        "The hidden words are the labels: nobody has to annotate them. Unlike GPT, the network reads both sides of a gap.",
        "遮住几个词：原来的词就是标签，无需任何标注。与 GPT 不同，网络可以同时看到空缺两侧的文字。",
    ),
    "bert.step3": ("What the model learned", "模型学到了什么"),
    "bert.step3_text": (
        "To fill a gap it must know what fits before and after it. Five candidates for each hidden token; the original is green.",
        "要填上空缺，就得知道前后文需要什么。每个空缺列出五个候选，绿色的是原来的词。",
    ),
    "bert.step4": ("What the features are good for", "特征有什么用"),
    "bert.step4_text": (
        "A word with two senses gets a vector for each use. The network was never given the senses, and one fixed vector per word "
        "could not separate them.",
        "一个词有两个意思时，每次出现都有自己的向量。没有人告诉网络词义；若每个词只有一个固定向量，则无法区分。",
    ),
    "bert.model": ("Model", "模型"),
    "bert.model_novels": (
        "English novels, trained here, {millions} M parameters",
        "英文小说，本项目训练，{wan} 万参数",
    ),
    "bert.model_own": ("{name}, {millions} M parameters", "{name}，{wan} 万参数"),
    "bert.model_hub": ("{name} from the Hub", "Hub 上的 {name}"),
    "bert.fetch_en": (
        "Fetch Google's {name} from the Hugging Face Hub ({megabytes} MB)",
        "从 Hugging Face Hub 下载 Google 的英文模型 {name}（{megabytes} MB）",
    ),
    "bert.fetch_zh": (
        "Fetch Google's {name} for Chinese ({megabytes} MB)",
        "从 Hugging Face Hub 下载 Google 的中文模型 {name}（{megabytes} MB）",
    ),
    "bert.fetching": (
        "Fetching {name}, {megabytes} MB. The bundled model keeps working meanwhile.",
        "正在下载 {name}（{megabytes} MB），其间内置模型照常可用。",
    ),
    "bert.fetched": ("{name} is here and chosen.", "{name} 已就绪并已选中。"),
    "bert.text": ("Your text", "你的文本"),
    "bert.example_door": ("He opened the door", "他打开门"),
    "bert.example_sea": ("The captain on deck", "甲板上的船长"),
    "bert.example_letter": ("The letter", "一封信"),
    "bert.example_night": ("Good night", "晚安"),
    "bert.words": ("Click words to hide them", "点击词语把它遮住"),
    "bert.none_hidden": ("Click a word in step 2 to hide it.", "请在第 2 步点击一个词，把它遮住。"),
    "bert.draw_text": (
        "15 % of the tokens are predicted. Of these, 80 % become [MASK], "
        "10 % become a random token and 10 % are unchanged. The network does not know which tokens are right, so it has to "
        "represent each one.",
        "选出 15 % 的词元作为预测目标：其中 80 % 换成 [MASK]，10 % 换成随机词元，10 % 保持不变。"
        "网络因此不能轻信任何一个词元，必须对每一个作出判断。",
    ),
    "bert.drawn_label": ("What the network reads in one training step", "训练的一步所读到的内容"),
    "bert.hidden": ("hidden", "遮住"),
    "bert.replaced": ("replaced", "替换"),
    "bert.kept": ("unchanged, but predicted", "不变，但要预测"),
    "bert.drawn": (
        "{chosen} of {tokens} tokens are predicted here: {hidden} hidden, {replaced} replaced, {kept} unchanged.",
        "这里 {tokens} 个词元中有 {chosen} 个要预测：遮住 {hidden} 个，替换 {replaced} 个，不变 {kept} 个。",
    ),
    "bert.seed": ("Seed", "随机种子"),
    "bert.again": ("Draw again", "重新抽取"),
    "bert.gap_label": ('label: <b dir="auto">{label}</b>', '标签：<b dir="auto">{label}</b>'),
    "bert.gap_open": ("no label: you typed the gap", "没有标签：空缺是你写的"),
    "bert.open": ("(no label)", "（无标签）"),
    "bert.rank": ("rank {rank}, {probability}", "第 {rank} 位，{probability}"),
    "bert.left_guess": ("from the left: {guess}", "只看左邻：{guess}"),
    "bert.verdict": (
        "**{first} of {n}** labels rank first, {among} of {n} in the first five; a random guess is right once in {chance}.",
        "**{n} 个标签中有 {first} 个**排在第一，{among} 个在前五；盲猜每 {chance} 次才对一次。",
    ),
    "bert.verdict_open": (
        "Gaps without a label: {n}. Nobody knows the right word, so nothing is counted there.",
        "没有标签的空缺：{n} 个。没有人知道正确的词，所以不计入。",
    ),
    "bert.no_comparison": (
        "A gap has no surprisal: write a word for [MASK] to compare the two models.",
        "空缺没有意外程度可言：请把 [MASK] 换成一个词，再比较两个模型。",
    ),
    "bert.verdict_left": (
        "Left neighbour's most frequent follower: {left} of {n}.",
        "只说左邻词元之后最常出现的词元，能对 {n} 个中的 {left} 个。",
    ),
    "bert.order": ("All gaps at once, or one by one?", "一次填完，还是逐个填？"),
    "bert.order_why": (
        "Two gaps can each get a likely word, and the two may not fit each other: compare both ways of filling.",
        "每个空缺单独看都填得合理，放在一起却可能不协调：比较两种填法。",
    ),
    "bert.at_once": (
        "At once: {right} of {n} as in the original; {bits} bits of surprisal at the filled gaps",
        "一次填完：{n} 个中 {right} 个与原文相同；填入后这些位置的意外程度 {bits} 比特",
    ),
    "bert.one_by_one": (
        "One by one, most confident first: {right} of {n} as in the original; {bits} bits",
        "逐个填，先填最有把握的：{n} 个中 {right} 个与原文相同；{bits} 比特",
    ),
    "bert.one_gap": ("With one gap both are the same. Hide a second word.", "只有一个空缺时两者相同。请再遮住一个词。"),
    "bert.same": ("Both ways fill in the same words here.", "两种方式在这里填出了相同的词。"),
    "bert.differ_better": (
        "They differ at {differ} (orange). At once, each gap is filled independently; one by one, each word depends on those filled before, "
        "and the lower number of bits shows that the words fit better.",
        "有 {differ} 处不同（橙色）：一次填完时，各空缺互不知道对方填了什么；逐个填时，每个词都照顾到已填的词。比特数更少，说明各词更协调。",
    ),
    "bert.differ_worse": (
        "They differ at {differ} (orange). At once, each gap is filled independently. Here filling one by one did not help: an early choice "
        "that fits badly is not revised.",
        "有 {differ} 处不同（橙色）：一次填完时，各空缺互不知道对方填了什么。这里逐个填并无帮助：先填的词若不合适，就一直留着。",
    ),
    "bert.order_of_filling": ("Order of filling, named by the labels: {order}.", "填写顺序（以标签表示）：{order}。"),
    "bert.compare": ("Both sides, or only the left?", "看两侧，还是只看左侧？"),
    "bert.compare_why": (
        "GPT-2 predicts each word from those before it alone: see for which words the other side helps.",
        "GPT-2 只凭前文预测每个词：看看哪些词因为有了后文而变得容易。",
    ),
    "bert.draw": ("How words are hidden in training", "训练时怎样遮住词"),
    "bert.draw_why": (
        "In training nobody clicks: the tokens are drawn at random, and not all of them become a gap.",
        "训练时没有人点击：词元由随机数选出，而且并不全都变成空缺。",
    ),
    "bert.tested": ("On novels it never read", "在没读过的小说上"),
    "bert.tested_why": (
        "A few gaps say little: these are the averages over thousands of hidden tokens, beside two naive predictions.",
        "几个空缺说明不了什么：这里是成千上万个被遮词元上的平均值，以及两种简单的预测。",
    ),
    "bert.novel": ("Who wrote it?", "谁写的？"),
    "bert.novel_why": (
        "The features also show an author's style: a linear probe on them separates two novels.",
        "特征还反映作者的文风：用一个线性探针就能区分两部小说。",
    ),
    "bert.both_sides": ("BERT, both sides", "BERT，看两侧"),
    "bert.left_only": ("GPT-2, left only", "GPT-2，只看左侧"),
    "bert.bits": ("surprisal (bits)", "意外程度（比特）"),
    "bert.compared": (
        "BERT, each word hidden alone: **{bert} bits per character**; GPT-2, from left to right: **{gpt}**; a random guess: {chance}. "
        "{easier} of {n} words have a lower surprisal given both sides. Only GPT-2's sum is the code length of the text: BERT "
        "reads all other words while it predicts one (a pseudo-log-likelihood, Salazar et al. 2020). The tokens of a split word are "
        "hidden together, since otherwise they give each other away (Kauf and Ivanova 2023).",
        "BERT 每次只遮住一个词：**每字符 {bert} 比特**；GPT-2 从左到右：**{gpt}**；盲猜：{chance}。{n} 个词中有 {easier} 个在看到两侧时更容易。"
        "只有 GPT-2 的总和是写下这段文本的编码代价：BERT 猜一个词时看得到其余所有词（伪对数似然，Salazar 等 2020）。"
        "被切开的词，其各词元同时遮住，否则它们会互相泄露（Kauf 与 Ivanova 2023）。",
    ),
    "bert.size": ("{millions} M parameters", "{wan} 万参数"),
    "bert.partner": (
        "The models differ in more than direction: this BERT has {size}; the GPT-2 is {partner} with {partner_size}, "
        "trained for {steps} steps. Size, training data and steps differ, so the difference is not due to the direction alone.",
        "两个模型不只是阅读方向不同：这个 BERT 有 {size}；GPT-2 是 {partner}，有 {partner_size}，训练 {steps} 步。"
        "大小、训练数据和步数都不同，所以差距并非全部来自方向。",
    ),
    "bert.compared_counts": ("By token frequencies alone: {unigram}.", "只看词频：{unigram}。"),
    "bert.card": (
        "On two novels that it never read, the bundled model predicts {accuracy} of hidden tokens, {top5_accuracy} in its first five (n = {n}); "
        "the most frequent follower of the left neighbour gives {left_accuracy}, the most frequent token {frequent_accuracy}. Pseudo-perplexity "
        "per token, one whole word hidden at a time, {perplexity}; by token frequencies {unigram}, by chance {chance} (n = {alone}).",
        "在两部从未读过的小说上，内置模型猜对 {accuracy} 的被遮词元，前五中含正确者 {top5_accuracy}（n = {n}）；只看左邻词元为 {left_accuracy}，"
        "总猜最常见词元为 {frequent_accuracy}。每次遮住一个完整的词时，每词元伪困惑度为 {perplexity}，只看词频 {unigram}，随机 {chance}（n = {alone}）。",
    ),
    "bert.word": ("A word with two senses", "一个多义词"),
    "bert.query": ("Your sentence with this word", "包含这个词的句子"),
    "bert.senses_go": ("Find similar uses", "查找相似用法"),
    "bert.use": ("bundled uses of the word, most similar first", "这个词的内置用例，最相似的在前"),
    "bert.sense": ("sense", "词义"),
    "bert.cosine": ("cosine", "余弦相似度"),
    "bert.overlap": ("words in common", "共有词"),
    "bert.measured": (
        "Over all {n} bundled uses, the most similar use of the same word has the same sense in {model} of cases; with a network of the same shape "
        "with random weights in {untrained}, by words in common in {naive}, by chance in {chance}.",
        "在全部 {n} 个内置用例中，同一个词最相似的用例词义相同的比例为 {model}；同样结构、从未读过任何文本的网络为 {untrained}，"
        "按共有词为 {naive}，随机为 {chance}。",
    ),
    "bert.measured_hub": (
        "Over all {n} bundled uses, the most similar use of the same word has the same sense in {model} of cases; by words in common in {naive}, "
        "by chance in {chance}.",
        "在全部 {n} 个内置用例中，同一个词最相似的用例词义相同的比例为 {model}；按共有词为 {naive}，随机为 {chance}。",
    ),
    "bert.no_words": (
        "For this model the bundled sentences are too long: its vocabulary cuts them into too many tokens.",
        "对这个模型来说，内置句子太长：它的词表会把句子切成过多词元。",
    ),
    "bert.probe": (
        "A linear probe on the bundled model's frozen features classifies passages of 30 tokens as Stevenson's or Chesterton's test "
        "novel with an accuracy of {accuracy} (n = {n}); on an untrained network {untrained_accuracy}, on token counts {words_accuracy}, "
        "by chance {chance}.",
        "在内置模型的冻结特征上做线性探针，判断 30 个词元的片段出自史蒂文森还是切斯特顿的测试小说，正确率 {accuracy}（n = {n}）；"
        "用未训练的网络为 {untrained_accuracy}，用词元计数为 {words_accuracy}，随机为 {chance}。",
    ),
}
