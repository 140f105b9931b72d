"""Sentences written for this project: examples with words to hide, and uses of words with two senses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A first text and which of its words are hidden, counted from 0.

    The words are chosen so that the bundled model fills them differently at once and one by one, which the page shows.
    About half of all choices of two or three neighbouring words have this property.
    """

    key: str
    text: str
    hidden: tuple[int, ...]


EXAMPLES = (
    Example("door", "He opened the door and went into the room without saying a word.", (5, 6, 7)),
    Example("sea", "The captain stood on the deck and looked out over the grey water.", (3, 10, 11)),
    Example("letter", "She took the letter from her pocket and read it once more.", (6, 7, 8)),
    Example("night", '"Good night, my dear," said the old man, and he shut the window.', (13, 14, 15)),
)
CHINESE = Example("chinese", "今天的天气很好，我们一起去公园散步吧。", (3, 4))


@dataclass(frozen=True)
class Use:
    """A word in a sentence, and its sense there, as (English, Chinese); the model never sees the sense."""

    word: str
    text: str
    sense: tuple[str, str]


_ENGLISH = {
    "bear": (
        (
            ("animal", "熊"),
            (
                "The bear came out of the forest and looked at the hunters.",
                "A great brown bear was asleep in the cave.",
                "They had shot a bear and two wolves that winter.",
                "The old bear turned upon the dogs with a growl.",
            ),
        ),
        (
            ("endure", "忍受"),
            (
                "I cannot bear to see you so unhappy.",
                "She could not bear the thought of leaving him.",
                "It was more than he could bear to hear her cry.",
                "How can you bear to live in this house alone?",
            ),
        ),
    ),
    "left": (
        (
            ("side", "左边"),
            (
                "He held the candle in his left hand.",
                "On the left side of the road there was a small inn.",
                "The bullet had gone through his left shoulder.",
                "A scar ran across her left cheek to the ear.",
            ),
        ),
        (
            ("went away", "离开"),
            (
                "He left the house early in the morning.",
                "She left him without another word.",
                "They had left London three days before.",
                "As soon as the doctor left the room, she began to cry.",
            ),
        ),
    ),
    "rose": (
        (
            ("flower", "玫瑰"),
            (
                "She wore a white rose in her hair.",
                "He picked a red rose and gave it to the girl.",
                "A rose was growing beside the garden gate.",
                "There was a faded rose between the pages of the book.",
            ),
        ),
        (
            ("stood up", "站起、升起"),
            (
                "He rose from his chair and walked to the window.",
                "The old man rose slowly and held out his hand.",
                "The sun rose over the hills at last.",
                "She rose to her feet and looked at them all.",
            ),
        ),
    ),
    "kind": (
        (
            ("sort", "种类"),
            (
                "What kind of man is your uncle?",
                "It was a kind of box with a small brass lock.",
                "I never heard anything of the kind before.",
                "He had no friends of any kind in the town.",
            ),
        ),
        (
            ("friendly", "友善"),
            (
                "She was always kind to the poor.",
                "He had a kind heart and a gentle voice.",
                "You have been very kind to me, sir.",
                "The kind old lady gave the child some bread.",
            ),
        ),
    ),
    "rest": (
        (
            ("what remains", "其余"),
            (
                "The rest of the men stayed behind in the boat.",
                "He told me the rest of the story the next day.",
                "She would remember it for the rest of her life.",
                "All the rest of the money had been stolen.",
            ),
        ),
        (
            ("repose", "休息"),
            (
                "You are tired and must rest for an hour.",
                "They stopped to rest under a large tree.",
                "He lay down to rest, but he could not sleep.",
                "The horses need rest before we can go on.",
            ),
        ),
    ),
    "light": (
        (
            ("not dark", "光"),
            (
                "The light of the lamp fell upon her face.",
                "A faint light was shining in the window.",
                "By the light of the moon he saw the path.",
                "There was no light in the house that night.",
            ),
        ),
        (
            ("not heavy", "轻"),
            (
                "Her step was so light that nobody heard her.",
                "He carried a light stick and a small bag.",
                "She wore a light dress and a straw hat.",
                "He gave a light laugh and changed the subject.",
            ),
        ),
    ),
    "watch": (
        (
            ("timepiece", "表"),
            (
                "He took out his watch and looked at the time.",
                "The gold watch had belonged to his father.",
                "My watch had stopped at half past three.",
                "She heard his watch ticking in the silence.",
            ),
        ),
        (
            ("look at", "观看"),
            (
                "They sat down to watch the ships go by.",
                "She used to watch him from her window.",
                "We must watch the house until he comes out.",
                "He stood there to watch the children play.",
            ),
        ),
    ),
    "bank": (
        (
            ("of a river", "河岸"),
            (
                "They sat down on the bank of the river.",
                "The boat was tied to the bank under the trees.",
                "He climbed up the muddy bank out of the water.",
                "Flowers grew along the bank of the little stream.",
            ),
        ),
        (
            ("of money", "银行"),
            (
                "He had a thousand pounds in the bank.",
                "The bank would lend him no more money.",
                "Her father was a clerk in the bank for years.",
                "The thieves had robbed the bank at night.",
            ),
        ),
    ),
}

_CHINESE = {
    "花": (
        (("flower", "花朵"), ("春天来了，院子里的花都开了。", "她送给老师一束美丽的花。", "桌上插着红色的花。")),
        (("spend", "花费"), ("他花了很多钱买这辆车。", "写这本书花了我三年时间。", "不要把钱都花在衣服上。")),
    ),
    "打": (
        (("strike", "击打"), ("他生气地打了弟弟一下。", "不要打人，有话好好说。", "父亲从来没有打过孩子。")),
        (("telephone", "通话"), ("我昨天给你打了三次电话。", "到家以后请打电话告诉我。", "她正在房间里打电话。")),
    ),
    "会": (
        (("meeting", "会议"), ("今天下午三点我们要开会。", "会上大家讨论了新的计划。", "他在会上发表了重要讲话。")),
        (("can", "能够"), ("他会说三种语言。", "我不会游泳，你会吗？", "这个孩子已经会走路了。")),
    ),
    "白": (
        (("white", "白色"), ("她穿着一条白裙子。", "天上飘着几朵白云。", "墙被刷成了白的。")),
        (("in vain", "徒劳"), ("我们白等了一个下午。", "他白跑了一趟，商店关门了。", "这么多努力都白费了。")),
    ),
}

FIRST_SENTENCE = {  # of the visitor's, none of those above
    "bear": "She could bear the silence no longer.",
    "left": "My brother left England in the spring.",
    "rose": "There was a yellow rose upon the table.",
    "kind": "Your aunt has a kind face.",
    "rest": "The rest of the family had gone to church.",
    "light": "A light was burning in the hall.",
    "watch": "He put his watch back into his pocket.",
    "bank": "The path ran along the bank above the water.",
    "花": "公园里到处都是盛开的花。",
    "打": "晚上我再给你打电话。",
    "会": "她会弹钢琴，也会唱歌。",
    "白": "外面下雪了，地上一片白。",
}

USES: dict[str, tuple[Use, ...]] = {
    language: tuple(
        Use(word, text, sense) for word, senses in words.items() for sense, sentences in senses for text in sentences
    )
    for language, words in (("en", _ENGLISH), ("zh", _CHINESE))
}
