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

    def pick(self, names: tuple[str, str]) -> str:
        """The right one of an (English, Chinese) pair, as bundled data carry them."""
        return names[LANGUAGES.index(self.language)]

    def error(self, error: PretextError) -> str:
        """An error's sentence; values are escaped, since some of them are what the visitor wrote."""
        sentence = error.sentence if self.language == "en" else ERRORS[error.sentence]
        return sentence.format(**{name: html.escape(str(value)) for name, value in error.values.items()})


WORDS: dict[str, tuple[str, str]] = {
    # --- page ---
    "page.title": ("Pretext: meet self-supervised learning by using it", "Pretext：动手认识自监督学习"),
    "page.name": ("Pretext", "Pretext"),
    "page.lead": (
        "Data without labels make their own. Six live models, each trained by this project, on your own pictures, "
        "words and sounds.",
        "没有标注的数据，自己给自己出题。六个由本项目训练的真实模型，直接用在你的图片、文字和声音上。",
    ),
    "page.other_language": ("中文", "English"),
    "page.steps": (
        "Every tab has the same four steps: **data → a label the data makes itself → training → use of the features.**",
        "每个标签页都是同样的四步：**数据 → 数据自己产生的标签 → 训练 → 特征的用途。**",
    ),
    "page.footer": (
        "Pictures up to {megabytes} MB and {megapixels} megapixels; sounds up to 60 seconds. Nothing you bring is "
        "kept: uploads live in a temporary folder and are deleted within an hour. Code: MIT. Data, fonts and sounds: see NOTICE.",
        "图片不超过 {megabytes} MB、{megapixels} 百万像素；声音不超过 60 秒。你带来的内容不会被保留：上传文件只在临时文件夹中，"
        "一小时内删除。代码：MIT 许可。数据、字体与声音的来源见 NOTICE。",
    ),
    "page.error": ("Please check", "请检查"),
    "page.examples": ("or pick an example", "或选一个例子"),
    "page.chance": ("chance", "随机猜测"),
    "page.baseline": ("naive baseline", "朴素基线"),
    "page.model": ("model", "模型"),
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
    "rotation.turned": ("What the model sees: 64 × 64 pixels", "模型看到的图：64 × 64 像素"),
    "rotation.go": ("Turn and ask the model", "旋转并让模型回答"),
    "rotation.truth": ("turned by {turn}°", "旋转了 {turn}°"),
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
    # --- vae ---
    # --- masked ---
    # --- gpt2 ---
    # --- audio ---
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
    "{name} is not on this machine as safetensors, the only format this page opens.": (
        "本机没有 {name} 的 safetensors 文件，而本页面只打开这种格式。"
    ),
    "There are no pictures in {folder}. Unpack the set there, or name its place.": (
        "{folder} 中没有图片。请把数据集解压到那里，或指明它的位置。"
    ),
    "There is no bundled sound named {key}.": "没有名为 {key} 的内置声音。",
    "Turn by 0, 90, 180 or 270 degrees.": "请旋转 0、90、180 或 270 度。",
    # --- contrastive ---
    # --- vae ---
    # --- masked ---
    # --- language ---
    # --- audio ---
    # --- end ---
}
