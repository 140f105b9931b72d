"""The language of the page, and the strings and errors that tabs share, in English and Chinese.

`WORDS` is keyed by "<method>.<what>", `ERRORS` by the English sentence as `core/` raises it, placeholders included. A
tab's own strings are in `demos/<method>/words.py`.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from core.errors import PretextError

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ECHO = 60  # characters of a visitor's value that an error repeats


@dataclass(frozen=True)
class Say:
    """The page's strings in one language: `say("rotation.tab")`, `say("rotation.score", mine=1, model=2)`."""

    language: Language
    words: Mapping[str, tuple[str, str]] = field(default_factory=lambda: WORDS, repr=False, compare=False)

    def adding(self, words: Mapping[str, tuple[str, str]]) -> "Say":
        """The same language with the strings of a tab beside those that all tabs share."""
        return replace(self, words={**self.words, **words})

    def __call__(self, key: str, **values: object) -> str:
        """The string of a key with its {placeholders} filled in; an unknown key raises KeyError.

        Without values it is returned unchanged: hover texts contain Plotly's own %{braces}.
        """
        text = self.words[key][LANGUAGES.index(self.language)]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is a string for a key; a visitor's own checkpoint has none and is shown by its name."""
        return key in self.words

    def pick(self, names: tuple[str, str]) -> str:
        """The right one of an (English, Chinese) pair, such as a name in the bundled data."""
        return names[LANGUAGES.index(self.language)]

    def error(self, error: PretextError) -> str:
        """An error's sentence; its values are escaped, because some come from the visitor."""
        sentence = error.sentence if self.language == "en" else ERRORS[error.sentence]
        return sentence.format(**{name: self._in_sentence(value) for name, value in error.values.items()})

    def _in_sentence(self, value: object) -> str:
        """A value inside a sentence; one error may be the reason of another."""
        return self.error(value) if isinstance(value, PretextError) else html.escape(shortened(str(value)))


def shortened(text: str, most: int = ECHO) -> str:
    """A text of at most `most` characters; of a longer one the beginning."""
    return text if len(text) <= most else text[: most - 1] + "…"


WORDS: dict[str, tuple[str, str]] = {
    "page.title": ("Pretext: meet self-supervised learning by using it", "Pretext：动手认识自监督学习"),
    "page.name": ("Pretext", "Pretext"),
    "page.lead": (
        "Data without labels make their own. Twelve demos with models trained here, on your own pictures, words and sounds.",
        "没有标注的数据，自己给自己出题。十二个演示，都用本项目训练的真实模型，直接用在你的图片、文字和声音上。",
    ),
    "page.other_language": ("中文", "English"),
    "page.steps": (
        "Every tab has the same four steps: **data → a label the data makes itself → training → use of the features.**",
        "每个标签页都是同样的四步：**数据 → 数据自己产生的标签 → 训练 → 特征的用途。**",
    ),
    "page.footer": (
        "Pictures up to {megabytes} MB and {megapixels} megapixels; sounds up to 60 seconds. Nothing you bring is "
        "kept: uploads and results lie in a temporary folder and are deleted within an hour after your visit. Code: MIT. Data, fonts and sounds: see NOTICE.",
        "图片不超过 {megabytes} MB、{megapixels} 百万像素；声音不超过 60 秒。你带来的内容不会被保留：上传文件和结果只在临时文件夹中，"
        "访问结束后一小时内删除。代码：MIT 许可。数据、字体与声音的来源见 NOTICE。",
    ),
    "page.error": ("Please check", "请检查"),
    "page.note": ("About your picture", "关于你的图片"),
    "page.note_animated": (
        "This file holds several pictures; the first one is used.",
        "这个文件含有多帧图片，只使用第一帧。",
    ),
    "page.note_cut": (
        "This file ends early; the part of the picture that is there is used.",
        "这个文件不完整，只使用图片中已有的部分。",
    ),
    "page.gpu": ("Without a GPU", "没有 GPU"),
    "page.no_gpu": (
        "No GPU is free for you now, so a processor answers; that takes longer.",
        "现在没有可借给你的 GPU，改由处理器回答，需要的时间更长。",
    ),
    "page.served": ("Pretext is served at {url}", "Pretext 的网址：{url}"),
    "page.public_link": ("Public link, for a week at most: {url}", "公开链接，最多有效一周：{url}"),
    "page.public_link_space": ("No public link: a Space is public already.", "不需要公开链接：Space 本来就是公开的。"),
    "page.public_link_silent": (
        "No public link, the page is served without: Gradio's server for links cannot be reached.",
        "没有公开链接，网页照常运行：连接不上 Gradio 的链接服务器。",
    ),
    "page.public_link_refused": (
        "No public link, the page is served without: Gradio's server for links refused it.",
        "没有公开链接，网页照常运行：Gradio 的链接服务器拒绝了请求。",
    ),
    "page.public_link_program": (
        "No public link, the page is served without: the program that opens it cannot be downloaded.",
        "没有公开链接，网页照常运行：无法下载用来建立链接的程序。",
    ),
    "page.public_link_stored": (
        "No public link, the page is served without: the program that opens it cannot be stored or started.",
        "没有公开链接，网页照常运行：用来建立链接的程序无法保存或启动。",
    ),
    "page.public_link_other": (
        "No public link, the page is served without: the program that opens it is not the one that Gradio published.",
        "没有公开链接，网页照常运行：用来建立链接的程序与 Gradio 发布的不一致。",
    ),
    "page.public_link_folder": (
        "No public link, the page is served without: the folder .gradio cannot be written.",
        "没有公开链接，网页照常运行：文件夹 .gradio 无法写入。",
    ),
    "page.examples": ("or pick an example", "或选一个例子"),
    "page.no_microphone": (
        "The page around this one does not let it use the microphone: {link} to record.",
        "外层页面不允许使用麦克风：要录音，请{link}。",
    ),
    "page.new_tab": ("open it in a new tab", "在新标签页中打开"),
    "page.part_of_character": (
        "‹E4 B8› and � stand for a token that is only a part of a character, some bytes of its UTF-8 code: a character "
        "that is rare in training takes several tokens.",
        "‹E4 B8› 和 � 表示一个词元只是字符的一部分，即其 UTF-8 编码的几个字节：训练中少见的字符要用几个词元。",
    ),
    "page.converted": (
        "Read as “{text}”: of Chinese this model knows the simplified characters only.",
        "读作“{text}”：这个模型只认识简体字，繁体已转换。",
    ),
    "page.chance": ("chance", "随机猜测"),
    "page.model": ("model", "模型"),
    "page.grow": ("Watch it learn", "看它怎样学会"),
    "page.grow_slider": ("How far trained", "训练到哪一步"),
    "page.grow_before": ("before", "训练前"),
    "page.grow_percent1": ("1 %", "1 %"),
    "page.grow_percent5": ("5 %", "5 %"),
    "page.grow_percent25": ("25 %", "25 %"),
    "page.grow_finished": ("finished", "训练完"),
    "page.copy_link": ("Copy link", "复制链接"),
    "page.link": ("Link to this page as it is now", "此页面当前状态的链接"),
    "page.link_copied": (
        "The link is copied: it opens this tab with all that is set.",
        "链接已复制：打开后，这个标签页的所有设置都一样。",
    ),
    "page.link_by_hand": ("Copy the link from the field above.", "请从上面的框中复制链接。"),
    "page.link_own": (
        "Only bundled examples and models can be part of a link: what is your own is left out.",
        "链接只能包含自带的例子和模型：你自己的内容不在其中。",
    ),
    "page.link_long": ("A text is too long for a link and is left out.", "有一段文本太长，没有放进链接。"),
    "page.link_note": ("About the link", "关于链接"),
    "page.link_refused": (
        "The link sets what this page does not have or allow: {names}. The usual values are shown there.",
        "链接中有此页面没有或不允许的设置：{names}。这些地方显示默认值。",
    ),
    "page.link_failed": (
        "So the page shows its usual settings instead of those of the link.",
        "因此页面显示默认设置，而不是链接中的设置。",
    ),
    "page.qr": ("QR code", "二维码"),
    "page.qr_title": ("QR code of the link", "链接的二维码"),
    "page.teacher": ("For a class: what the link hides", "用于上课：链接隐藏哪些部分"),
    "page.teacher_text": (
        "Choose, then copy the link: whoever opens it sees this tab without these parts.",
        "选好之后再复制链接：打开链接的人看到的这个标签页就没有这些部分。",
    ),
    "page.hide": ("Steps that the link hides", "链接隐藏的步骤"),
    "page.hide_step": ("step {number}", "第 {number} 步"),
    "page.only": ("Show this tab only", "只显示这个标签页"),
    "page.group_pictures": ("Pictures", "图像"),
    "page.group_generators": ("Generators", "生成模型"),
    "page.group_language": ("Language", "语言"),
    "page.group_beyond": ("Sound and choices", "声音与推荐"),
    "page.group_encoders": ("Side by side", "横向对比"),
    "page.lost": (
        "The connection to the server is lost. What you see stays; the page goes on when the server is back.",
        "与服务器的连接已断开。页面内容会保留，服务器恢复后可继续使用。",
    ),
    "page.back": (
        "The connection is back: go on with a click. If the server was started again, bring your own files once more.",
        "连接已恢复，点击即可继续。如果服务器重新启动过，请重新上传你自己的文件。",
    ),
    "page.changed": ("The server now has another version of this page.", "服务器上的页面已更新。"),
    "page.reload": ("Load it anew", "重新载入"),
    "page.login_title": ("Log in to Pretext", "登录 Pretext"),
    "page.login_lead": (
        "Whoever runs this page has closed it. Ask them for the user name and the password.",
        "本页面需要登录。用户名和密码请向管理员索取。",
    ),
    "page.login_user": ("User name", "用户名"),
    "page.login_password": ("Password", "密码"),
    "page.login_go": ("Log in", "登录"),
}

ERRORS: dict[str, str] = {
    "Give a plain number between {low} and {high}.": "请给出 {low} 到 {high} 之间的数。",
    "{value} is outside the range from {low} to {high}.": "{value} 不在 {low} 到 {high} 的范围内。",
    "Give a whole number between {low} and {high}.": "请给出 {low} 到 {high} 之间的整数。",
    "A link has at most {limit} characters.": "链接最多 {limit} 个字符。",
    "A class is named by 1 to {limit} letters, digits, Chinese characters, - or _.": "班级名称为 1 到 {limit} 个字母、数字、汉字、- 或 _。",
    # --- what an event carries ---
    "A call may have at most {limit} MB.": "一次调用最多 {limit} MB。",
    "A call is a JSON object with a list named data.": "一次调用是一个 JSON 对象，其中有名为 data 的列表。",
    "This call is nested too deeply.": "这次调用的嵌套太深。",
    "There is no answer waiting here: it was fetched, or nothing was asked.": "这里没有等待领取的结果：已经取走，或没有提问。",
    "There is no call named {name}.": "没有名为 {name} 的调用。",
    "This call takes {count} values; here are {given}.": "这个调用需要 {count} 个值，而这里有 {given} 个。",
    "This call takes these values: {names}.": "这个调用需要这些值：{names}。",
    "Give a plain number.": "请给出一个数。",
    "{value} is too small: give at least {low}.": "{value} 太小：至少为 {low}。",
    "{value} is too large: give at most {high}.": "{value} 太大：至多为 {high}。",
    "Choose one of the options offered.": "请选择所提供的选项之一。",
    "Choose only from the options offered.": "请只从所提供的选项中选择。",
    "This input takes a text.": "这里需要一段文本。",
    "This text is not valid Unicode.": "这段文本不是有效的 Unicode。",
    "This input takes an uploaded file. Upload one first.": "这里需要上传的文件。请先上传一个文件。",
    "This file is not here, or no longer. Upload it again.": "这里没有这个文件，或已被删除。请重新上传。",
    "An input may hold at most {limit} files.": "一处输入最多可有 {limit} 个文件。",
    "This event needs the place that was clicked.": "这个事件需要点击的位置。",
    "There is nothing at the place that was clicked.": "点击的位置上什么也没有。",
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
    "Each side may have at most {limit} pixels, and the longer one at most {ratio} times the shorter one.": (
        "每边最多 {limit} 像素，长边最多是短边的 {ratio} 倍。"
    ),
    "This picture needs too much memory. Save it as JPEG, or make it smaller.": "打开这张图片需要太多内存。请另存为 JPEG，或缩小后再试。",
    "The picture {file} cannot be used: {reason}": "图片 {file} 无法使用：{reason}",
    "{name} came without safetensors, the only format this page opens.": "{name} 没有 safetensors 文件，而本页面只打开这种格式。",
    "There are no pictures in {folder}. Unpack the set there, or name its place.": (
        "{folder} 中没有图片。请把数据集解压到那里，或指明它的位置。"
    ),
    "There is no bundled sound named {key}.": "没有名为 {key} 的内置声音。",
    "Turn by 0, 90, 180 or 270 degrees.": "请旋转 0、90、180 或 270 度。",
    "Write a name, or a part of one.": "请写出名称或名称的一部分。",
    "No picture of this map has {text} in its name.": "这张地图里没有名称含 {text} 的图片。",
    "Give the name of a model on the Hub, such as facebook/dinov2-small.": (
        "请填写 Hub 上一个模型的名称，例如 facebook/dinov2-small。"
    ),
    "{name} is no {kinds} model in safetensors, the kinds that can be opened here.": (
        "{name} 不是 safetensors 格式的 {kinds} 模型，这里只能打开这几种。"
    ),
    "{name} has {size} MB; at most {most} can be fetched.": "{name} 有 {size} MB；最多可下载 {most} MB。",
    "The configuration of {name} cannot be used here.": "{name} 的配置在这里无法使用。",
    "This server has fetched as many models as it may. Choose one of these: {names}.": (
        "本服务器下载的模型已达上限。请从这些中选择：{names}。"
    ),
    "{name} is not a model that this tab can use.": "{name} 不是此页可用的模型。",
    "The server's temporary folder is full. Try again later.": "服务器的临时文件夹已满，请稍后再试。",
    "This needs more memory than the graphics processor has free. Ask for less, or try again later.": (
        "显卡内存不够。请减小要求，或稍后再试。"
    ),
    "One upload may have at most {limit} MB.": "一次上传不能超过 {limit} MB。",
    "One upload may have at most {limit} files.": "一次最多上传 {limit} 个文件。",
    "You may upload {limit} MB per hour. Try again later.": "每小时最多上传 {limit} MB，请稍后再试。",
    "This server does not go by this name. Whoever runs it can add it to HOSTS.": (
        "本服务器不使用这个名称。管理员可以在 HOSTS 中添加。"
    ),
    "Send files as a form (multipart/form-data).": "请以表单（multipart/form-data）发送文件。",
    "Upload the file itself: this page fetches no addresses.": "请上传文件本身：本页面不会从网址下载。",
    # --- contrastive ---
    "Bring {low} to {high} pictures; here are {count}.": "请提供 {low} 到 {high} 张图片；现在有 {count} 张。",
    "Picture {number}: {reason}": "第 {number} 张图片：{reason}",
    "Choose one of the models offered.": "请选择所提供的模型之一。",
    "Models like {name} keep no features of the bundled media.": "{name} 这类模型不保存内置素材的特征。",
    "The checkpoint {name} was not uploaded to {repo}: {reason}": "检查点 {name} 没有上传到 {repo}：{reason}",
    "Compare projections or features.": "请选择比较投影或特征。",
    "Draw and compare some views first.": "请先生成并比较一些视图。",
    "This is not a square matrix of cosines.": "这不是由余弦相似度构成的方阵。",
    # --- vae ---
    "There is nothing drawn on this picture.": "这张图上什么也没有画。",
    "No digit was found on this picture. Write one large digit with a dark pen on light paper.": (
        "这张图上没有找到数字。请用深色的笔在浅色的纸上写一个大大的数字。"
    ),
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
    "A picture needs {k} others as references; here are {count}.": "每张图片需要另外 {k} 张来描述；这里只有 {count} 张。",
    "EfficientNet-Lite0 is not installed: pip install -r requirements-dev.txt.": "没有安装 EfficientNet-Lite0：pip install -r requirements-dev.txt。",
    "FID needs the package torch-fidelity: pip install -r requirements-dev.txt.": "FID 需要 torch-fidelity 包：pip install -r requirements-dev.txt。",
    "FID needs Inception's weights, which cannot be fetched: {reason}": "FID 需要 Inception 的权重，无法下载：{reason}",
    # --- masked ---
    "{name} has no weights in safetensors, the only format opened.": "{name} 没有 safetensors 格式的权重，而这里只打开这种格式。",
    "The weights of {name} do not fit its config.": "{name} 的权重与其配置不符。",
    "Paint over the part of the picture that is to be hidden first.": "请先涂抹图片中要遮住的部分。",
    "Everything is painted over. Leave at least one patch visible.": "图片全被涂掉了，请至少留下一块可见。",
    # --- gpt2 ---
    "Write the beginning of a text first.": "请先写一段文本的开头。",
    "A text may have at most {limit} characters here; this one has {characters}.": (
        "这里的文本最多 {limit} 个字符；这段有 {characters} 个。"
    ),
    "Fetch {name} first: its button says how many megabytes that takes.": "请先下载 {name}：按钮上写着需要多少 MB。",
    "There is no continued text here, or no longer. Let the model continue one first.": (
        "这里没有续写的文本，或已经不在了。请先让模型续写一段。"
    ),
    "Choose a token to take instead first.": "请先选择一个要改用的词元。",
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
    "This vocabulary has no mark {name}.": "这个词表没有标记 {name}。",
    "Hide at least one word.": "请至少遮住一个词。",
    "A gap has no surprisal. Write a word for {mark} to compare the two models.": (
        "空缺没有意外程度可言。请把 {mark} 换成一个词，再比较两个模型。"
    ),
    "Choose one of the words offered.": "请选择所提供的词之一。",
    "Write a sentence with the word “{word}” in it.": "请写一句包含“{word}”的话。",
    # --- audio ---
    "Choose, record or upload a sound first.": "请先选择、录制或上传一段声音。",
    "A sound file may have at most {limit} MB.": "声音文件不得超过 {limit} MB。",
    "This file is empty.": "这个文件是空的。",
    "This sound is shorter than {limit} seconds.": "这段声音不足 {limit} 秒。",
    "This sound holds samples that are not numbers.": "这段声音含有不是数值的采样。",
    "This sound is silent.": "这段声音是静音。",
    "These {limit} seconds are silent. Choose a later or an earlier start.": "这 {limit} 秒是静音。请选更晚或更早的起点。",
    "This file is not a sound that can be read. Use WAV, MP3, M4A, Ogg, FLAC or WebM.": (
        "无法将此文件作为声音读取。请使用 WAV、MP3、M4A、Ogg、FLAC 或 WebM。"
    ),
    "This file has no sound track.": "这个文件里没有声音。",
    "This sound takes too long to decode. Save it as WAV or MP3.": "这段声音解码太久。请先存为 WAV 或 MP3。",
    "This recording is empty.": "这段录音是空的。",
    "A sound needs {low} to {high} samples per second; this one has {rate}.": (
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
    "{count} trainings are waiting already. Try again in about {minutes} minutes.": (
        "已经有 {count} 个训练在排队。请大约 {minutes} 分钟后再试。"
    ),
    "This training is no longer here. Start a new one.": "这次训练已经不在了。请重新开始一次。",
    "This training failed. The server's log says why.": "这次训练出错了，原因写在服务器日志里。",
    "Choose at least one encoder.": "请至少选择一个编码器。",
    "Choose one of the encoders offered.": "请选择列出的编码器之一。",
    "Choose one of the sets offered.": "请选择所提供的图片集之一。",
    "Bring your own pictures first.": "请先带来你自己的图片。",
    "Your pictures are no longer kept here. Bring them again.": "你的图片已不在这里。请重新带来。",
    "Encoding these pictures takes longer than {seconds} seconds. Bring fewer.": "对这些图片编码超过 {seconds} 秒。请减少图片。",
    "Reading these pictures takes longer than {seconds} seconds. Bring fewer.": "读取这些图片超过 {seconds} 秒。请减少图片。",
    "A set needs at least {least} pictures; {count} could be read.": "图片集至少需要 {least} 张图片，能读取的有 {count} 张。",
    "Put the pictures of each label in a folder of its own; there has to be more than one.": (
        "请把每个标签的图片放进各自的文件夹，且至少要有两个。"
    ),
    "A set may have at most {most} labels; here are {count}.": "图片集最多 {most} 个标签，这里有 {count} 个。",
    "The label {label} has one picture only. Every label needs two or more.": (
        "标签 {label} 只有一张图片。每个标签至少需要两张。"
    ),
    "Choose 1, 5, 20, 100 or all labels per class.": "每类的标签数请选 1、5、20、100 或全部。",
    "Choose two files: model.safetensors and card.json.": "请选择两个文件：model.safetensors 和 card.json。",
    "A model of your own may have at most {limit} MB.": "你自己的模型最多 {limit} MB。",
    "These two files are no picture encoder that this project can open.": "这两个文件不是本项目能打开的图片编码器。",
    "Choose PCA or t-SNE.": "请选择 PCA 或 t-SNE 方法。",
    "Upload your own model first.": "请先上传你自己的模型。",
    "Your model has been deleted. Upload it again.": "你的模型已被删除，请重新上传。",
    "Bring a text first.": "请先上传文本。",
    "Bring pictures first: files, or a zip archive of them.": "请先上传图片：图片文件，或装着图片的 zip 压缩包。",
    "Training needs at least {least} pictures; {count} could be read.": "训练至少需要 {least} 张图片；能读取的只有 {count} 张。",
    "All these pictures are the same. Bring different ones.": "这些图片都一样。请换成不同的图片。",
    "A set may have at most {most} pictures; here are {count}.": "一个数据集最多 {most} 张图片；这里有 {count} 张。",
    "{file} is a damaged archive. Pack it again as a zip.": "压缩包 {file} 已损坏。请重新打包成 zip。",
    "An archive may hold at most {most} files.": "一个压缩包最多装 {most} 个文件。",
    "Unpacked, this archive would have {size} MB, which is more than pictures take.": (
        "这个压缩包解开后有 {size} MB，图片不需要这么大。"
    ),
    "Training needs a text of at least {least} characters; this one has {count}.": (
        "训练至少需要 {least} 个字符的文本；这里只有 {count} 个。"
    ),
    "A text may have at most {most} characters.": "文本最多 {most} 个字符。",
    "The steps go back at row {row}: bring the curves of one run.": "第 {row} 行的步数变小了：请只放一次训练的曲线。",
    "There is no metrics.jsonl in {folder}: name the folder of a run.": "{folder} 中没有 metrics.jsonl：请指定一次训练的文件夹。",
    "This file cannot be read as CSV.": "这个文件不能作为 CSV 读取。",
    "The first line must name the columns; {missing} is missing.": "第一行要写列名；缺少 {missing}。",
    "The columns must have different names, at most {most} of them.": "列名不能重复，最多 {most} 列。",
    "There are {rows} rows; at most {most} can be read.": "有 {rows} 行；最多能读 {most} 行。",
    "Row {row} has no number in the column {name}.": "第 {row} 行的 {name} 列不是数字。",
    "There is no file {name}.": "没有文件 {name}。",
    "The file is larger than {most} MB.": "文件大于 {most} MB。",
    "This file is not text in UTF-8.": "这个文件不是 UTF-8 文本。",
    "Line {row} is not JSON.": "第 {row} 行不是 JSON。",
    "There is no column loss.": "没有 loss 这一列。",
    "The page is busy: {count} questions are waiting. Try again in a minute.": (
        "现在人很多：有 {count} 个问题在排队。请过一分钟再试。"
    ),
    "The server is being started again. Try again in a minute.": "服务器正在重新启动。请过一分钟再试。",
    "You ask very fast. Try again in {seconds} seconds.": "你的提问太快了。请 {seconds} 秒后再试。",
    "Very many questions come from your network. Try again in {seconds} seconds.": (
        "你所在的网络提问太多。请 {seconds} 秒后再试。"
    ),
    "Log in first: open the page again.": "请先登录：重新打开本页面。",
    "The user name or the password is wrong.": "用户名或密码不对。",
    "Too many wrong passwords came from here. Try again in {seconds} seconds.": (
        "这里输错密码的次数太多。请 {seconds} 秒后再试。"
    ),
    "This run has no picture network to compare: it is of text, or has not ended.": (
        "这次训练没有可比较的图片网络：它训练的是文本，或者还没有结束。"
    ),
    "Only the window that started this training can stop it or have it go on.": (
        "只有开始这次训练的窗口才能停止它或让它继续。"
    ),
}
