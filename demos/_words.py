"""Every visible string of the page, English and Chinese side by side, and the voice that speaks one of the two.

`WORDS` is keyed by "<tab>.<what>"; `ERRORS` by the English sentence as it is raised in `core/`, placeholders and all.
"""

import html
from dataclasses import dataclass
from typing import Literal

from core.errors import PretextError

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True)
class Say:
    """The page's voice in one language: `say("rotation.tab")`, `say("rotation.score", mine=1, model=2)`."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The string of a key with its {placeholders} filled in; an unknown key is a KeyError.

        Without values it is returned as it stands: hover texts hold Plotly's own %{braces}.
        """
        text = WORDS[key][LANGUAGES.index(self.language)]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there are words for a key: a visitor's own checkpoint goes by its name."""
        return key in WORDS

    def pick(self, names: tuple[str, str]) -> str:
        """The right one of an (English, Chinese) pair, as bundled data carry them."""
        return names[LANGUAGES.index(self.language)]

    def error(self, error: PretextError) -> str:
        """An error's sentence; values are escaped, since some of them are what the visitor wrote."""
        sentence = error.sentence if self.language == "en" else ERRORS[error.sentence]
        return sentence.format(**{name: self._spoken(value) for name, value in error.values.items()})

    def _spoken(self, value: object) -> str:
        """A value inside a sentence; one error may be the reason of another."""
        return self.error(value) if isinstance(value, PretextError) else html.escape(str(value))


WORDS: dict[str, tuple[str, str]] = {
    # --- page ---
    "page.title": ("Pretext: meet self-supervised learning by using it", "Pretext：动手认识自监督学习"),
    "page.name": ("Pretext", "Pretext"),
    "page.lead": (
        "Data without labels make their own. Eleven live demos on models that this project trained, on your own pictures, "
        "words and sounds.",
        "没有标注的数据，自己给自己出题。十一个演示，都用本项目训练的真实模型，直接用在你的图片、文字和声音上。",
    ),
    "page.other_language": ("中文", "English"),
    "page.steps": (
        "Every tab has the same four steps: **data → a label the data makes itself → training → use of the features.**",
        "每个标签页都是同样的四步：**数据 → 数据自己产生的标签 → 训练 → 特征的用途。**",
    ),
    "page.footer": (
        "Pictures up to {megabytes} MB and {megapixels} megapixels; sounds up to 60 seconds. Nothing you bring is "
        "kept: uploads live in a temporary folder and are deleted after about an hour. Code: MIT. Data, fonts and sounds: see NOTICE.",
        "图片不超过 {megabytes} MB、{megapixels} 百万像素；声音不超过 60 秒。你带来的内容不会被保留：上传文件只在临时文件夹中，"
        "约一小时后删除。代码：MIT 许可。数据、字体与声音的来源见 NOTICE。",
    ),
    "page.error": ("Please check", "请检查"),
    "page.examples": ("or pick an example", "或选一个例子"),
    "page.chance": ("chance", "随机猜测"),
    "page.model": ("model", "模型"),
    "page.grow": ("Watch it learn", "看它怎样学会"),
    "page.grow_slider": ("How far trained", "训练到哪一步"),
    "page.grow_before": ("before", "训练前"),
    "page.grow_percent1": ("1 %", "1 %"),
    "page.grow_percent5": ("5 %", "5 %"),
    "page.grow_percent25": ("25 %", "25 %"),
    "page.grow_finished": ("finished", "训练完"),
    # --- groups of tabs ---
    "page.group_pictures": ("Pictures", "图像"),
    "page.group_generators": ("Generators", "生成模型"),
    "page.group_language": ("Language", "语言"),
    "page.group_beyond": ("Sound and choices", "声音与推荐"),
    # --- rotation ---
    "rotation.tab": ("Rotation", "旋转预测"),
    "rotation.step1": ("Data", "数据"),
    "rotation.step1_text": (
        "Any picture that has an up and a down. Nobody says what is in it.",
        "任何分得清上下的图片。没有人告诉模型里面是什么。",
    ),
    "rotation.step2": ("The label it makes itself", "数据自己产生的标签"),
    "rotation.step2_text": (
        "Turn the picture by a quarter, a half or three quarters. How far it was turned is the label, and it costs nothing.",
        "把图片转四分之一、二分之一或四分之三圈。转了多少就是标签，不花一分钱。这就是代理任务。",
    ),
    "rotation.step3": ("What the model learned", "模型学到了什么"),
    "rotation.step3_text": (
        "To tell the turn, it had to learn what skies, faces and houses look like. Chance is 25 %.",
        "要说出转了多少，就得学会天空、人脸和房屋的样子。随机猜测的正确率是 25 %。",
    ),
    "rotation.step4": ("What the features are good for", "特征有什么用"),
    "rotation.step4_text": (
        "The same features, never trained on names, find similar pictures among {count} bundled emoji and photographs.",
        "同样的特征从未见过名称，却能在 {count} 张内置表情和照片中找出相似的图片。",
    ),
    "rotation.picture": ("Your picture", "你的图片"),
    "rotation.turn": ("Turn it anticlockwise by", "逆时针旋转"),
    "rotation.by_chance": ("by chance", "随机"),
    "rotation.turned": ("What the model sees", "模型看到的图"),
    "rotation.go": ("Turn and ask the model", "旋转并让模型回答"),
    "rotation.truth": ("turned by {turn}°, {size} × {size} pixels", "旋转了 {turn}°，{size} × {size} 像素"),
    "rotation.model": ("Model", "模型"),
    "rotation.model_photos": ("scenes and objects", "场景与物体"),
    "rotation.model_shortcut": ("one that cheats", "会作弊的模型"),
    "rotation.model_cifar10": ("tiny pictures (CIFAR-10)", "小图（CIFAR-10）"),
    "rotation.grow_text": (
        "A small network on your picture, at five moments of its training. Before the first step all four turns look "
        "alike to it.",
        "一个小网络在训练的五个时刻看你的图片。训练之前，四种角度在它眼里没有差别。",
    ),
    "rotation.grow_curve": ("Right on unseen scenes", "未见过场景上的正确率"),
    "rotation.grow_axis": ("share right", "正确率"),
    "rotation.trial": ("A model that cheats", "会作弊的模型"),
    "rotation.trial_text": (
        "The same small network was trained a second time, without cropping, blurring and re-encoding its pictures first. It "
        "found a shortcut: the JPEG encoder that its pictures once went through left differences of colour between "
        "neighbouring pixels, a grey level high, which tell how the file lay when it was written. At home it is nearly "
        "perfect; re-encode or crop the same scenes and much of that is gone; on pictures from elsewhere it is lost. The "
        "honest network loses little, because it had to look at what is in the picture.",
        "同样的小网络又训练了一次，这次不先对图片做裁剪、模糊和重新编码。它找到了一条捷径：图片曾经过 JPEG 编码，相邻像素之间留下了只有一个"
        "灰度级的颜色差异，从中就能看出文件写入时的朝向。在同一来源的图片上它几乎全对；把同样的场景重新编码或裁剪一下，优势就大半消失；换成"
        "别处的图片，它就迷路了。诚实的网络损失很小，因为它不得不去看画面的内容。",
    ),
    "rotation.trial_on": ("right about the turn", "旋转角度的正确率"),
    "rotation.trial_honest": ("honest", "诚实的模型"),
    "rotation.trial_cheat": ("cheating", "作弊的模型"),
    "rotation.trial_untouched": ("untouched", "原样"),
    "rotation.trial_reencoded": ("re-encoded", "重新编码"),
    "rotation.trial_cropped": ("cropped", "裁剪"),
    "rotation.trial_scenes": ("test scenes from its own source, {change}", "同一来源的测试场景，{change}"),
    "rotation.trial_elsewhere": ("test pictures from elsewhere", "其他来源的测试图片"),
    "rotation.trial_yours": ("your picture, {change}", "你的图片，{change}"),
    "rotation.trial_cell": ("{right} of 4 turns, {sure} sure", "四种旋转对 {right} 个，把握 {sure}"),
    "rotation.degrees": ("{turn}°", "{turn}°"),
    "rotation.probability": ("probability", "概率"),
    "rotation.probabilities": ("Which turn? Probability of each", "转了多少？每种角度的概率"),
    "rotation.table": ("This picture in all four turns", "这张图片的四种旋转"),
    "rotation.table_x": ("predicted", "预测"),
    "rotation.table_y": ("turned by", "实际旋转"),
    "rotation.hover": (
        "turned by %{y}, predicted %{x}: %{z:.0%}<extra></extra>",
        "实际 %{y}，预测 %{x}：%{z:.0%}<extra></extra>",
    ),
    "rotation.bar_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "rotation.map": ("Where the answer came from (class activation map)", "答案来自哪里（类激活图）"),
    "rotation.right": (
        "**Right.** It was turned by {turn}° and the model says {guess}° with {sure}. In all four turns: model "
        "{model} of 4, the rule “the brightest side is up” {naive} of 4, chance 1 of 4.",
        "**答对了。** 实际旋转 {turn}°，模型回答 {guess}°，把握 {sure}。四种旋转中：模型对 {model} 个，“最亮的一边朝上”的规则对 "
        "{naive} 个，随机猜测对 1 个。",
    ),
    "rotation.wrong": (
        "**Wrong.** It was turned by {turn}° and the model says {guess}° with {sure}. In all four turns: model "
        "{model} of 4, the rule “the brightest side is up” {naive} of 4, chance 1 of 4.",
        "**答错了。** 实际旋转 {turn}°，模型回答 {guess}°，把握 {sure}。四种旋转中：模型对 {model} 个，“最亮的一边朝上”的规则对 "
        "{naive} 个，随机猜测对 1 个。",
    ),
    "rotation.card": (
        "On test pictures: {scenes} on outdoor scenes (n = {scenes_n}), {objects} on small pictures of 200 kinds of object "
        "(n = {objects_n}); after re-encoding {scenes_again} and {objects_again}.",
        "测试图片上的正确率：户外场景 {scenes}（n = {scenes_n}），200 类物体小图 {objects}（n = {objects_n}）；"
        "重新编码后为 {scenes_again} 和 {objects_again}。",
    ),
    "rotation.game": ("Guess first", "你先猜"),
    "rotation.game_text": (
        "The picture is turned by chance. Say how far before the model does.",
        "图片被随机旋转。在模型之前说出转了多少。",
    ),
    "rotation.deal": ("Turn one for me to guess", "转一张让我猜"),
    "rotation.guess": ("My guess", "我猜"),
    "rotation.puzzle": ("How far was this one turned, anticlockwise?", "这张图逆时针转了多少？"),
    "rotation.answer": ("Answer", "回答"),
    "rotation.score": (
        "It was **{truth}°**; you said {mine}°, the model {model}°. Score after {rounds}: you **{my_score}**, model **{model_score}**.",
        "答案是 **{truth}°**；你猜 {mine}°，模型猜 {model}°。{rounds} 轮后：你 **{my_score}** 分，模型 **{model_score}** 分。",
    ),
    "rotation.no_round": (
        "Press “Turn one for me to guess” first.",
        "请先点“转一张让我猜”。",
    ),
    "rotation.neighbours": ("Most similar in the gallery", "图库中最相似的图片"),
    "rotation.neighbour": ("{name}, cosine {similarity}", "{name}，余弦 {similarity}"),
    "rotation.neighbours_text": (
        "Cosine of the {width} features of your picture as you brought it, not turned.",
        "用你原图（未旋转）的 {width} 个特征计算余弦相似度。",
    ),
    # --- contrastive ---
    "contrastive.tab": ("Contrastive", "对比学习"),
    "contrastive.step1": ("Data", "数据"),
    "contrastive.step1_text": (
        "{low} to {high} pictures of anything, without names. The middle square of each is used.",
        "{low} 到 {high} 张任意图片，不需要名称。每张取中间的正方形。",
    ),
    "contrastive.step2": ("The label it makes itself", "数据自己产生的标签"),
    "contrastive.step2_text": (
        "Each picture is cropped, recoloured and mirrored twice by chance. Of view 1a only one thing is known: its partner "
        "is 1b, and every other view is not.",
        "每张图片随机裁剪、变色、翻转两次，得到两个视图。关于视图 1a 只知道一件事：它的正样本是 1b，其余视图都是负样本。",
    ),
    "contrastive.step3": ("What the model learned", "模型学到了什么"),
    "contrastive.step3_text": (
        "To find partners among all views: cosines of pairs (outlined) should be high, all others low. NT-Xent is the "
        "surprise of a softmax over each row.",
        "在所有视图中找出配对：成对视图（描边）的余弦相似度应当高，其余应当低。NT-Xent 就是对每一行做 softmax 后的“意外程度”。",
    ),
    "contrastive.step4": ("What the features are good for", "特征有什么用"),
    "contrastive.step4_text": (
        "Without ever seeing a name, the encoder's features find similar pictures among {count} bundled emoji and "
        "photographs, and neighbours tell what a picture shows.",
        "编码器从未见过名称，其特征却能在 {count} 张内置表情和照片中找出相似的图片，近邻还能说出图中是什么。",
    ),
    "contrastive.pictures": ("Your pictures", "你的图片"),
    "contrastive.set_mixed": ("eight different", "八张各异"),
    "contrastive.set_alike": ("look-alikes", "相似的图"),
    "contrastive.set_many": ("sixteen", "十六张"),
    "contrastive.crop": ("smallest crop", "最小裁剪"),
    "contrastive.jitter": ("colour jitter", "颜色抖动"),
    "contrastive.greyscale": ("greyscale", "灰度"),
    "contrastive.blur": ("blur", "模糊"),
    "contrastive.flip": ("flip", "翻转"),
    "contrastive.seed": ("seed", "随机种子"),
    "contrastive.again": ("Draw two new views of each", "重新生成两个视图"),
    "contrastive.views": (
        "Each picture, its view a and its view b",
        "每张图片及其视图 a 和视图 b",
    ),
    "contrastive.sizes": (
        "Left to right: the picture, its view a, its view b. Each encoder gets the views at its own size in pixels: {sizes}.",
        "从左到右：图片、视图 a、视图 b。每个编码器按自己的尺寸（像素）看视图：{sizes}。",
    ),
    "contrastive.size": ("{encoder} {size} × {size}", "{encoder} {size} × {size}"),
    "contrastive.encoder": ("Encoder", "编码器"),
    "contrastive.simclr": ("SimCLR", "SimCLR"),
    "contrastive.moco": ("MoCo", "MoCo"),
    "contrastive.rotation": ("rotation", "旋转预测"),
    "contrastive.untrained": ("untrained", "未训练"),
    "contrastive.pixels": ("plain pixels", "原始像素"),
    "contrastive.space": ("Compare by", "比较的对象"),
    "contrastive.projections": ("projections (where the loss is taken)", "投影（计算损失之处）"),
    "contrastive.features": ("features (what is kept)", "特征（训练后保留的部分）"),
    "contrastive.verdict": (
        "**{encoder}**: the most similar other view is the partner for **{found} of {views}** views; by plain pixels for "
        "{pixels} of {views}; by chance for 1 in {others} ({chance}).",
        "**{encoder}**：{views} 个视图中有 **{found}** 个与自己的正样本最相似；用原始像素是 {pixels} 个；随机猜测的概率是 1/{others}（{chance}）。",
    ),
    "contrastive.no_head": (
        "The rotation network has no projection head, so its features are compared.",
        "旋转预测网络没有投影头，因此比较的是它的特征。",
    ),
    "contrastive.matrix_projections": ("Cosine of the projections of all views", "所有视图投影的余弦相似度"),
    "contrastive.matrix_features": ("Cosine of the features of all views", "所有视图特征的余弦相似度"),
    "contrastive.matrix_hover": (
        "%{y} and %{x}: cosine %{z:.2f}<extra></extra>",
        "%{y} 与 %{x}：余弦 %{z:.2f}<extra></extra>",
    ),
    "contrastive.temperature": ("Temperature", "温度"),
    "contrastive.nats": ("nats", "奈特"),
    "contrastive.loss_title": ("NT-Xent of each view", "每个视图的 NT-Xent 损失"),
    "contrastive.loss_hover": ("%{x}: %{y:.2f} nats<extra></extra>", "%{x}：%{y:.2f} 奈特<extra></extra>"),
    "contrastive.loss": (
        "At temperature {temperature} the mean is **{mean}** nats; if all views were equally similar it would be "
        "log {others} = {chance}. Hardest: {hardest} with {worst}.",
        "温度为 {temperature} 时平均损失为 **{mean}** 奈特；若所有视图同样相似，则为 log {others} = {chance}。最难的是 {hardest}：{worst}。",
    ),
    "contrastive.grow_text": (
        "A small SimCLR network compares the same views at five moments of its training. Before the first step all views look "
        "alike to it, with cosines near 1; then strangers move apart, and partners (outlined) stand out.",
        "一个小 SimCLR 网络在训练的五个时刻比较同样的视图。训练之前，所有视图在它眼里都差不多，余弦接近 1；随后不同图片的视图被推开，"
        "成对的视图（描边）显现出来。",
    ),
    "contrastive.grow_verdict": (
        "At this moment the most similar other view is the partner for **{found} of {views}** views; by plain pixels for "
        "{pixels}; by chance for 1 in {others}. Mean cosine of partners: **{partners}**, of strangers: **{strangers}**. Mean "
        "loss at temperature {temperature}: **{loss}** nats (if all were alike: {chance}).",
        "此刻 {views} 个视图中有 **{found}** 个与自己的正样本最相似；用原始像素是 {pixels} 个；随机猜测的概率是 1/{others}。平均余弦："
        "正样本 **{partners}**，负样本 **{strangers}**。温度为 {temperature} 时平均损失为 **{loss}** 奈特（若全都一样：{chance}）。",
    ),
    "contrastive.grow_curve": ("CIFAR-10 told right by k-NN", "CIFAR-10 的 k 近邻分类正确率"),
    "contrastive.dictionary": ("MoCo's dictionary", "MoCo 的字典"),
    "contrastive.dictionary_text": (
        "MoCo looks for a view among keys that wait in a queue, 256 new ones a step, each made by the key network of its own "
        "step. That network follows the trained one slowly: k = m k + (1 - m) q. With a small momentum m keys of different "
        "age come from different networks and drift apart; with m near 1 they agree, but the key network stays behind. The "
        "key networks here are worked out from the weights that a small MoCo network really had along 512 steps; sixteen "
        "keys of each step are shown.",
        "MoCo 在队列里等待的键中寻找另一个视图：每一步加入 256 个新键，由当时的键网络生成。键网络缓慢跟随被训练的网络：k = m k + (1 − m) q。"
        "动量 m 小时，不同年龄的键来自差别很大的网络，彼此漂移；m 接近 1 时键保持一致，但键网络会落在后面。这里的键网络由一个小 MoCo "
        "网络在 512 步训练中真实的权重计算得出；每一步显示 16 个键。",
    ),
    "contrastive.momentum_label": ("Momentum m of the key network", "键网络的动量 m"),
    "contrastive.momentum": ("momentum m", "动量 m"),
    "contrastive.query_views": (
        "Two views: the query, and what its key is made of",
        "两个视图：查询，以及生成键的视图",
    ),
    "contrastive.queue": ("Cosine of the query and each key in the queue", "查询与队列中每个键的余弦相似度"),
    "contrastive.queue_x": ("keys of one step", "同一步的键"),
    "contrastive.queue_hover": (
        "%{text}, %{y} steps old: %{z:.2f}<extra></extra>",
        "%{text}，%{y} 步之前：%{z:.2f}<extra></extra>",
    ),
    "contrastive.age": ("age in steps", "年龄（步）"),
    "contrastive.cosine": ("cosine", "余弦相似度"),
    "contrastive.by_age": ("How keys age", "键如何变老"),
    "contrastive.age_drift": ("a key now and then (drift)", "同一图片现在与当时的键（漂移）"),
    "contrastive.age_positive": ("query and its own key", "查询与自己的键"),
    "contrastive.age_queue": ("query and the queue", "查询与队列"),
    "contrastive.drift": ("How far keys drift in 16 steps", "键在 16 步内漂移多少"),
    "contrastive.drift_y": ("1 - cosine", "1 − 余弦"),
    "contrastive.step": ("step", "步"),
    "contrastive.curves": ("A training at m = {momentum}", "以 m = {momentum} 训练"),
    "contrastive.curve_positive": ("query and its own key", "查询与自己的键"),
    "contrastive.curve_negative": ("query and the queue", "查询与队列"),
    "contrastive.learned": (
        "CIFAR-10 by k-NN after {steps} steps at each m",
        "各 m 训练 {steps} 步后 CIFAR-10 的 k 近邻正确率",
    ),
    "contrastive.dictionary_verdict": (
        "At m = **{momentum}** and step {step} the key network is {lag} steps behind on average. Keys that have waited 16 steps "
        "agree with keys made now to a cosine of **{drift}**. The query's own key has **{positive}**, the queue {queue} on "
        "average; it beats **{above}** of the {keys} keys shown (chance: 50 %).",
        "m = **{momentum}**、第 {step} 步时，键网络平均落后 {lag} 步。等待了 16 步的键与现在生成的键的余弦为 **{drift}**。查询与自己的键的余弦为 "
        "**{positive}**，与队列平均为 {queue}；它胜过所示 {keys} 个键中的 **{above}**（随机为 50 %）。",
    ),
    "contrastive.suspects": (
        "Different pictures that look most alike to it: {pairs}. If two of them show the same kind of thing, the loss "
        "still pushes them apart: a **false negative**.",
        "在它看来最相似的不同图片：{pairs}。如果其中两张其实是同一类东西，损失仍会把它们推开：这就是**假负例**。",
    ),
    "contrastive.pair": ("{one} and {other} ({cosine})", "{one} 与 {other}（{cosine}）"),
    "contrastive.comma": (", ", "，"),
    "contrastive.which": ("Number of the picture", "第几张图片"),
    "contrastive.neighbours": ("Most similar in the gallery", "图库中最相似的图片"),
    "contrastive.neighbour": ("{name}, cosine {similarity}", "{name}，余弦 {similarity}"),
    "contrastive.right": ("right", "正确率"),
    "contrastive.knn_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "contrastive.card_knn": ("CIFAR-10: what is it? k-NN", "CIFAR-10：图中是什么？k 近邻"),
    "contrastive.card_linear": ("CIFAR-10: what is it? Linear probe", "CIFAR-10：图中是什么？线性探测"),
    "contrastive.card_knn_text": (
        "By k-NN (a vote of the 200 nearest training pictures): {shares}.",
        "k 近邻（最近的 200 张训练图片投票）：{shares}。",
    ),
    "contrastive.card_linear_text": (
        "By a linear probe (one layer, taught the names on frozen features): {shares}.",
        "线性探测（在冻结的特征上用名称训练一层）：{shares}。",
    ),
    "contrastive.share": ("{encoder} {share}", "{encoder} {share}"),
    "contrastive.card": (
        "{n} test pictures of ten kinds (chance {chance}), features of 50,000 training pictures as the gallery. This CIFAR-10 was "
        "passed through JPEG (quality 75), so figures for the lossless original may differ.",
        "十类共 {n} 张测试图片（随机猜测为 {chance}），以 50,000 张训练图片的特征为图库。这里的 CIFAR-10 经过 JPEG（质量 75）压缩，与无损原版的数字"
        "可能不同。",
    ),
    "contrastive.ask": ("All encoders on the emoji", "所有编码器在表情上的比较"),
    "contrastive.probe_title": ("Emoji: which of nine groups? Neighbours vote", "表情属于九类中的哪一类？近邻投票"),
    "contrastive.largest": ("largest group", "最大的一类"),
    "contrastive.probe_text": (
        "{n} emoji, each judged by its {neighbours} nearest others. Drawings on white are told by their outlines: plain pixels "
        "are a strong rival here.",
        "{n} 个表情，每个由最近的 {neighbours} 个其他表情投票判断。白底图画凭轮廓就能分辨：原始像素在这里是很强的对手。",
    ),
    # --- vae ---
    "vae.tab": ("VAE interpolation", "VAE 插值"),
    "vae.step1": ("Data", "数据"),
    "vae.step1_text": (
        "Two handwritten digits, A and B. Pick them below, draw them, or upload a photo of your own: it is made grey, "
        "white on black, centred and 28 × 28 pixels.",
        "两个手写数字 A 和 B。可从下方选择、手绘，或上传自己的照片：会被转成灰度、黑底白字、居中的 28 × 28 像素。",
    ),
    "vae.step2": ("The label it makes itself", "数据自己产生的标签"),
    "vae.step2_text": (
        "The picture is its own label: reconstruct it. In between stand only 20 numbers, each known up to some noise, so "
        "the model must find out what matters about a digit.",
        "图片就是它自己的标签：把它重构出来。中间只有 20 个带噪声的数，模型必须弄清一个数字的要点是什么。",
    ),
    "vae.step3": ("What the model learned", "模型学到了什么"),
    "vae.step3_text": (
        "A space in which every point is a digit and neighbours look alike: walk through it, turn its axes, draw from it.",
        "一个处处是数字、相邻则相像的潜空间：可以在其中行走、转动坐标轴、随机抽样。",
    ),
    "vae.step4": ("What the features are good for", "特征有什么用"),
    "vae.step4_text": (
        "The code, never trained on names, finds similar digits among 200 bundled ones, here beside the 784 pixels.",
        "编码从未见过类别名称，却能在 200 个内置数字中找出相似者；旁边是用 784 个像素直接比较的结果。",
    ),
    "vae.picture_a": ("Picture A", "图片 A"),
    "vae.picture_b": ("Picture B", "图片 B"),
    "vae.end": ("The next example or drawing becomes", "下一个例子或手绘放入"),
    "vae.end_a": ("A", "A"),
    "vae.end_b": ("B", "B"),
    "vae.sketch": ("Draw a digit", "手绘一个数字"),
    "vae.sketch_label": ("Draw one digit, large", "请画一个大大的数字"),
    "vae.use_sketch": ("Use the drawing", "使用这幅画"),
    "vae.seen": ("A as the model sees it", "模型看到的 A"),
    "vae.drawn": ("Decoded from the draw", "由抽样解码得到"),
    "vae.code": (
        "A as {count} numbers: mean ± deviation, and one draw",
        "A 变成 {count} 个数：均值 ± 标准差，以及一次抽样",
    ),
    "vae.axis": ("latent axis", "潜变量坐标轴"),
    "vae.value": ("value", "取值"),
    "vae.mean": ("mean μ ± σ", "均值 μ ± σ"),
    "vae.draw": ("draw z = μ + σ · noise", "抽样 z = μ + σ · 噪声"),
    "vae.code_hover": (
        "axis %{x}: mean %{y:.2f} ± %{error_y.array:.2f}<extra></extra>",
        "坐标轴 %{x}：均值 %{y:.2f} ± %{error_y.array:.2f}<extra></extra>",
    ),
    "vae.draw_hover": ("axis %{x}: draw %{y:.2f}<extra></extra>", "坐标轴 %{x}：抽样 %{y:.2f}<extra></extra>"),
    "vae.seed": ("Seed", "随机种子"),
    "vae.again": ("Draw again", "再抽一次"),
    "vae.verdict": (
        "**Picture A costs {nats} nats** = {reconstruction} to reconstruct it + {kl} KL to tell the code (the negative evidence "
        "lower bound, which training made small).\n\nBy the mean digit alone (the naive baseline) it would cost {mean_digit} "
        "nats, by tossing a coin for each pixel (chance) {coin}. Even a perfect copy costs {perfect}: a grey pixel is read as "
        "a probability, and probabilities leave doubt.",
        "**图片 A 的代价是 {nats} 奈特** = 重构 {reconstruction} + 传达编码的 KL {kl}（即负的证据下界，训练使它变小）。\n\n"
        "只用平均数字（朴素基线）要 {mean_digit} 奈特，每个像素抛一次硬币（随机）要 {coin} 奈特。就算完美复制也要 {perfect} "
        "奈特：灰色像素被当作概率，而概率总留有不确定。",
    ),
    "vae.costs": ("What picture A costs", "图片 A 的代价"),
    "vae.nats": ("nats a picture", "奈特／每张图"),
    "vae.cost_hover": ("%{x}: %{y:.1f} nats<extra></extra>", "%{x}：%{y:.1f} 奈特<extra></extra>"),
    "vae.mean_digit": ("mean digit", "平均数字"),
    "vae.coin": ("coin toss", "抛硬币"),
    "vae.perfect": ("perfect copy", "完美复制"),
    "vae.card": (
        "On {n} test digits the bundled model needs {nats} nats a picture: {reconstruction} reconstruction + {kl} KL.",
        "在 {n} 个测试数字上，内置模型平均每张需要 {nats} 奈特：重构 {reconstruction} + KL {kl}。",
    ),
    "vae.walk": (
        "#### Walk from A to B\nUpper row: points between the two codes, decoded; the ends are the reconstructions of A and B. "
        "Lower row, the naive baseline: the two reconstructions laid over one another.",
        "#### 从 A 走到 B\n上排：两个编码之间的点解码而成，两端就是 A 和 B 的重构。下排是朴素基线：把两个重构图直接叠加。",
    ),
    "vae.steps": ("Pictures on the way, both ends counted", "路上的图片数（含两端）"),
    "vae.path": ("Path", "路径"),
    "vae.straight": ("straight line", "直线（线性插值）"),
    "vae.spherical": ("along the sphere", "沿球面（球面插值）"),
    "vae.strip": ("Between the codes; below, between the pixels", "编码之间；下排为像素之间"),
    "vae.film": ("There and back", "去程与回程"),
    "vae.download": ("Download the animation (GIF)", "下载动画（GIF）"),
    "vae.latent": ("between the codes", "编码之间"),
    "vae.blend": ("between the pixels", "像素之间"),
    "vae.surprise": ("How odd each picture is to the model", "模型觉得每张图有多反常"),
    "vae.walk_step": ("picture on the way", "路上的第几张"),
    "vae.surprise_hover": ("picture %{x}: %{y:.1f} nats<extra></extra>", "第 %{x} 张：%{y:.1f} 奈特<extra></extra>"),
    "vae.walk_text": (
        "Half way, the picture between the codes is {image} nats away from what the model expects of a digit, the overlay {blend}; "
        "the ends are {ends} on average. (The bound of each picture, less what a perfect copy of it costs.)",
        "走到一半时，编码之间的图离模型心中的数字有 {image} 奈特，像素叠加的图有 {blend} 奈特；两端平均 {ends} 奈特。"
        "（每张图的负证据下界减去完美复制它的代价。）",
    ),
    "vae.workbench": (
        "#### Move through the space\nThe bundled digits on the two liveliest axes (those with the largest mean KL): axis {across} "
        "across, axis {up} up, both from −4 to 4. The model was never told the names that colour them. Click anywhere, or move the "
        "{count} liveliest of the {latent} axes; all others stay where A has them.",
        "#### 在潜空间中移动\n内置数字在最活跃的两个坐标轴（平均 KL 最大）上的位置：横向是第 {across} 轴，纵向是第 {up} 轴，范围都是 −4 到 "
        "4。用来着色的类别名称，模型从未见过。点击任意位置，或移动 {latent} 个坐标轴中最活跃的 {count} 个；其余的保持 A 的取值。",
    ),
    "vae.plane": ("Click a point to decode it", "点击一点即可解码"),
    "vae.decoded": ("Decoded from there", "由该点解码"),
    "vae.slider": ("Axis {axis}", "第 {axis} 轴"),
    "vae.prior": (
        "#### Draw from the prior\n24 digits nobody wrote: codes drawn from N(0, 1), decoded.",
        "#### 从先验抽样\n24 个没有人写过的数字：从 N(0, 1) 抽取编码，再解码。",
    ),
    "vae.samples": ("Drawn from the prior", "由先验抽样"),
    "vae.grow_text": (
        "The bundled network at five moments of its training: A decoded from its code, and nine draws from the prior, always the "
        "same ones. Before the first step it paints grey; blurred strokes come next, digits last. The lower the bars, the better; "
        "dashed is what the mean of the bundled digits costs, and a coin toss for each pixel.",
        "内置网络在训练的五个时刻：由编码解码出的 A，以及先验的九个抽样（始终是同样的抽样）。训练之前它只画出灰色，接着是模糊的笔画，"
        "最后才是数字。柱子越低越好；虚线是只用内置数字的平均图的代价，以及每个像素抛一次硬币的代价。",
    ),
    "vae.grow_drawn": ("A, decoded", "解码出的 A"),
    "vae.grow_curve": ("Cost of unseen digits", "未见过数字的代价"),
    "vae.grow_verdict": (
        "At this moment A costs **{nats} nats**; by the mean digit alone (the naive baseline) it costs {mean_digit}.",
        "此刻 A 的代价是 **{nats} 奈特**；只用平均数字（朴素基线）要 {mean_digit} 奈特。",
    ),
    "vae.model": ("Model", "模型"),
    "vae.model_mnist": ("trained here on MNIST", "本项目在 MNIST 上训练"),
    "vae.count": ("How many neighbours of A", "显示 A 的几个近邻"),
    "vae.near_latent": ("Nearest to A by the code", "按编码最接近 A 的"),
    "vae.near_pixels": ("Nearest to A by the 784 pixels", "按 784 个像素最接近 A 的"),
    "vae.neighbour": ("{label}, cosine {similarity}", "{label}，余弦 {similarity}"),
    "vae.by_latent": ("{count} numbers", "{count} 个数"),
    "vae.by_pixels": ("784 pixels (naive baseline)", "784 个像素（朴素基线）"),
    "vae.readout": ("Digits named rightly by 5 neighbours (n = {n})", "由 5 个近邻判对的数字（n = {n}）"),
    "vae.accuracy": ("accuracy", "正确率"),
    "vae.readout_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "vae.readout_text": (
        "Each of the 200 digits is left out in turn and takes the name that its 5 nearest others vote for. The code is {times} times "
        "smaller than the picture; what it lost was mostly not needed to tell digits apart.",
        "200 个数字依次留出一个，由其余中最近的 5 个投票决定它的类别。编码只有图片的 1/{times}；丢掉的部分，对分辨数字大多并不需要。",
    ),
    # --- vqvae ---
    "vqvae.tab": ("VQ-VAE codes", "VQ-VAE 离散编码"),
    "vqvae.step1": ("Data", "数据"),
    "vqvae.step1_text": (
        "Any picture; its middle square is used. Nobody says what is in it.",
        "任何图片，取中间的正方形。没有人告诉模型里面是什么。",
    ),
    "vqvae.step2": ("The label it makes itself", "数据自己产生的标签"),
    "vqvae.step2_text": (
        "The picture is its own label: reconstruct it. But in between, each place may only name one entry of a codebook. Click a "
        "place to take up its code.",
        "图片就是它自己的标签：把它重构出来。但中间每个位置只能说出码本中的一个条目。点击一个位置，即可取用它的编码。",
    ),
    "vqvae.step3": ("What the model learned", "模型学到了什么"),
    "vqvae.step3_text": (
        "An encoder, a codebook and a decoder that agree on what each code means.",
        "编码器、码本和解码器三者约定了每个编码的含义。",
    ),
    "vqvae.step4": ("What the features are good for", "特征有什么用"),
    "vqvae.step4_text": (
        "Codes can be counted like the words of a text. Emoji that use the same codes equally often come first (a bag of visual "
        "words); beside it, the naive baseline: pixels.",
        "编码可以像文章里的词一样计数。使用各编码的频率最接近的表情排在最前（视觉词袋）；旁边是朴素基线：直接比较像素。",
    ),
    "vqvae.picture": ("Your picture", "你的图片"),
    "vqvae.size": ("Size the model sees", "模型看到的尺寸"),
    "vqvae.pixels": ("{size} × {size} pixels", "{size} × {size} 像素"),
    "vqvae.model": ("Model", "模型"),
    "vqvae.model_photos": ("trained here on scenes and objects", "本项目在场景与物体上训练"),
    "vqvae.map": ("The code map over the picture", "叠在图片上的编码图"),
    "vqvae.map_text": (
        "{grid} × {grid} = {places} codes, each a number below {entries}. Equal codes have equal colours.\n\n**{bits} bits** with "
        "codewords of equal length ({dim} bits per dimension, a dimension being one colour of a pixel), {times} times fewer than "
        "the {raw} bits of the pixels. With codewords as long as each code was frequent in training: {fitted} bits "
        "({fitted_dim} per dimension).",
        "{grid} × {grid} = {places} 个编码，每个都是小于 {entries} 的整数。相同的编码颜色相同。\n\n等长码字共 **{bits} 比特**（每维 {dim} "
        "比特，一维即一个像素的一种颜色），只有像素 {raw} 比特的 1/{times}。若按训练中各编码的频率分配码字长度：{fitted} 比特（每维 "
        "{fitted_dim}）。",
    ),
    "vqvae.picture_original": ("Original", "原图"),
    "vqvae.picture_model": ("VQ-VAE", "VQ-VAE 重构"),
    "vqvae.picture_gaussian": ("Gaussian bottleneck", "高斯瓶颈"),
    "vqvae.picture_jpeg": ("JPEG", "JPEG 压缩"),
    "vqvae.picture_mean": ("Mean colour", "平均颜色"),
    "vqvae.verdict": (
        "The codes hold this picture to **{model} dB** PSNR (more is better). About as many bits give {gaussian} dB in a Gaussian "
        "bottleneck and {jpeg} dB in JPEG; one mean colour, the naive baseline, gives {mean} dB.",
        "这些编码把图片重构到 **{model} dB** PSNR（越高越好）。比特数相近时，高斯瓶颈得到 {gaussian} dB，JPEG 得到 {jpeg} dB；"
        "朴素基线（只用一种平均颜色）得到 {mean} dB。",
    ),
    "vqvae.perfect": ("no error", "毫无误差"),
    "vqvae.method": ("method", "方法"),
    "vqvae.psnr": ("PSNR in dB", "PSNR（dB）"),
    "vqvae.mse": ("mean squared error", "均方误差"),
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
    "vqvae.bars": ("Error at about as many bits", "比特数相近时的误差"),
    "vqvae.bars_hover": ("%{x}: %{y:.4f}<extra></extra>", "%{x}：%{y:.4f}<extra></extra>"),
    "vqvae.methods_text": (
        "**Gaussian bottleneck**: the idea of a VAE. The same encoder and decoder, but each place holds a Gaussian; one draw is decoded. "
        "Its bits are the KL divergence, which training kept near those of the codes; they differ from picture to picture, and only "
        "bits-back coding could reach them. It was trained for {rival} steps, the VQ-VAE for {steps}.\n\n**JPEG**: the best quality "
        "whose picture data fit into as many bytes (or the lowest, if none does). Its header is told apart, since its tables are the "
        "same for all pictures. JPEG never learned anything, and is made for larger pictures.",
        "**高斯瓶颈**：即 VAE 的思路。编码器和解码器结构相同，但每个位置是一个高斯分布，解码一次抽样。它的比特数是 KL 散度，训练时被约束在编码的"
        "比特数附近；每张图各不相同，而且只有 bits-back 编码才能达到。它训练了 {rival} 步，VQ-VAE 训练了 {steps} 步。\n\n**JPEG**："
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
    "vqvae.workbench": (
        "#### Swap codes\nPick a code on the sheet (or by its number, or from the map above), then click the picture: the places "
        "around the click take that code and everything is decoded again. The sheet shows what the decoder makes of a map that "
        "holds nothing but one code, from dark to bright, in each row from warm to cold.",
        "#### 替换编码\n在码本图上选一个编码（也可以输入编号，或从上面的编码图中取用），再点击图片：点击处周围的位置换成这个编码，"
        "然后重新解码。码本图显示整张图都是同一个编码时解码器画出的样子，由暗到亮，每行由暖到冷。",
    ),
    "vqvae.after": ("Click the picture to paint with the code", "点击图片，用该编码作画"),
    "vqvae.before": ("Decoded without the edits", "不做修改的解码结果"),
    "vqvae.sheet": ("The codebook: click to choose a code", "码本：点击选择编码"),
    "vqvae.code": ("Code", "编码"),
    "vqvae.look": ("Decoded", "解码结果"),
    "vqvae.mean": ("Mean of what chose it", "选择它的位置的平均"),
    "vqvae.brush": ("Brush, in places a side", "画笔大小（每边的位置数）"),
    "vqvae.undo": ("Undo", "撤销"),
    "vqvae.clear": ("Undo all", "全部撤销"),
    "vqvae.edits_more": ("The edits as text, and the picture without them", "以文本表示的修改，以及修改前的图片"),
    "vqvae.edits": ("Edits", "修改"),
    "vqvae.edits_info": (
        "One a line: row, column, brush, code; rows and columns count from 0. Change them, then click elsewhere.",
        "每行一个：行、列、画笔、编码；行列从 0 数起。改动之后点击别处即可生效。",
    ),
    "vqvae.nothing_painted": ("Nothing is painted yet.", "还没有作画。"),
    "vqvae.painted": (
        "Edits: {edits}. They changed {places} of {of} codes ({share}) and {changed} of the pixels: the decoder looks at the neighbours of a "
        "code too, so a change reaches beyond its place.",
        "修改 {edits} 次，改变了 {of} 个编码中的 {places} 个（{share}），以及 {changed} 的像素：解码器也会看相邻的编码，所以改动会越出它的位置。",
    ),
    "vqvae.entry": (
        "Code **{code}** stands at {count} of the {places} places of the bundled photographs; in training {share} of all places chose it "
        "(even use: {even}). First a map of nothing else, decoded; then the mean of the 12 × 12 pixels around the places that chose it.",
        "编码 **{code}** 在内置照片的 {places} 个位置中出现 {count} 次；训练中有 {share} 的位置选择它（均匀使用为 {even}）。先是整张图都是它时的"
        "解码结果，再是选择它的位置周围 12 × 12 像素的平均。",
    ),
    "vqvae.entry_dead": (
        "Code **{code}** is dead here: none of the {places} places of the bundled photographs chose it; in training {share} of all places did "
        "(even use: {even}). A map of nothing else can be decoded all the same; of the mean there is nothing to show.",
        "编码 **{code}** 在这里是死码：内置照片的 {places} 个位置都没有选择它；训练中有 {share} 的位置选择它（均匀使用为 {even}）。"
        "仍可解码整张图都是它的编码图；平均图则没有可显示的内容。",
    ),
    "vqvae.usage_head": ("#### Which codes are used", "#### 哪些编码被使用"),
    "vqvae.usage": ("How often codes are chosen", "各编码被选择的频率"),
    "vqvae.usage_bundled": ("bundled photographs", "内置照片"),
    "vqvae.usage_picture": ("your picture", "你的图片"),
    "vqvae.usage_hover": ("rank %{x}: %{y:.2%}<extra></extra>", "第 %{x} 位：%{y:.2%}<extra></extra>"),
    "vqvae.even": ("all equally often", "全部均匀"),
    "vqvae.rank": ("codes by rank", "编码（由高频到低频）"),
    "vqvae.chosen": ("share of places", "占位置的比例"),
    "vqvae.usage_text": (
        "**Perplexity {perplexity} of {entries}** on the bundled photographs: as hard to guess as so many codes chosen equally often ({entries} if all "
        "were, 1 if a single code did everything). Dead codes, which no place of them chose: {dead}. In your picture {distinct} different "
        "codes, perplexity {mine} (at most {most}). An entry that hardly anyone chose in training was moved to a random output of the encoder.",
        "内置照片上的**困惑度为 {perplexity}（共 {entries} 个编码）**：相当于从这么多个等概率的编码中猜一个（全部均匀时为 {entries}，只用一个编码时为 "
        "1）。没有任何位置选择的死码有 {dead} 个。你的图片用了 {distinct} 个不同的编码，困惑度 {mine}（最多 {most}）。训练中几乎没人选择的条目会被移到编码器的"
        "一个随机输出处。",
    ),
    "vqvae.near_codes": ("Nearest by the codes they use", "按使用的编码最接近的"),
    "vqvae.near_pixels": ("Nearest by pixels (naive baseline)", "按像素最接近的（朴素基线）"),
    "vqvae.neighbour": ("{name}, {similarity}", "{name}，{similarity}"),
    "vqvae.by_codes": ("bag of codes", "编码词袋"),
    "vqvae.by_pixels": ("pixels (naive baseline)", "像素（朴素基线）"),
    "vqvae.retrieval": ("Nearest one of the same group", "最近的表情属于同一类"),
    "vqvae.same_group": ("share of emoji", "占表情的比例"),
    "vqvae.retrieval_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "vqvae.retrieval_text": (
        "Of {n} emoji at 32 × 32 pixels, {codes} have their nearest one in their own group by the codes they use, {pixels} by pixels; chance is "
        "{chance}. A bag of codes forgets where things are, and the codes were learned to paint, not to name: do not expect more of them.",
        "{n} 个 32 × 32 像素的表情中，按使用的编码，{codes} 的最近者属于同一类；按像素为 {pixels}；随机猜测为 {chance}。编码词袋忘掉了位置，"
        "而且编码是为重构而学的，不是为了识别：不要对它期望过高。",
    ),
    # --- gan ---
    "gan.tab": ("GAN", "生成对抗网络"),
    "gan.step1": ("Data", "数据"),
    "gan.step1_text": (
        "Photographs of 32 × 32 pixels without names (CIFAR-10), and noise. Bring a picture of your own: it is cut square and "
        "shrunk to the same size.",
        "没有类别名称的 32 × 32 像素照片（CIFAR-10），以及噪声。也可以带来自己的图片：会被裁成正方形并缩到同样大小。",
    ),
    "gan.step2": ("The label it makes itself", "数据自己产生的标签"),
    "gan.step2_text": (
        "Real or generated? We know where each picture came from, so the label costs nothing. The discriminator learns it: a score "
        "above 0 says real, below 0 generated.",
        "真实还是生成？每张图片从哪里来我们都知道，所以标签不花一分钱。判别器学的就是它：分数大于 0 表示真实，小于 0 表示生成。",
    ),
    "gan.step3": ("What the model learned", "模型学到了什么"),
    "gan.step3_text": (
        "The generator turns 64 random numbers into a picture. It never sees a real one: all it knows, it learned from the "
        "discriminator's gradient while trying to raise its score.",
        "生成器把 64 个随机数变成一张图片。它从未见过真实图片：它所知道的一切，都来自为了提高分数而得到的判别器梯度。",
    ),
    "gan.step4": ("What the features are good for", "特征有什么用"),
    "gan.step4_text": (
        "Features measure what was generated: is it copied, is it like real pictures, is it as varied? And the discriminator's own "
        "features tell something of what a picture shows.",
        "特征可以衡量生成的结果：是不是抄来的？像不像真实图片？有没有同样的多样性？判别器自己的特征也能说出图中有什么。",
    ),
    "gan.picture": ("Your picture", "你的图片"),
    "gan.data_note": (
        "The training pictures are not ours to give away, so none of them comes with this page; numbers that describe them do. They "
        "were passed through JPEG (quality 75) before they came here.",
        "训练图片的使用条款不允许我们再分发，因此本页不附带它们的原图，只附带描述它们的数字。这些图片在到达这里之前经过了 JPEG（质量 75）压缩。",
    ),
    "gan.seen": ("As the discriminator sees it: 32 × 32 pixels", "判别器看到的样子：32 × 32 像素"),
    "gan.scores": ("How real it finds pictures", "判别器认为图片有多真实"),
    "gan.score_axis": ("score (above 0: real)", "分数（大于 0 为真实）"),
    "gan.share_axis": ("share", "占比"),
    "gan.score_hover": ("score %{x:.2f}: %{y:.1%} of them<extra></extra>", "分数 %{x:.2f}：占 %{y:.1%}<extra></extra>"),
    "gan.unseen": ("real, not trained on", "真实，未用于训练"),
    "gan.seen_in_training": ("real, trained on", "真实，用于训练"),
    "gan.generated": ("generated", "生成"),
    "gan.yours": ("yours", "你的图片"),
    "gan.says_real": ("real", "真实"),
    "gan.says_generated": ("generated", "生成"),
    "gan.opinion": (
        "Your picture scores **{score}**: the discriminator says **{side}**. That is more than {above_real} of unseen real pictures "
        "get and more than {above_samples} of generated ones. It tells {told} of both kinds rightly (chance {chance}): the closer "
        "to chance, the better the generator fools it. It has met nothing but this generator's mistakes: smooth pictures please it, "
        "whatever they show.",
        "你的图片得到 **{score}** 分：判别器说是**{side}**。它高于 {above_real} 的未见过的真实图片，也高于 {above_samples} 的生成图片。两类图片它总共判对 "
        "{told}（随机猜测为 {chance}）：越接近随机，说明生成器骗得越好。它只见识过这个生成器的破绽：平滑的图片无论内容如何都容易得高分。",
    ),
    "gan.model": ("Model", "模型"),
    "gan.model_cifar10": ("trained here on CIFAR-10", "本项目在 CIFAR-10 上训练"),
    "gan.seed": ("Seed of the noise", "噪声的随机种子"),
    "gan.limit": ("Truncation: largest noise, in standard deviations", "截断：噪声最多偏离几个标准差"),
    "gan.again": ("Draw others", "换一批"),
    "gan.samples": ("24 pictures that nobody took", "24 张没有人拍过的照片"),
    "gan.draw": ("#### Draw from a seed\n24 pictures that nobody took.", "#### 由种子抽样\n24 张没有人拍过的照片。"),
    "gan.samples_text": (
        "Mean score **{score}**; variety **{variety}** of that of real pictures (mean distance of two pictures' features; {free} "
        "without a limit). Truncation draws the noise towards 0: down to about 1.5 pictures become safer and less varied. Noise "
        "shorter than that the generator never met, and it fades to grey; the discriminator never met grey either, and takes it for "
        "real.",
        "平均分数 **{score}**；多样性为真实图片的 **{variety}**（两张图片特征的平均距离；不截断时为 {free}）。截断把噪声拉向 0：到 1.5 左右为止，"
        "图片更稳妥、多样性更低；比这更短的噪声生成器从未见过，图片便褪成灰色，而判别器也从未见过灰色图片，反而当作真实。",
    ),
    "gan.walk": (
        "#### Walk from one seed to another\nUpper row: points on the arc between the noise of two seeds, generated. Lower row, the "
        "naive baseline: the two pictures laid over one another.",
        "#### 从一个种子走到另一个\n上排：两个种子的噪声之间弧线上的点，由生成器画出。下排是朴素基线：把两端的图片直接叠加。",
    ),
    "gan.end_a": ("From seed", "从种子"),
    "gan.end_b": ("To seed", "到种子"),
    "gan.steps": ("Pictures on the way, both ends counted", "路上的图片数（含两端）"),
    "gan.strip": ("Between the noises; below, between the pixels", "噪声之间；下排为像素之间"),
    "gan.walk_scores": ("Its scores along the way", "一路上判别器的分数"),
    "gan.walk_step": ("picture on the way", "路上的第几张"),
    "gan.walk_hover": ("picture %{x}: score %{y:.2f}<extra></extra>", "第 %{x} 张：分数 %{y:.2f}<extra></extra>"),
    "gan.latent": ("between the noises", "噪声之间"),
    "gan.blend": ("between the pixels", "像素之间"),
    "gan.walk_text": (
        "Half way the generated picture scores {image}, the overlay {blend}; the ends {ends} on average. Smooth steps without a "
        "jump speak against pictures learned by heart.",
        "走到一半时，生成的图片得 {image} 分，叠加的图得 {blend} 分；两端平均 {ends} 分。每一步都平滑而没有跳跃，说明它不是在背诵图片。",
    ),
    "gan.grow_text": (
        "The bundled generator at five moments of its training, always from the same noise: blocks of random colour, then one blot, then "
        "light and dark, then textures, and in the end skies, grounds and bodies. The lower the bars, the nearer its pictures are to unseen real ones; dashed is pure noise.",
        "内置生成器在训练的五个时刻，始终用同样的噪声：先是随机的色块，然后是一团模糊，再是明暗与纹理，最后出现天空、地面和物体。柱子越低，生成的图片离未见过的真实图片越近；"
        "虚线是纯噪声。",
    ),
    "gan.grow_samples": ("Twelve samples at this moment", "此刻的十二个样本"),
    "gan.grow_curve": ("Distance to unseen real pictures", "与未见过的真实图片的距离"),
    "gan.grow_verdict": (
        "At this moment the distance is **{frechet}**; the training pictures themselves have {floor}, pure noise {noise}.",
        "此刻的距离是 **{frechet}**；训练图片本身为 {floor}，纯噪声为 {noise}。",
    ),
    "gan.copies": (
        "#### Is it copied?\nFor each of the first eight samples (without truncation) the nearest of all training pictures, by the "
        "features of the SimCLR encoder of the contrastive tab.",
        "#### 是抄来的吗？\n对前八个样本（不截断），在全部训练图片中找出最接近的一张，距离用对比学习标签页中 SimCLR 编码器的特征计算。",
    ),
    "gan.near_pictures": ("Samples and what is nearest to them", "样本及其最近的训练图片"),
    "gan.nearest": ("{kind}, distance {distance}", "{kind}，距离 {distance}"),
    "gan.distances": ("To the nearest training picture", "到最近的训练图片的距离"),
    "gan.distance_axis": ("distance of features", "特征距离"),
    "gan.distance_hover": (
        "distance %{x:.2f}: %{y:.1%} of them<extra></extra>",
        "距离 %{x:.2f}：占 %{y:.1%}<extra></extra>",
    ),
    "gan.mirrored": ("copies (mirrored)", "副本（左右翻转）"),
    "gan.these_samples": ("these samples", "这些样本"),
    "gan.copies_text": (
        "**{suspects} of {count}** samples lie nearer than {near} to one of {gallery} training pictures; of unseen real pictures "
        "one in a hundred does. Mean distance of these samples: **{mean}**; of unseen real pictures: {unseen}; of copies: {mirrored}.",
        "{count} 个样本中有 **{suspects}** 个与 {gallery} 张训练图片之一的距离小于 {near}；未见过的真实图片中每一百张有一张如此。这些样本的平均距离："
        "**{mean}**；未见过的真实图片：{unseen}；副本：{mirrored}。",
    ),
    "gan.pictures_here": ("Left the sample, right its nearest training picture.", "左为样本，右为最近的训练图片。"),
    "gan.no_pictures_here": (
        "The captions name the class of the nearest training picture, which the GAN was never told; the picture itself appears "
        "beside the sample where CIFAR-10 is unpacked under data.",
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
    "gan.quality": (
        "#### How good is it?\nThousands of generated pictures and thousands of unseen real ones, as two clouds of SimCLR features. "
        "This is no FID, whose features come from another network: compare it with nothing but the bars beside it. Precision is the share of "
        "samples that look real, recall the share of real pictures that it could draw.",
        "#### 有多好？\n几千张生成的图片与几千张未见过的真实图片，看作 SimCLR 特征的两片点云。这不是 FID（它用另一个网络的特征）：只能与旁边的柱子比较。"
        "精确率是看起来真实的样本的占比，召回率是它画得出的真实图片的占比。",
    ),
    "gan.frechet": ("Distance to real pictures (low is good)", "与真实图片的距离（越低越好）"),
    "gan.frechet_axis": ("Fréchet distance", "弗雷歇距离"),
    "gan.frechet_hover": ("%{x}: %{y:.2f}<extra></extra>", "%{x}：%{y:.2f}<extra></extra>"),
    "gan.training_pictures": ("training pictures", "训练图片"),
    "gan.blurred": ("the same, blurred", "训练图片，模糊"),
    "gan.this_generator": ("this generator", "这个生成器"),
    "gan.noise": ("pure noise", "纯噪声"),
    "gan.coverage": ("What truncation does to it", "截断的影响"),
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
    "gan.features": ("What is it? k-NN, its features", "图中是什么？判别器特征的 k 近邻"),
    "gan.right": ("right", "正确率"),
    "gan.features_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "gan.trained": ("discriminator", "判别器"),
    "gan.untrained": ("untrained", "未训练"),
    "gan.features_text": (
        "**What did the discriminator learn on the way?** By the vote of 200 neighbours its features name {knn} of {n} test pictures "
        "rightly; the same network untrained {untrained}, chance 10 %. It tells {accuracy} of real and generated pictures apart "
        "(chance 50 %). Only what gives the generator away has to be learned here, so methods made for features do better: see the "
        "contrastive tab.",
        "**判别器顺便学到了什么**？由 200 个近邻投票，它的特征能判对 {n} 张测试图片中的 {knn}；未训练的同一网络为 {untrained}，随机猜测为 10%。真实与生成的图片它能"
        "分清 {accuracy}（随机为 50%）。这里只需学会识破生成器的破绽，所以专为特征设计的方法更好：见对比学习标签页。",
    ),
    # --- generation ---
    "generation.tab": ("Does it help?", "有用吗？"),
    "generation.step1": ("Data", "数据"),
    "generation.step1_text": (
        "Six arms of one experiment learned from the same {pictures} photographs of 32 × 32 pixels (CIFAR-10), and again from "
        "handwritten digits (MNIST), where help is less likely. Three arms are told what to draw by references: 1 to {high} "
        "pictures, which you choose here.",
        "同一个实验的六组模型，用同样的 {pictures} 张 32 × 32 像素照片（CIFAR-10）训练，并在手写数字（MNIST）上重做一遍，那里自监督未必有用。其中三组由参考图决定画什么："
        "在这里选择 1 到 {high} 张图片。",
    ),
    "generation.step2": ("The label it makes itself", "数据自己产生的标签"),
    "generation.step2_text": (
        "All arms ask: real or generated? Some ask more, and every answer is known for nothing: how far was it turned, which "
        "picture is another view of it, and which picture do its nearest neighbours describe?",
        "所有组都问：真实还是生成？有的组还多问一句，而答案都不花钱：图片转了多少？哪一张是它的另一个视图？它的近邻描述的是哪张图片？",
    ),
    "generation.step3": ("What the models learned", "模型学到了什么"),
    "generation.step3_text": (
        "Six generators of the same build, each with its own way of learning. The same noise goes through all of them.",
        "六个结构相同的生成器，各有各的学法。同样的噪声送进每一个。",
    ),
    "generation.step4": ("What the features are good for", "特征有什么用"),
    "generation.step4_text": (
        "The tutorial behind this page says that self-supervised features lower a generator's Fréchet distance to real pictures. "
        "Here is what happened when it was tried.",
        "本页所依据的教程说：自监督特征能降低生成器与真实图片的弗雷歇距离。下面是实际试验的结果。",
    ),
    "generation.references": ("References", "参考图"),
    "generation.set_mixed": ("mixed", "混合"),
    "generation.set_animals": ("animals", "动物"),
    "generation.set_vehicles": ("vehicles", "交通工具"),
    "generation.data_note": (
        "Each picture is cut square and shrunk to 32 pixels, then turned into 256 numbers by the SimCLR encoder of the contrastive "
        "tab. The generators never see the picture, only these numbers.",
        "每张图片会被裁成正方形并缩到 32 像素，再由对比学习标签页的 SimCLR 编码器变成 256 个数。生成器看不到图片本身，只看到这些数。",
    ),
    "generation.labels": ("The first reference and its labels", "第一张参考图及其标签"),
    "generation.labels_text": (
        "From left to right: the first reference as the networks see it; its four turns, of which the arm *rotation* asks which is "
        "which; two views, of which the arm *contrastive* asks which belong together. The arms with references get the five "
        "training pictures most like a picture, itself left out, and shall draw the picture.",
        "从左到右：网络看到的第一张参考图；它的四种转向，“旋转”组要分辨转了多少；两个视图，“对比”组要找出谁与谁同源。带参考图的各组得到与某张训练图片最相似的另外五张，"
        "要画出的就是那张图片。",
    ),
    "generation.arm_plain": ("plain GAN", "普通 GAN"),
    "generation.arm_rotation": ("+ rotation", "＋旋转"),
    "generation.arm_contrastive": ("+ contrastive", "＋对比"),
    "generation.arm_references": ("references (attention)", "参考图（注意力）"),
    "generation.arm_untrained": ("references (untrained encoder)", "参考图（未训练编码器）"),
    "generation.arm_mean": ("references (mean)", "参考图（取平均）"),
    "generation.same_noise": (
        "#### The same noise through all arms\nEight pictures each. The arms with references are told by those of eight training "
        "pictures, the same for all three.",
        "#### 同样的噪声经过每一组\n每组八张。带参考图的三组使用同样八张训练图片的参考图。",
    ),
    "generation.seed": ("Seed of the noise", "噪声的随机种子"),
    "generation.again": ("Draw others", "换一批"),
    "generation.set": ("Trained on", "训练数据"),
    "generation.arms": ("Six arms, the same noise", "六组，同样的噪声"),
    "generation.drawn": ("{arm}: distance {distance}", "{arm}：距离 {distance}"),
    "generation.grow_text": (
        "All six at three moments of their training, for CIFAR-10; of MNIST only the finished ones are here. The bars are the Fréchet distance to "
        "unseen real pictures on SimCLR features, with 5,000 samples.",
        "六组在训练的三个时刻（仅 CIFAR-10；MNIST 只有训练完的模型）。柱子是在 SimCLR 特征上与未见过的真实图片的弗雷歇距离，用 5,000 个样本。",
    ),
    "generation.distances_now": ("Distance at this moment (low is good)", "此刻的距离（越低越好）"),
    "generation.frechet_axis": ("Fréchet distance", "弗雷歇距离"),
    "generation.now": (
        "Nearest to real pictures: **{best}** with {low}; farthest: {high}. One training each, on this network's features: step 4 "
        "shows how much chance there is in it.",
        "离真实图片最近的是**{best}**：{low}；最远的是 {high}。每组只是一次训练，只用这一个网络的特征：偶然性有多大，见第 4 步。",
    ),
    "generation.now_before": (
        "Before the first step no arm has learned anything; the distances, {low} to {high}, differ by the numbers that the networks happened to "
        "begin with.",
        "第一步之前，哪一组都还什么也没学到；距离从 {low} 到 {high}，差别只来自网络碰巧的初始值。",
    ),
    "generation.told": (
        "#### Told by your references\nThree arms draw from the references of step 1, each eight times, always from the same noise. Eight "
        "heads of attention decide what is taken from which reference; the noise asks.",
        "#### 由你的参考图决定\n三组模型按第 1 步的参考图各画八张，噪声始终相同。八个注意力头决定从哪张参考图取什么，提问的是噪声。",
    ),
    "generation.told_pictures": ("Drawn from your references", "按你的参考图生成"),
    "generation.which": ("Heads of which picture", "看第几张的注意力"),
    "generation.columns": (
        "The references as the encoder gets them, in the order of the columns",
        "编码器看到的参考图，顺序与列相同",
    ),
    "generation.heads": ("What each head takes from each reference", "每个头从每张参考图取多少"),
    "generation.reference": ("reference", "参考图"),
    "generation.head": ("head", "头"),
    "generation.heads_hover": (
        "head %{y} takes %{z:.1%} from reference %{x}<extra></extra>",
        "第 %{y} 个头从参考图 %{x} 取 %{z:.1%}<extra></extra>",
    ),
    "generation.heads_text": (
        "On average over its heads this picture takes most from reference **{favourite}**: {share}; evenly it would be {even}. "
        "Another noise moves {moved} of a head's weight elsewhere: near 0 %, the noise asks for nothing and the heads have fixed tastes.",
        "各个头平均来看，这张图片从第 **{favourite}** 张参考图取得最多：{share}；平均分配应为 {even}。换一个噪声，每个头平均有 {moved} 的权重移到别处：若接近 0 %，"
        "说明噪声什么也没问，各个头的偏好是固定的。",
    ),
    "generation.found_head": ("#### What was found", "#### 结果"),
    "generation.arm": ("Arm", "组"),
    "generation.row": ("{network}, {count}", "{network}，{count}"),
    "generation.precision": ("Precision", "精确率"),
    "generation.recall": ("Recall", "召回率"),
    "generation.seeds": ("Seeds", "种子数"),
    "generation.real": ("real pictures", "真实图片"),
    "generation.on_network": ("On {network} features, 5,000 samples", "{network} 特征，5,000 个样本"),
    "generation.none": ("none", "无"),
    "generation.comma": (", ", "、"),
    "generation.found": (
        "On **{set}**, with {seeds} seeds an arm, an arm counts as different from the plain GAN only if all its seeds lie on one side of all "
        "of the plain GAN's, by both networks (of two arms that are alike, {luck} would part so by luck on one network). **Lower: {lower}.** Higher: {higher}. Not told apart: {open}.",
        "在 **{set}** 上，每组 {seeds} 个种子；只有当一组的全部种子按两个网络都落在普通 GAN 全部种子的同一侧，才算不同（两组本无差别时，仅凭运气在一个网络上这样分开的概率是 {luck}）。**更低：{lower}。**更高：{higher}。分不出：{open}。",
    ),
    "generation.found_one_seed": (
        "On **{set}** each arm was trained once, so nothing is called different. From the lowest distance on EfficientNet's features: {order}.",
        "在 **{set}** 上每组只训练了一次，因此不下“不同”的结论。按 EfficientNet 特征的距离从低到高：{order}。",
    ),
    "generation.control_lower": (
        "The control: references told by a trained encoder lead to a lower distance than references of an untrained one. What was learned matters, not only that a reference is given.",
        "对照：用训练过的编码器描述参考图，距离低于用未训练的编码器。起作用的是学到的东西，而不只是给了参考图。",
    ),
    "generation.control_higher": (
        "The control contradicts the claim: references of an untrained encoder lead to a lower distance than those of a trained one.",
        "对照与说法相反：用未训练的编码器描述参考图，距离反而更低。",
    ),
    "generation.control_apart_not": (
        "The control: references of a trained encoder and of an untrained one are not told apart by both networks. So it is not shown that what the encoder learned is what helps.",
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
    "generation.heads_apart_not": (
        "Attention over the references and their plain mean are not told apart by both networks.",
        "对参考图用注意力与直接取平均，两个网络没有一致地分出高下。",
    ),
    "generation.careful": (
        "How to read this: lower is nearer to unseen real pictures; brackets and bars span the seeds. Neither distance is FID; "
        "compare only within a column. Distances of 5,000 samples tend to be larger than those of 10,000, since few samples look farther away; where pictures are bad anyway it does not show. SimCLR features also tell the arms with "
        "references what to draw, so these arms are graded by their own teacher there; EfficientNet-Lite0 (trained on ImageNet's labels, 96 pixels) is the independent opinion. And these arms know "
        "at every draw which training picture to be like, which the others do not, and read it with a part of their own (generators of up to {read} parameters; the others have {alone}). Small networks, {steps} steps ({other} on MNIST) on one CPU core: what holds here need not hold for large ones.",
        "怎样读：数值越低，离未见过的真实图片越近；括号和误差线表示各种子的范围。两种距离都不是 FID，只能在同一列内比较。5,000 个样本的距离往往大于 10,000 个的，因为样本少会显得更远；图片本来就差时则看不出来。"
        "SimCLR 特征同时也告诉带参考图的组该画什么，所以在那一列它们是由自己的老师打分；EfficientNet-Lite0（用 ImageNet 标签训练，96 像素）是独立的意见。此外，这些组每次都知道要像哪张训练图片，并有专门的部分来读它（生成器最多 {read} 个参数，其他组为 {alone} 个）；其他组并不知道。"
        "网络很小，在一个 CPU 核上只训练 {steps} 步（MNIST 为 {other} 步）：在这里成立的，大模型上未必成立。",
    ),
    "generation.no_fid": (
        "FID itself is not in the table: Inception's weights are no part of this project and could not be fetched where it was measured.",
        "表中没有 FID 本身：Inception 的权重不属于本项目，在测量的机器上也无法下载。",
    ),
    "generation.measure_head": (
        "#### Measure now\nUp to 1,024 pictures are drawn and compared with all unseen real ones (the set chosen above, the seed of step 3), before your eyes.",
        "#### 现在就测\n当场生成最多 1,024 张图片，与全部未见过的真实图片比较（使用上面选的数据和第 3 步的种子）。",
    ),
    "generation.measure": ("Measure", "开始测量"),
    "generation.not_measured": ("Choose an arm and measure: a few seconds.", "选择一组，开始测量：需要几秒钟。"),
    "generation.measured": ("measured now", "现在测得"),
    "generation.recorded": ("on record", "记录值"),
    "generation.measure_title": ("{arm}: the distance falls with the number of pictures", "{arm}：距离随图片数下降"),
    "generation.count_axis": ("pictures drawn", "生成的图片数"),
    "generation.measure_hover": ("%{x} pictures: %{y:.2f}<extra></extra>", "%{x} 张图片：%{y:.2f}<extra></extra>"),
    "generation.measuring": (
        "{arm}, {count} pictures: {distance} ± {error} ...",
        "{arm}，{count} 张图片：{distance} ± {error} ……",
    ),
    "generation.measure_text": (
        "{arm}: **{distance} ± {error}** with {count} pictures, where {few} gave {first} and the record of this generator with {many} says {recorded}. The generator did not change: the fall is the bias of "
        "counting few pictures, not an improvement. The error is the jackknife's.",
        "{arm}：{count} 张图片时为 **{distance} ± {error}**；{few} 张时为 {first}，这个生成器 {many} 张的记录为 {recorded}。生成器没有变：下降是样本少造成的偏差，不是变好了。误差由刀切法估计。",
    ),
    "generation.published": (
        "#### What others found\nPublished FIDs without and with self-supervision: a rotation loss (SSGAN; reimplemented in kwotsin/mimicry) on the first three sets, features of an encoder as the condition "
        "(RCG, LTH14/rcg) on ImageNet. On faces, which always stand upright, the rotation loss made it worse. FIDs are no distances of this page: compare directions, not numbers.",
        "#### 别人的结果\n已发表的 FID，不用与使用自监督：前三行是旋转损失（SSGAN，见 kwotsin/mimicry 的复现），ImageNet 一行以编码器特征为条件（RCG，见 LTH14/rcg）。人脸总是正立的，旋转损失反而使结果变差。"
        "FID 与本页的距离不是一回事：只比较方向，不比较数值。",
    ),
    "generation.published_set": ("Set", "数据集"),
    "generation.without": ("FID without", "不用自监督的 FID"),
    "generation.with": ("FID with", "使用自监督的 FID"),
    "generation.change": ("Change", "变化"),
    # --- masked ---
    "masked.tab": ("Masked pictures", "图像掩码重构"),
    "masked.step1": ("Data", "数据"),
    "masked.step1_text": (
        "Any picture; its middle square is used. Nobody says what is in it.",
        "任何图片，取中间的正方形。没有人告诉模型里面是什么。",
    ),
    "masked.step2": ("The label it makes itself", "数据自己产生的标签"),
    "masked.step2_text": (
        "Cut the picture into patches and hide most of them. What was hidden is the label, and it costs nothing.",
        "把图片切成小块，遮住其中大部分。被遮住的内容就是标签，不花一分钱。这就是代理任务。",
    ),
    "masked.step3": ("What the model learned", "模型学到了什么"),
    "masked.step3_text": (
        "To paint what it cannot see, it must know how colours, edges and textures go on. It answers with the mean of all "
        "that could be there, so it paints smoothly: that is what the smallest squared error asks for. Where the picture is visible, "
        "nothing was ever asked of it, and it paints something odd.",
        "要画出看不见的部分，就得知道颜色、边缘和纹理如何延续。它回答的是所有可能内容的平均，所以画面平滑：平方误差最小正要求如此。"
        "对可见的部分从没有要求过它，所以那里画得有些怪。",
    ),
    "masked.step4": ("What the features are good for", "特征有什么用"),
    "masked.step4_text": (
        "The encoder never saw a name. Its features, averaged over a regular ninth of the patches, find similar pictures "
        "among {count} bundled emoji and photographs. Always the bundled model.",
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
        "Fetching {name}, {megabytes} MB. The bundled model works on meanwhile.",
        "正在下载 {name}（{megabytes} MB），其间内置模型照常可用。",
    ),
    "masked.fetched": ("{name} is here and chosen.", "{name} 已就绪并已选中。"),
    "masked.by_chance": ("By chance", "随机遮挡"),
    "masked.by_hand": ("Paint it", "手绘掩码"),
    "masked.ratio": ("Mask ratio: share of the patches that are hidden", "掩码比例：被遮住的图像块所占的份额"),
    "masked.seed": ("Seed of the mask", "掩码的随机种子"),
    "masked.another": ("Another mask", "换一个掩码"),
    "masked.go": ("Hide and restore", "遮挡并重构"),
    "masked.canvas": ("Paint over what is to be hidden", "涂抹要遮住的部分"),
    "masked.paint_text": (
        "Every patch that you paint on is hidden whole. Leave at least one.",
        "涂到的图像块会整块遮住，至少留下一块。",
    ),
    "masked.paint_go": ("Restore what I painted over", "重构我涂掉的部分"),
    "masked.original": ("Original", "原图"),
    "masked.masked": ("What the model sees", "模型看到的"),
    "masked.restored": ("What it paints", "模型画出的"),
    "masked.pasted": ("Pasted together", "与可见部分拼合"),
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
        "Pixels lie between 0 and 1, and only hidden ones count. Mean fill: every hidden pixel takes the mean colour of the "
        "visible pixels of this picture. Linear in-painting: colours run straight between the nearest visible pixels. "
        "PSNR is the same error in decibels: 10 more are a tenth of the error.",
        "像素取值 0 到 1，只计算被遮住的像素。均值填充：被遮像素一律取本图可见像素的平均颜色。线性插值补全：颜色在最近的可见像素之间直线过渡。"
        "PSNR 是同一误差的分贝表示：每高 10 分贝，误差为原来的十分之一。",
    ),
    "masked.card": (
        "On {n} test scenes at ratio 0.75 the bundled model's error is {mse}, {share} of mean fill's (PSNR {psnr} dB); linear "
        "in-painting stands at {linear} (n = {linear_n}).",
        "在 {n} 张测试风景图上，掩码比例 0.75 时内置模型的误差为 {mse}，是均值填充的 {share}（PSNR {psnr} 分贝）；线性插值补全为均值填充的 {linear}（n = {linear_n}）。",
    ),
    "masked.grow_text": (
        "A small network restores your picture under the mask of step 2, at five moments of its training. It begins with the "
        "mean colour of what is visible, then finds colours, and edges last. The lower the bars, the better.",
        "一个小网络在训练的五个时刻重构你的图片（使用第 2 步的掩码）。它从可见部分的平均颜色起步，先学会颜色，最后才是边缘。柱子越低越好。",
    ),
    "masked.grow_curve": ("Error on unseen scenes", "未见过风景上的误差"),
    "masked.grow_axis": ("share of mean fill's", "相对均值填充"),
    "masked.grow_verdict": (
        "Squared error on your picture at this moment: **{model}**. Mean fill, the naive baseline, is {mean} off, linear in-painting {linear}.",
        "此刻在你的图片上的均方误差：**{model}**。朴素基线均值填充为 {mean}，线性插值补全为 {linear}。",
    ),
    "masked.near_features": ("Nearest by the encoder's features", "按编码器特征最近"),
    "masked.near_pixels": ("Nearest by raw pixels", "按原始像素最近"),
    "masked.retrieval": (
        "Of {n} emoji, the most similar other one is of the same group (animals, food, ...) for {features} by features, {pixels} "
        "by raw pixels, {chance} by chance. Pixels win: emoji are drawn to one plan, and what a masked autoencoder learns shows "
        "only after fine-tuning (He et al. 2021, section 4.3).",
        "在 {n} 个表情中，最相似的另一个属于同一组（动物、食物等）的比例：按特征为 {features}，按原始像素为 {pixels}，随机为 {chance}。"
        "像素反而更好：表情图都按同一套规范绘制；而掩码自编码器学到的东西，要经过微调才显出来（He 等 2021，第 4.3 节）。",
    ),
    "masked.neighbour": ("{name}, cosine {similarity}", "{name}，余弦 {similarity}"),
    "masked.attention": ("Click a patch: where does it look?", "点击一个图像块：它在看哪里？"),
    "masked.attention_text": (
        "Attention of the framed patch to all others in the encoder's last block, mean of the heads, nothing hidden. "
        "Brightest is most, darkest is least.",
        "编码器最后一层中，框出的图像块对其他各块的注意力（各头平均，图中无遮挡）。最亮为最强，最暗为最弱。",
    ),
    # --- gpt2 ---
    "gpt2.tab": ("GPT-2", "GPT-2 续写"),
    "gpt2.step1": ("Data", "数据"),
    "gpt2.step1_text": (
        "Any text, in any script. At most {limit} characters; control characters and blanks at the end are left out.",
        "任何文字的任何文本，最多 {limit} 个字符；控制字符和末尾的空格会被去掉。",
    ),
    "gpt2.step2": ("The label it makes itself", "数据自己产生的标签"),
    "gpt2.step2_text": (
        "At every place the label is the next token. Nobody has to write it down: it stands in the text. "
        "The redder a token, the more it surprised the model.",
        "每个位置的标签就是下一个词元，无需任何人标注：它就写在文本里。词元颜色越红，越出乎模型的意料。",
    ),
    "gpt2.step3": ("What the model learned", "模型学到了什么"),
    "gpt2.step3_text": (
        "To foresee the next token is to be able to write. Click a token that it added to see what else it thought of, "
        "and branch from there.",
        "能预测下一个词元，就能写作。点击它写出的任何词元，看看它还想过什么，并从那里另写一支。",
    ),
    "gpt2.step4": ("What the features are good for", "特征有什么用"),
    "gpt2.step4_text": (
        "Nobody told the model what words mean. Words used alike got vectors alike, and texts about one thing got "
        "states alike.",
        "没有人告诉模型词的意思。用法相近的词，向量也相近；内容相近的文本，隐藏状态也相近。",
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
        "Fetching {name}, {megabytes} MB. The bundled models work on meanwhile.",
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
    "gpt2.label": ("label: what comes next", "标签：下一个"),
    "gpt2.guessed": ("chance the model gave it", "模型给它的概率"),
    "gpt2.coloured": ("Your text, coloured by surprise", "你的文本，按意外程度着色"),
    "gpt2.verdict": (
        "**{bits} bits a character**, against {chance} for a blind guess among all {vocabulary} tokens. {tokens} tokens, "
        "{characters} characters; perplexity {perplexity} a token. The first token is guessed from nothing but the start.",
        "**每字符 {bits} 比特**；在全部 {vocabulary} 个词元中盲猜需要 {chance} 比特。共 {tokens} 个词元、{characters} 个字符；"
        "每词元困惑度 {perplexity}。第一个词元只凭起始符预测。",
    ),
    "gpt2.bits_title": ("Bits a character: lower is better", "每字符比特数：越低越好"),
    "gpt2.bits": ("bits a character", "每字符比特数"),
    "gpt2.bits_hover": ("%{x}: %{y:.2f} bits a character<extra></extra>", "%{x}：每字符 %{y:.2f} 比特<extra></extra>"),
    "gpt2.unigram": ("how often tokens are used", "只看词频"),
    "gpt2.card": (
        "{model}: {bits} bits a character on test texts that it never read, perplexity {perplexity} a token (n = {n} characters).",
        "{model}：在从未读过的测试文本上每字符 {bits} 比特，每词元困惑度 {perplexity}（n = {n} 个字符）。",
    ),
    "gpt2.card_own": (
        "{model}: {bits} bits a character on the end of its own text, which was held out of the training, perplexity "
        "{perplexity} a token (n = {n} characters).",
        "{model}：在自己语料末尾、训练时留出的部分上每字符 {bits} 比特，每词元困惑度 {perplexity}（n = {n} 个字符）。",
    ),
    "gpt2.grow_text": (
        "A small network, at five moments of its training on English novels, goes on from your text. First it "
        "knows no token from another, then which are common, then which follow each other.",
        "一个小网络在学习英文小说的五个时刻接着你的文本往下写。起初它分不清任何词元，然后知道哪些常见，再后来知道哪些会相连。",
    ),
    "gpt2.grow_text_label": ("What it writes, coloured by surprise", "它写出的文本，按意外程度着色"),
    "gpt2.grow_verdict": (
        "Here the beginning costs it **{bits} bits a character**; by token counts alone it would be {unigram}, by a blind "
        "guess {chance}.",
        "在这一步，这段开头每字符花费它 **{bits} 比特**；只看词频为 {unigram}，盲猜为 {chance}。",
    ),
    "gpt2.grow_replaced": (
        "It never read your script, so it goes on from an English sentence instead.",
        "它没有读过这种文字，所以改从一句英文接着写。",
    ),
    "gpt2.grow_curve": ("On unseen novels: lower is better", "在未读过的小说上：越低越好"),
    "gpt2.grow_counts": ("token counts", "只看词频"),
    "gpt2.length": ("Tokens to add", "续写词元数"),
    "gpt2.temperature": ("Temperature: 0 always takes the likeliest", "温度：0 总取最可能的"),
    "gpt2.top_k": ("Top-k: choose among the k likeliest, 0 for all", "Top-k：只从最可能的 k 个中选，0 为全部"),
    "gpt2.top_p": ("Top-p: choose among the fewest that hold this share", "Top-p：只从累计达到此概率的最少几个中选"),
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
    "gpt2.alternatives": ("The ten likeliest at this place", "这个位置最可能的十个词元"),
    "gpt2.probability": ("probability", "概率"),
    "gpt2.alternative_hover": ("%{x}: %{y:.2%}<extra></extra>", "%{x}：%{y:.2%}<extra></extra>"),
    "gpt2.chosen": (
        "Drawn: “{token}”, number {rank} of the model's ranking, probability {probability} before temperature and cuts.",
        "抽到的是“{token}”，在模型的排名中第 {rank} 位，概率 {probability}（温度与截断之前）。",
    ),
    "gpt2.choice": ("Take instead", "改用"),
    "gpt2.branch": ("Branch from here", "从这里另写"),
    "gpt2.word": ("A word that is one token", "一个词（恰为一个词元）"),
    "gpt2.nearest_go": ("Find words used alike", "查找用法相近的词"),
    "gpt2.nearest_title": ("Tokens with embeddings most like “{token}”", "嵌入与“{token}”最相近的词元"),
    "gpt2.nearest_hover": ("%{x}: cosine %{y:.2f}<extra></extra>", "%{x}：余弦 %{y:.2f}<extra></extra>"),
    "gpt2.cosine": ("cosine", "余弦相似度"),
    "gpt2.query": ("A line of text", "一行文本"),
    "gpt2.similar_go": ("Find lines alike", "查找相似的句子"),
    "gpt2.line": ("most alike of 40 bundled lines", "40 句内置文本中最相似的"),
    "gpt2.theme": ("theme", "主题"),
    "gpt2.overlap": ("letters in common", "共有字符"),
    "gpt2.kinds": (
        "Of {n} words of eight kinds, such as colours or kin, the most similar one is of the same kind for {model} by these "
        "embeddings, for {naive} by picking the word used about as often, for {chance} by chance.",
        "取颜色、方位等八类共 {n} 个词，最相近的词属于同一类的比例：按这些嵌入为 {model}，按使用频率最接近为 {naive}，随机为 {chance}。",
    ),
    "gpt2.kinds_only": (
        "Of {n} words of eight kinds, such as colours or kin, the most similar one is of the same kind for {model} by these "
        "embeddings, for {chance} by chance.",
        "取颜色、方位等八类共 {n} 个词，最相近的词属于同一类的比例：按这些嵌入为 {model}，随机为 {chance}。",
    ),
    "gpt2.kinds_few": (
        "Too few words of the eight kinds, such as colours or kin, are one token for this model to count how often "
        "neighbours are of one kind.",
        "颜色、方位等八类词中，对这个模型恰为一个词元的太少，无法统计近邻是否同类。",
    ),
    "gpt2.retrieval": (
        "For each of the {n} lines the most similar other one has the same theme in {model} of cases by the model's mean state, in "
        "{naive} by letters in common, in {chance} by chance. The model never saw the themes; where the lines of a theme share a "
        "word, as moonlit verses do, counting letters is hard to beat.",
        "{n} 句中，与每句最相似的另一句主题相同的比例：按模型的平均隐藏状态为 {model}，按共有字符为 {naive}，随机为 {chance}。"
        "模型从未见过主题；同主题的句子若常含同一个字（如咏月诗），数字符就很难被超过。",
    ),
    # --- bert ---
    "bert.tab": ("BERT", "BERT 填词"),
    "bert.step1": ("Data", "数据"),
    "bert.step1_text": (
        "A sentence or two, at most {characters} characters or {tokens} tokens. The bundled model read English novels of 1840 to 1930.",
        "一两句话，最多 {characters} 个字符或 {tokens} 个词元。内置模型只读过 1840 至 1930 年的英文小说，请写英文；中文可下载中文模型。",
    ),
    "bert.step2": ("The label it makes itself", "数据自己产生的标签"),
    "bert.step2_text": (
        "Hide some words: what stood there is the label, and it costs nothing. Unlike GPT, the network may read both sides of a gap.",
        "遮住几个词：原来的词就是标签，无需任何标注。与 GPT 不同，网络可以同时看到空缺两侧的文字。",
    ),
    "bert.step3": ("What the model learned", "模型学到了什么"),
    "bert.step3_text": (
        "To fill a gap it must know what fits before and after. Each hidden token gets its five likeliest candidates; "
        "the one that stood there is green.",
        "要填上空缺，就得知道前后文各需要什么。每个被遮住的词元列出最可能的五个候选；绿色的是原来的词。",
    ),
    "bert.step4": ("What the features are good for", "特征有什么用"),
    "bert.step4_text": (
        "A word that means two things gets a vector for each use. Nobody told the network the meanings, and a fixed vector a word "
        "could not tell them apart.",
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
        "Fetching {name}, {megabytes} MB. The bundled model works on meanwhile.",
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
        "**In training chance does the clicking.** 15 % of the tokens are to be guessed. Of these, 80 % are hidden behind [MASK], "
        "10 % are replaced by a random token, 10 % stay as they are, so the network can trust no token and has to "
        "judge each one.",
        "**训练时由随机数来点击。** 选出 15 % 的词元作为预测目标：其中 80 % 换成 [MASK]，10 % 换成随机词元，10 % 保持不变。"
        "网络因此不能轻信任何一个词元，必须对每一个作出判断。",
    ),
    "bert.drawn_label": ("What one step of training would read", "训练的一步所读到的内容"),
    "bert.hidden": ("hidden", "遮住"),
    "bert.replaced": ("replaced", "替换"),
    "bert.kept": ("kept, but asked", "不变，但要预测"),
    "bert.drawn": (
        "{chosen} of {tokens} tokens are to be guessed here: {hidden} hidden, {replaced} replaced, {kept} kept.",
        "这里 {tokens} 个词元中有 {chosen} 个要预测：遮住 {hidden} 个，替换 {replaced} 个，不变 {kept} 个。",
    ),
    "bert.seed": ("Seed", "随机种子"),
    "bert.again": ("Draw again", "重新抽取"),
    "bert.gap_label": ("label: <b>{label}</b>", "标签：<b>{label}</b>"),
    "bert.rank": ("label ranked {rank}, probability {probability}", "标签排第 {rank} 位，概率 {probability}"),
    "bert.left_guess": ("from the left neighbour alone: {guess}", "只看左邻词元：{guess}"),
    "bert.verdict": (
        "**{first} of {n}** labels come first, {among} of {n} among the first five; a blind guess is right once in {chance} times.",
        "**{n} 个标签中有 {first} 个**排在第一，{among} 个在前五；盲猜每 {chance} 次才对一次。",
    ),
    "bert.verdict_left": (
        "Naming what most often follows the left neighbour gets {left} of {n}.",
        "只说左邻词元之后最常出现的词元，能对 {n} 个中的 {left} 个。",
    ),
    "bert.fill_head": ("All gaps at once, or one after the other?", "一次填完，还是逐个填？"),
    "bert.at_once": (
        "At once: {right} of {n} as it stood; {bits} bits of surprise at the filled gaps",
        "一次填完：{n} 个中 {right} 个与原文相同；填入后这些位置的意外程度 {bits} 比特",
    ),
    "bert.one_by_one": (
        "One after the other, surest first: {right} of {n} as it stood; {bits} bits",
        "逐个填，先填最有把握的：{n} 个中 {right} 个与原文相同；{bits} 比特",
    ),
    "bert.one_gap": ("With one gap both are the same. Hide a second word.", "只有一个空缺时两者相同。请再遮住一个词。"),
    "bert.same": ("Both ways put the same words here.", "两种方式在这里填出了相同的词。"),
    "bert.differ_better": (
        "They differ at {differ} (orange): at once, no gap knows what the others get; one after the other, each word fits those before it, "
        "and the fewer bits say that the words agree better.",
        "有 {differ} 处不同（橙色）：一次填完时，各空缺互不知道对方填了什么；逐个填时，每个词都照顾到已填的词。比特数更少，说明各词更协调。",
    ),
    "bert.differ_worse": (
        "They differ at {differ} (orange): at once, no gap knows what the others get. Here going one by one did not help: an early choice "
        "that fits badly stays.",
        "有 {differ} 处不同（橙色）：一次填完时，各空缺互不知道对方填了什么。这里逐个填并无帮助：先填的词若不合适，就一直留着。",
    ),
    "bert.order": ("Order of filling, named by the labels: {order}.", "填写顺序（以标签表示）：{order}。"),
    "bert.compare_head": ("Both sides in sight, or only the left?", "看两侧，还是只看左侧？"),
    "bert.both_sides": ("BERT, both sides", "BERT，看两侧"),
    "bert.left_only": ("GPT-2, left only", "GPT-2，只看左侧"),
    "bert.bits": ("bits of surprise", "意外程度（比特）"),
    "bert.compared": (
        "BERT, each token hidden alone: **{bert} bits a character**; GPT-2, from left to right: **{gpt}**; a blind guess: {chance}. "
        "{easier} of {n} words are easier with both sides in sight. Only GPT-2's sum is the cost of writing the text down: BERT "
        "reads every token while it guesses the others (a pseudo-log-likelihood, Salazar et al. 2020).",
        "BERT 每次只遮住一个词元：**每字符 {bert} 比特**；GPT-2 从左到右：**{gpt}**；盲猜：{chance}。{n} 个词中有 {easier} 个在看到两侧时更容易。"
        "只有 GPT-2 的总和是写下这段文本的编码代价：BERT 猜一个词元时看得到其余所有词元（伪对数似然，Salazar 等 2020）。",
    ),
    "bert.compared_counts": ("By token counts alone: {unigram}.", "只看词频：{unigram}。"),
    "bert.card": (
        "On two novels that it never read, the bundled model names {accuracy} of hidden tokens, {top5_accuracy} among its first five (n = {n}); "
        "what most often follows the left neighbour gets {left_accuracy}, the most frequent token {frequent_accuracy}. Pseudo-perplexity "
        "a token {perplexity}, by token counts {unigram}, by chance {chance} (n = {alone}).",
        "在两部从未读过的小说上，内置模型猜对 {accuracy} 的被遮词元，前五中含正确者 {top5_accuracy}（n = {n}）；只看左邻词元为 {left_accuracy}，"
        "总猜最常见词元为 {frequent_accuracy}。每词元伪困惑度 {perplexity}，只看词频 {unigram}，随机 {chance}（n = {alone}）。",
    ),
    "bert.word": ("A word of two meanings", "一个多义词"),
    "bert.query": ("Your sentence with this word", "包含这个词的句子"),
    "bert.senses_go": ("Find uses alike", "查找相似用法"),
    "bert.use": ("bundled uses of the word, most alike first", "这个词的内置用例，最相似的在前"),
    "bert.sense": ("sense", "词义"),
    "bert.cosine": ("cosine", "余弦相似度"),
    "bert.overlap": ("words in common", "共有词"),
    "bert.measured": (
        "Over all {n} bundled uses, the most similar use of the same word has the same sense in {model} of cases; with a network of the same shape "
        "that never read anything in {untrained}, by words in common in {naive}, by chance in {chance}.",
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
        "Who wrote it? A linear probe on the bundled model's frozen features tells which of the two test novels, Stevenson's or Chesterton's, "
        "a passage of 30 tokens is from in {accuracy} of cases (n = {n}); on an untrained network in {untrained_accuracy}, on token "
        "counts in {words_accuracy}, by chance in {chance}.",
        "谁写的？在内置模型的冻结特征上做线性探针，判断 30 个词元的片段出自史蒂文森还是切斯特顿的测试小说，正确率 {accuracy}（n = {n}）；"
        "用未训练的网络为 {untrained_accuracy}，用词元计数为 {words_accuracy}，随机为 {chance}。",
    ),
    # --- audio ---
    "audio.tab": ("Audio", "音频特征"),
    "audio.step1": ("Data", "数据"),
    "audio.step1_text": (
        "Any sound: WAV, FLAC, Ogg or MP3, up to {megabytes} MB and {seconds} seconds, one or two channels. The first {limit} "
        "seconds are heard, at 16 kHz.",
        "任何声音：WAV、FLAC、Ogg 或 MP3，不超过 {megabytes} MB、{seconds} 秒，单声道或立体声。模型听前 {limit} 秒，采样率 16 kHz。",
    ),
    "audio.step2": ("The label it makes itself", "数据自己产生的标签"),
    "audio.step2_text": (
        "Two at once: what was in a hidden stretch, and which two versions come from one clip. Nobody listens and writes down.",
        "同时有两个：被遮住的一段原来是什么；哪两个版本来自同一段声音。无需任何人去听和标注。",
    ),
    "audio.step3": ("What the model learned", "模型学到了什么"),
    "audio.step3_text": (
        "To fill the hole it must know how sounds go on; to match views, what stays the same when room, speed and noise change.",
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
        "Fetching {name}, {megabytes} MB, then hearing the bundled sounds with it. The bundled model works on meanwhile.",
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
        "**A hidden stretch.** The network sees what is left and right of the frame.",
        "**遮住一段。** 网络只能看到框左右两边的内容。",
    ),
    "audio.hole": ("What the network gets: the framed stretch is hidden", "网络得到的输入：框内被遮住"),
    "audio.place": ("Where it lies (% of the clip)", "位置（占全长的 %）"),
    "audio.length": (
        "How long it is (ms, at most half of the clip; trained on 80 to 240)",
        "长度（毫秒，至多全长的一半；训练时为 80 至 240）",
    ),
    "audio.go": ("Hide it and let the model restore it", "遮住并让模型重构"),
    "audio.views_text": (
        "**Two views.** Each starts elsewhere, runs faster or slower, through another microphone, with noise and another sound "
        "behind it. The network has to find the partner among all views of a batch.",
        "**两个视图。** 起点、快慢、麦克风音色各不相同，还叠加了噪声和别的声音。网络要在一批视图中找出配对的那个。",
    ),
    "audio.view1": ("One view", "视图一"),
    "audio.view2": ("The other view", "视图二"),
    "audio.strength": ("Strength of the changes (1 as in training)", "变化强度（1 与训练时相同）"),
    "audio.again": ("Two other views", "换两个视图"),
    "audio.views_found": (
        "**The two views:** cosine **{cosine}** by the network, higher than {rank} of all pairs of bundled sounds; **{mfcc}** by "
        "MFCC (naive baseline), higher than {mfcc_rank}. Zero is as alike as any two sounds.",
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
        "mean fill {mean} dB. A spectrogram has no phase: Griffin-Lim makes one up, so the restored stretch sounds a little metallic.",
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
        "On test recordings of spoken digits (n = {n}), 10 nearest neighbours name the digit rightly in {knn}, by MFCC in {mfcc}, by "
        "chance in 10 %. With the speaker's own recordings taken out: {unheard}, MFCC {unheard_mfcc}. Ten kinds of everyday sound (n = "
        "{rooms_n}): {rooms}, MFCC {rooms_mfcc}.",
        "在口语数字测试录音上（n = {n}），10 个近邻判对数字的比例为 {knn}，用 MFCC 为 {mfcc}，随机猜测为 10 %。去掉同一说话人的录音后：{unheard}，MFCC "
        "{unheard_mfcc}。十类环境声音（n = {rooms_n}）：{rooms}，MFCC {rooms_mfcc}。",
    ),
    "audio.card_restoring": (
        "Restoring 0.15 s of them: model {digits_model} dB, straight lines {digits_linear}, mean fill {digits_mean} for digits; "
        "{rooms_model}, {rooms_linear} and {rooms_mean} for everyday sounds. Straight lines are a strong baseline: hidden "
        "moments mostly resemble their neighbours.",
        "重构其中 0.15 秒：数字录音上模型 {digits_model} dB、直线插值 {digits_linear}、均值填充 {digits_mean}；环境声音上分别为 "
        "{rooms_model}、{rooms_linear} 和 {rooms_mean}。直线插值是很强的基线：被遮住的瞬间大多与前后相似。",
    ),
    "audio.probe_text": (
        "#### Probes\nTwo linear layers, fitted afterwards on English digits spoken by six people. They always answer, "
        "even for a drum: believe them for spoken English digits.",
        "#### 线性探针\n两个线性层，事后用六个人说的英语数字拟合。它们总会给出答案，哪怕听到的是鼓声：只有对英语数字的回答才可信。",
    ),
    "audio.digit": ("Which digit?", "哪个数字？"),
    "audio.speaker": ("Which of six speakers is it most like?", "最像六位说话人中的哪一位？"),
    "audio.probability": ("probability", "概率"),
    "audio.bar_hover": ("%{x}: %{y:.1%}<extra></extra>", "%{x}：%{y:.1%}<extra></extra>"),
    "audio.read": (
        "The probes read digit **{digit}** ({sure}; chance 10 %) and speaker **{speaker}** ({speaker_sure}; chance 16.7 %).",
        "探针的读数：数字 **{digit}**（{sure}；随机猜测 10 %），说话人 **{speaker}**（{speaker_sure}；随机猜测 16.7 %）。",
    ),
    "audio.no_probes": (
        "**{model} has no probes of its own**: they are fitted where spoken digits (fsdd) were among the data. These are "
        "the bundled model's.",
        "**{model} 没有自己的探针**：只有训练数据里含口语数字（fsdd）时才会拟合探针。下面是内置模型的读数。",
    ),
    "audio.untrained": (
        "A network of the same shape with random weights, which never heard anything, is a strong baseline: probes on it "
        "name {digits_untrained} of test digits (trained: {digits}), {unheard_untrained} for a speaker left out ({unheard}) and "
        "{rooms_untrained} of everyday sounds ({rooms}). Only the difference was learned.",
        "同样结构、权重随机、从未听过任何声音的网络，就已是很强的基线：在它上面拟合的探针能认出 {digits_untrained} 的测试数字（训练后 "
        "{digits}），对留出的说话人为 {unheard_untrained}（{unheard}），环境声音为 {rooms_untrained}（{rooms}）。差值才是训练学到的。",
    ),
    "audio.neighbours_text": (
        "#### Nearest bundled sounds, by the network\nIt heard most of these sounds in training, without their names.",
        "#### 网络认为最近的内置声音\n训练时它听过其中大部分声音，但从未见过名称。",
    ),
    "audio.by_network": ("by the network", "按网络"),
    "audio.by_mfcc": ("by MFCC (naive baseline)", "按 MFCC（朴素基线）"),
    "audio.cosine": ("cosine", "余弦"),
    "audio.compare_text": ("#### Compare with a second sound", "#### 与另一段声音比较"),
    "audio.other": ("The other sound", "另一段声音"),
    # --- recommendation ---
    "recommendation.tab": ("Films", "电影推荐"),
    "recommendation.step1": ("Data", "数据"),
    "recommendation.step1_text": (
        "Films in the order in which somebody rated them, and nothing else: no stars, no genres, no plot. Pick {low} to {high}; "
        "type to search.",
        "一个人评价电影的先后顺序，仅此而已：没有星级、没有类型、没有剧情。请选 {low} 到 {high} 部，可输入英文片名搜索。",
    ),
    "recommendation.step2": ("The label it makes itself", "数据自己产生的标签"),
    "recommendation.step2_text": (
        "Hide a film and let the others guess it: what was hidden is the right answer. Training hides each film with {ratio}, "
        "and in {last} of the stretches only the last one, which is what a recommender is asked.",
        "遮住一部电影，让其余的来猜：被遮住的就是正确答案。训练时每部电影以 {ratio} 的概率被遮住；有 {last} 的片段只遮最后一部，这正是推荐系统要回答的问题。",
    ),
    "recommendation.step3": ("What the model learned", "模型学到了什么"),
    "recommendation.step3_text": (
        "Which films keep each other's company. BERT4Rec, a small transformer, looks at both sides of the hidden place and gives "
        "every film a probability; a blind pick is right once in {candidates}.",
        "哪些电影常常结伴出现。BERT4Rec 是一个小型 Transformer，它同时看被遮位置的两边，给每部电影一个概率；瞎猜每 {candidates} 次才对一次。",
    ),
    "recommendation.step4": ("What the features are good for", "特征有什么用"),
    "recommendation.step4_text": (
        "Every film became a vector. Nobody told the model a genre, yet films of one genre lie close together.",
        "每部电影都成了一个向量。没有人告诉模型类型，同类型的电影却靠在一起。",
    ),
    "recommendation.films": ("Your films, the one rated first on the left", "你的电影，最先评价的在最左"),
    "recommendation.search": ("search a title", "搜索片名"),
    "recommendation.set_space": ("Science fiction", "科幻"),
    "recommendation.set_family": ("Animation", "动画"),
    "recommendation.set_crime": ("Crime", "犯罪"),
    "recommendation.set_love": ("Romance", "爱情"),
    "recommendation.set_fear": ("Horror", "恐怖"),
    "recommendation.set_old": ("Before 1960", "1960 年以前"),
    "recommendation.model": ("Model", "模型"),
    "recommendation.model_movielens": ("in the order of rating", "按评价顺序训练"),
    "recommendation.model_shuffled": ("never saw an order (control)", "从未见过顺序（对照）"),
    "recommendation.source": (
        "Trained on MovieLens (GroupLens, University of Minnesota; Harper and Konstan 2015): {ratings} ratings by {users} users. "
        "**Its licence** allows research use and passing on, transformations included, under the same terms, and no commercial use "
        "without permission. Weights, titles and neighbour lists are such transformations: they are shipped under those terms, in "
        "`README.txt` beside them; the ratings are not shipped. GroupLens does not endorse this page.",
        "训练数据为 MovieLens（明尼苏达大学 GroupLens；Harper 与 Konstan，2015）：{users} 位用户的 {ratings} 条评分。**其许可**允许用于研究，也允许在同样条款下"
        "再分发，包括变换后的形式；未经许可不得商用。权重、片名和近邻表都属于这样的变换，因此按同样条款随附，条款见同目录的 `README.txt`；评分本身不随附。"
        "GroupLens 并不为本页面背书。",
    ),
    "recommendation.pace": (
        "**A limit of the data:** people enter films in bulk. {minute} of these ratings came within a minute of the one before, "
        "{second} in the same second. So the order is partly that of the lists the site showed, and not of evenings at the cinema.",
        "**数据的局限：** 人们往往成批录入。{minute} 的评分与上一条相隔不到一分钟，{second} 在同一秒。所以这个顺序部分是网站列表的顺序，而不是观影的先后。",
    ),
    "recommendation.more": ("Pick at least {low} films.", "请至少选 {low} 部电影。"),
    "recommendation.hide": ("Hide one", "遮住哪一部"),
    "recommendation.item": ("{number}. {title}", "{number}. {title}"),
    "recommendation.mask": ("hidden", "已遮住"),
    "recommendation.verdict": (
        "Hidden: <b>{title}</b>. The model puts it in place <b>{rank}</b> of {candidates} with {probability}; a blind pick has "
        "{chance}. Item neighbours put it in place {knn}, popularity in place {popularity}.",
        "被遮住的是 <b>{title}</b>。模型把它排在 {candidates} 部中的第 <b>{rank}</b> 位，概率 {probability}；瞎猜的概率是 {chance}。物品近邻把它排在第 {knn} 位，"
        "热门榜排在第 {popularity} 位。",
    ),
    "recommendation.guesses": ("First guesses for the hidden film", "对被遮电影的前几个猜测"),
    "recommendation.attention": ("Where it looked (attention, mean of the heads)", "它看了哪里（注意力，各头平均）"),
    "recommendation.next": ("What comes next?", "接下来看什么？"),
    "recommendation.next_text": (
        "After the whole list, by three ways. Read backwards, {kept} of the network's ten stay.",
        "看完整个列表之后，用三种方法推荐。若把列表倒过来读，网络的十部中有 {kept} 部不变。",
    ),
    "recommendation.by_network": ("Network: probability", "网络：概率"),
    "recommendation.by_knn": ("Item neighbours: summed cosine", "物品近邻：余弦之和"),
    "recommendation.by_popularity": ("Popularity: ratings", "热门榜：评分数"),
    "recommendation.network": ("network", "网络"),
    "recommendation.knn": ("item neighbours", "物品近邻"),
    "recommendation.popularity": ("popularity", "热门榜"),
    "recommendation.in_random_order": ("network, list shuffled", "网络，列表打乱"),
    "recommendation.control": ("trained shuffled", "打乱顺序训练"),
    "recommendation.hits": (
        "Right film among the first ten, unseen last films",
        "前十名中包含未见过的最后一部（命中率）",
    ),
    "recommendation.hits_axis": ("HR@10", "命中率 HR@10"),
    "recommendation.card": (
        "The last film of each of {n} users, never seen in training, ranked among all films the user had not rated. Among the first "
        "ten (HR@10): network **{hit_rate}**, item neighbours {knn_hit_rate}, popularity {popularity_hit_rate}, chance "
        "{chance_hit_rate}. NDCG@10, which rewards a high place: **{ndcg}**, {knn_ndcg}, {popularity_ndcg}, {chance_ndcg}. With {n} "
        "users a share is sure to about ± {error} points (one standard error).",
        "对 {n} 位用户各自最后一部、训练中从未见过的电影，在该用户未评过的全部电影中排名。进入前十（HR@10）：网络 **{hit_rate}**，物品近邻 {knn_hit_rate}，"
        "热门榜 {popularity_hit_rate}，随机 {chance_hit_rate}。看重名次的 NDCG@10：**{ndcg}**、{knn_ndcg}、{popularity_ndcg}、{chance_ndcg}。"
        "{n} 位用户意味着比例的标准误约为 ± {error} 个百分点。",
    ),
    "recommendation.validation": (
        "On the film before the last, by which the settings of both were chosen: network {hit_rate}, item neighbours "
        "{knn_hit_rate}. Counting who rated what is hard to beat on so few users.",
        "在用来选定两者设置的倒数第二部电影上：网络 {hit_rate}，物品近邻 {knn_hit_rate}。用户这么少时，单纯统计谁评过什么就很难被超越。",
    ),
    "recommendation.order": (
        "**Does the order matter?** With each user's films in random order, so that the network reads any {read} of them and not the "
        "last, it has {shuffled_hit_rate}.",
        "**顺序重要吗？** 把每位用户的电影打乱，网络读到的就是其中任意 {read} 部而不是最后 {read} 部，命中率为 {shuffled_hit_rate}。",
    ),
    "recommendation.order_control": (
        "A second network, trained on shuffled histories and so asked about films of any time, has {control}.",
        "另一个网络用打乱的历史训练，因而看到的是不分先后的电影，命中率为 {control}。",
    ),
    "recommendation.grow_text": (
        "The same network and your hidden film at five moments of the training. Before the first step it knows nothing but how "
        "often each film was rated.",
        "同一个网络在训练的五个时刻猜你遮住的电影。训练之前，它只知道每部电影被评过多少次。",
    ),
    "recommendation.grow_curve": ("HR@10 on unseen last films", "未见过的最后一部的 HR@10"),
    "recommendation.grow_verdict": (
        "At this moment <b>{title}</b> stands in place <b>{rank}</b> of {candidates}, with {probability}.",
        "此刻 <b>{title}</b> 排在 {candidates} 部中的第 <b>{rank}</b> 位，概率 {probability}。",
    ),
    "recommendation.film": ("A film", "一部电影"),
    "recommendation.by_vectors": ("Most alike by vector: cosine", "按向量最相似：余弦"),
    "recommendation.by_ratings": ("Rated by the same people: cosine", "被同样的人评价：余弦"),
    "recommendation.genres_of": ("Genres of {title}: {genres}.", "{title} 的类型：{genres}。"),
    "recommendation.no_genres": ("none told", "未注明"),
    "recommendation.comma": (", ", "、"),
    "recommendation.genre_title": ("Of the ten nearest films, share of the same genre", "最近的十部电影中同类型的比例"),
    "recommendation.vectors": ("vectors", "向量"),
    "recommendation.untrained": ("untrained", "未训练"),
    "recommendation.genre_hover": ("%{y}: %{x:.0%}<extra></extra>", "%{y}：%{x:.0%}<extra></extra>"),
    "recommendation.genre_text": (
        "A mean over genres, on {n} films rated by at least {often} people: the vectors **{knn}**, those of an untrained network "
        "{untrained_knn}, a blind pick {chance}; comparing who rated the films, without any network, {rated_by_knn}.",
        "对 {n} 部至少有 {often} 人评价的电影，按类型取平均：向量 **{knn}**，未训练网络的向量 {untrained_knn}，随机 {chance}；不用网络、只比较谁评过，则为 {rated_by_knn}。",
    ),
    "recommendation.absent": (
        "There is no recommender in this copy. Train one in a few minutes, then start the page again: `python -m "
        "core.recommendation.train --data movielens --preset cpu`. The data, 1 MB, are fetched from GroupLens if they are not "
        "under `data`; their licence forbids commercial use without permission.",
        "这个副本里没有推荐模型。几分钟即可训练一个，然后重新启动页面：`python -m core.recommendation.train --data movielens --preset cpu`。"
        "若 `data` 下没有数据（1 MB），会从 GroupLens 下载；其许可规定未经许可不得商用。",
    ),
    "recommendation.absent_step": ("Waits for a trained model.", "等待训练好的模型。"),
    "recommendation.genre_Action": ("Action", "动作"),
    "recommendation.genre_Adventure": ("Adventure", "冒险"),
    "recommendation.genre_Animation": ("Animation", "动画"),
    "recommendation.genre_Children": ("Children", "儿童"),
    "recommendation.genre_Comedy": ("Comedy", "喜剧"),
    "recommendation.genre_Crime": ("Crime", "犯罪"),
    "recommendation.genre_Documentary": ("Documentary", "纪录片"),
    "recommendation.genre_Drama": ("Drama", "剧情"),
    "recommendation.genre_Fantasy": ("Fantasy", "奇幻"),
    "recommendation.genre_Film-Noir": ("Film noir", "黑色电影"),
    "recommendation.genre_Horror": ("Horror", "恐怖"),
    "recommendation.genre_IMAX": ("IMAX", "巨幕"),
    "recommendation.genre_Musical": ("Musical", "歌舞"),
    "recommendation.genre_Mystery": ("Mystery", "悬疑"),
    "recommendation.genre_Romance": ("Romance", "爱情"),
    "recommendation.genre_Sci-Fi": ("Science fiction", "科幻"),
    "recommendation.genre_Thriller": ("Thriller", "惊悚"),
    "recommendation.genre_War": ("War", "战争"),
    "recommendation.genre_Western": ("Western", "西部"),
    # --- end ---
}

ERRORS: dict[str, str] = {
    # --- foundation ---
    "Give a plain number between {low} and {high}.": "请给出 {low} 到 {high} 之间的数。",
    "{value} is outside the range from {low} to {high}.": "{value} 不在 {low} 到 {high} 的范围内。",
    "Give a whole number between {low} and {high}.": "请给出 {low} 到 {high} 之间的整数。",
    "There is no checkpoint called {name} here.": "这里没有名为 {name} 的检查点。",
    "The card of checkpoint {name} cannot be read.": "检查点 {name} 的说明卡无法读取。",
    "File {file} of checkpoint {name} is damaged.": "检查点 {name} 的文件 {file} 已损坏。",
    "The weights of checkpoint {name} do not fit its card.": "检查点 {name} 的权重与说明卡不符。",
    "{name} is a {kind} model, which this page cannot open.": "{name} 是 {kind} 模型，本页面无法打开。",
    "The card names {path}, which is not a model of this project.": "说明卡指定的 {path} 不是本项目的模型。",
    "The Hugging Face Hub cannot be reached or has no model {name}; the bundled model stays.": (
        "无法连接 Hugging Face Hub，或其中没有模型 {name}；继续使用内置模型。"
    ),
    "Choose or upload a picture first.": "请先选择或上传一张图片。",
    "This file is not a picture that can be read. Use PNG, JPEG or WebP.": "这个文件不是可读取的图片。请使用 PNG、JPEG 或 WebP。",
    "This picture is too small: each side needs at least {side} pixels.": "图片太小：每边至少需要 {side} 像素。",
    "A picture file may have at most {limit} MB.": "图片文件不能超过 {limit} MB。",
    "A picture may have at most {limit} megapixels.": "图片不能超过 {limit} 百万像素。",
    "The picture {file} cannot be used: {reason}": "图片 {file} 无法使用：{reason}",
    "{name} came without safetensors, the only format this page opens.": "{name} 没有 safetensors 文件，而本页面只打开这种格式。",
    "There are no pictures in {folder}. Unpack the set there, or name its place.": (
        "{folder} 中没有图片。请把数据集解压到那里，或指明它的位置。"
    ),
    "There is no bundled sound named {key}.": "没有名为 {key} 的内置声音。",
    "Turn by 0, 90, 180 or 270 degrees.": "请旋转 0、90、180 或 270 度。",
    # --- contrastive ---
    "Bring {low} to {high} pictures; here are {count}.": "请提供 {low} 到 {high} 张图片；现在有 {count} 张。",
    "Picture {number}: {reason}": "第 {number} 张图片：{reason}",
    "Choose one of the models offered.": "请选择所提供的模型之一。",
    "The checkpoint {name} was not uploaded to {repo}: {reason}": "检查点 {name} 没有上传到 {repo}：{reason}",
    "Choose one of the encoders offered.": "请选择所提供的编码器之一。",
    "Compare projections or features.": "请选择比较投影或特征。",
    "Draw and compare some views first.": "请先生成并比较一些视图。",
    "This is not a square matrix of cosines.": "这不是由余弦相似度构成的方阵。",
    # --- vae ---
    "There is nothing drawn on this picture.": "这张图上什么也没有画。",
    "The path is either straight or spherical.": "路径只能是直线或球面。",
    # --- vqvae ---
    "Choose one of the sizes offered.": "请选择所提供的尺寸之一。",
    "Undo some edits first: there may be at most {limit}.": "请先撤销一些修改：最多 {limit} 个。",
    "Write each edit on a line of its own as four whole numbers: row, column, brush, code.": (
        "请每行写一个修改，用四个整数表示：行、列、画笔、编码。"
    ),
    # --- gan ---
    "A cloud of features needs at least {low} pictures; here are {count}.": "一片特征点云至少需要 {low} 张图片；现在有 {count} 张。",
    "The model {name} has no discriminator; choose the bundled one.": "模型 {name} 没有判别器，请选择内置模型。",
    # --- generation ---
    "Choose 1 to {high} references.": "请选择 1 到 {high} 张参考图。",
    "A picture needs {k} others to be told by; here are {count}.": "每张图片需要另外 {k} 张来描述；这里只有 {count} 张。",
    "EfficientNet-Lite0 is not installed: pip install -r requirements-dev.txt.": "没有安装 EfficientNet-Lite0：pip install -r requirements-dev.txt。",
    "FID needs the package torch-fidelity: pip install -r requirements-dev.txt.": "FID 需要 torch-fidelity 包：pip install -r requirements-dev.txt。",
    "FID needs Inception's weights, which cannot be fetched: {reason}": "FID 需要 Inception 的权重，无法下载：{reason}",
    # --- masked ---
    "There is no masked autoencoder called {name} here.": "这里没有名为 {name} 的掩码自编码器。",
    "{name} is no masked autoencoder.": "{name} 不是掩码自编码器。",
    "{name} has no weights in safetensors, the only format opened.": "{name} 没有 safetensors 格式的权重，而这里只打开这种格式。",
    "The weights of {name} do not fit its config.": "{name} 的权重与其配置不符。",
    "Paint over the part of the picture that is to be hidden first.": "请先涂抹图片中要遮住的部分。",
    "Everything is painted over. Leave at least one patch visible.": "图片全被涂掉了，请至少留下一块可见。",
    # --- language ---
    "Write the beginning of a text first.": "请先写一段文本的开头。",
    "A text may have at most {limit} characters here; this one has {characters}.": (
        "这里的文本最多 {limit} 个字符；这段有 {characters} 个。"
    ),
    "There is no language model called {name} here.": "这里没有名为 {name} 的语言模型。",
    "Fetch {name} first: its button says how many megabytes that takes.": "请先下载 {name}：按钮上写着需要多少 MB。",
    "{name} is no language model.": "{name} 不是语言模型。",
    "Let the model continue a text first.": "请先让模型续写一段文本。",
    "“{word}” is more than one token for this model. Try a shorter or a more common word.": (
        "“{word}”在这个模型里不止一个词元。请换一个更短或更常见的词。"
    ),
    "The weights in {name} do not fit their config.json.": "{name} 中的权重与其 config.json 不符。",
    "{name} has no tokenizer.json, so its numbers mean no words.": "{name} 缺少 tokenizer.json，编号无法还原成文字。",
    "{file} is not a text in UTF-8. Save it as UTF-8 first.": "{file} 不是 UTF-8 文本。请先另存为 UTF-8。",
    "There are no texts in {folder}. Unpack the set there, or name its place.": (
        "{folder} 中没有文本。请把数据集解压到那里，或指明它的位置。"
    ),
    "{kind} is no kind of vocabulary here: bytes or characters.": "这里没有名为 {kind} 的词表类型：请用 bytes 或 characters。",
    "These texts are {tokens} tokens long; training needs more than {context}. Add texts, or lower --context.": (
        "这些文本共 {tokens} 个词元，训练需要多于 {context} 个。请增加文本，或调小 --context。"
    ),
    # --- bert ---
    "Write a sentence first.": "请先写一句话。",
    "A text may have at most {limit} tokens here; this one has {tokens}.": "这里的文本最多 {limit} 个词元；这段有 {tokens} 个。",
    "There is no BERT called {name} here.": "这里没有名为 {name} 的 BERT。",
    "{name} is no BERT.": "{name} 不是 BERT。",
    "This vocabulary has no mark {name}.": "这个词表没有标记 {name}。",
    "Hide at least one word.": "请至少遮住一个词。",
    "Choose one of the words offered.": "请选择所提供的词之一。",
    "Write a sentence with the word “{word}” in it.": "请写一句包含“{word}”的话。",
    # --- audio ---
    "Choose, record or upload a sound first.": "请先选择、录制或上传一段声音。",
    "A sound file may have at most {limit} MB.": "声音文件不得超过 {limit} MB。",
    "This file is empty.": "这个文件是空的。",
    "This sound is shorter than {limit} seconds.": "这段声音不足 {limit} 秒。",
    "This sound holds samples that are not numbers.": "这段声音含有不是数值的采样。",
    "This sound is silent.": "这段声音是静音。",
    "This file is not a sound that can be read. Use WAV, FLAC, Ogg or MP3.": (
        "无法将此文件作为声音读取。请使用 WAV、FLAC、Ogg 或 MP3。"
    ),
    "A sound needs {low} to {high} samples a second; this one has {rate}.": (
        "声音的采样率须在 {low} 至 {high} 之间，而这段是 {rate}。"
    ),
    "A sound may have one or two channels; this one has {channels}.": "声音应为一个或两个声道，而这段有 {channels} 个。",
    "A sound may last at most {limit} seconds.": "声音最长 {limit} 秒。",
    "This sound file is damaged.": "这个声音文件已损坏。",
    "There are no sounds in {folder}. Unpack the set there, or name its place.": (
        "{folder} 中没有声音。请把数据集解压到那里，或指明它的位置。"
    ),
    "Nearest neighbours need at least two sounds.": "近邻至少需要两段声音。",
    "Hide at most half of the sound: it lasts {seconds} seconds.": "至多遮住声音的一半：它长 {seconds} 秒。",
    "The model {name} has no probes; choose the bundled one.": "模型 {name} 没有探针，请选择内置模型。",
    "The model {name} cannot restore a spectrogram; choose the bundled one.": "模型 {name} 不能重构频谱图，请选择内置模型。",
    # --- recommendation ---
    "Pick {low} to {high} films.": "请选 {low} 到 {high} 部电影。",
    "Choose only films from the list.": "请只选列表中的电影。",
    "Each film can stand in the list only once.": "每部电影在列表中只能出现一次。",
    "Nobody in these data rated three films, so there is nothing to ask.": "这些数据中没有人评过三部电影，无从提问。",
    "{name} is no recommender.": "{name} 不是推荐模型。",
    "{name} has no films.json, so its numbers mean no films.": "{name} 缺少 films.json，编号无法还原成电影。",
    "These histories are too short: training needs films that {least} people rated.": (
        "这些历史太短：训练需要至少被 {least} 人评过的电影。"
    ),
    "The files in {folder} are not written like MovieLens: {reason}": "{folder} 中的文件格式与 MovieLens 不同：{reason}",
    "There are no ratings.csv and movies.csv in {folder}. Unpack the set there, or name its place.": (
        "{folder} 中没有 ratings.csv 和 movies.csv。请把数据集解压到那里，或指明它的位置。"
    ),
    "MovieLens is not in {folder} and {address} did not send it. Unpack ml-latest-small.zip there.": (
        "{folder} 中没有 MovieLens，{address} 也未能提供。请把 ml-latest-small.zip 解压到那里。"
    ),
    # --- end ---
}
