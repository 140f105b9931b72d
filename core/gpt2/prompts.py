"""Prompts for the page, and short lines of eight themes in English and in Chinese.

The English ones were written for this project; the Chinese ones are single verses of Tang poets, in the public domain.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A short text and what it is about, as (English, Chinese); the model never sees the theme."""

    text: str
    theme: tuple[str, str]


PROMPTS = {
    "novel": "The old house stood at the end of the lane, and",
    "sea": "The captain looked out over the grey water and said",
    "poem": "《春夜》李白：",
    "moon": "《望月》杜甫：",
    "tutorial": "自监督学习在生成式 AI 中的应用是",
}

QUERIES = {  # a first line to search similar ones for, none of `LINES`
    "en": "The sailors hauled their boat up the beach before the storm broke.",
    "zh": "月落乌啼霜满天，江枫渔火对愁眠。",
}

SEA, LOVE, CRIME, MONEY = ("the sea", "海"), ("love", "爱情"), ("a crime", "罪案"), ("money", "金钱")
WEATHER, TABLE, WAR, SCHOOL = ("weather", "天气"), ("at table", "餐桌"), ("war", "战争"), ("school", "学校")
MOON, WINE, PARTING, FRONTIER = ("the moon", "月"), ("wine", "酒"), ("parting", "送别"), ("the frontier", "边塞")
FLOWERS, HILLS, AUTUMN, HERMITS = (
    ("flowers", "花"),
    ("mountains", "山"),
    ("autumn", "秋"),
    ("hermits and temples", "隐与寺"),
)

_ENGLISH = {
    SEA: (
        "The schooner heeled over and the spray came across her bows.",
        "At low tide the sailors rowed ashore with two casks of rum.",
        "The mate lashed himself to the mast until the gale had blown out.",
        "A sail was sighted to windward, and all hands were called on deck.",
        "They let go the anchor in the bay and lowered the boats.",
    ),
    LOVE: (
        "He took her hand and told her that he had loved her for years.",
        "She blushed, for nobody had ever kissed her before.",
        "Her heart beat so fast when he came in that she could not speak.",
        "He asked her to be his wife, and she answered with tears of joy.",
        "All her tenderness for him showed in her eyes.",
    ),
    CRIME: (
        "The inspector knelt beside the body and examined the wound.",
        "Somebody had forced the lock of the safe and left no trace.",
        "The police searched the room for the knife of the murderer.",
        "The detective asked the butler where he had been at midnight.",
        "The prisoner denied the theft, though the jewels were in his coat.",
    ),
    MONEY: (
        "The banker lent him five thousand pounds at four per cent.",
        "He had debts everywhere, and his rent was due on Monday.",
        "She counted the shillings twice and put them back into the purse.",
        "The shares fell by half, and the whole company was ruined.",
        "Her uncle left her an income of three hundred a year.",
    ),
    WEATHER: (
        "It rained all day, and the wind shook the windows.",
        "The snow lay deep on the hills and the sky was grey.",
        "Thunder rolled over the valley, and the first drops fell.",
        "The sun broke through the clouds and dried the wet road.",
        "A cold mist hung over the fields in the morning.",
    ),
    TABLE: (
        "The cook brought in a roast goose and a dish of potatoes.",
        "They had tea with hot buttered toast and strawberry jam.",
        "He cut himself a slice of cold beef and poured a glass of ale.",
        "The soup was hot, the bread was fresh, and everybody was hungry.",
        "After dinner the maid carried round coffee and little cakes.",
    ),
    WAR: (
        "The regiment charged the hill under the fire of the guns.",
        "The general sent his cavalry against the enemy's left.",
        "The soldiers marched all night and fought at daybreak.",
        "A shell burst in the trench and killed the sergeant.",
        "The army retreated across the river and burned the bridge.",
    ),
    SCHOOL: (
        "The master told the boys to open their Latin grammars.",
        "She learned her lessons by heart and won the first prize.",
        "The boys ran out of the classroom as soon as the bell rang.",
        "He sat on the last bench and could not do his sums.",
        "The teacher wrote a word on the blackboard for the children to spell.",
    ),
}

_CHINESE = {
    MOON: (
        "海上生明月，天涯共此时。",
        "举头望明月，低头思故乡。",
        "露从今夜白，月是故乡明。",
        "明月松间照，清泉石上流。",
        "江天一色无纤尘，皎皎空中孤月轮。",
    ),
    WINE: (
        "葡萄美酒夜光杯，欲饮琵琶马上催。",
        "兰陵美酒郁金香，玉碗盛来琥珀光。",
        "绿蚁新醅酒，红泥小火炉。",
        "五花马，千金裘，呼儿将出换美酒。",
        "花间一壶酒，独酌无相亲。",
    ),
    PARTING: (
        "劝君更尽一杯酒，西出阳关无故人。",
        "孤帆远影碧空尽，唯见长江天际流。",
        "莫愁前路无知己，天下谁人不识君。",
        "海内存知己，天涯若比邻。",
        "浮云游子意，落日故人情。",
    ),
    FRONTIER: (
        "秦时明月汉时关，万里长征人未还。",
        "大漠孤烟直，长河落日圆。",
        "黄沙百战穿金甲，不破楼兰终不还。",
        "羌笛何须怨杨柳，春风不度玉门关。",
        "瀚海阑干百丈冰，愁云惨淡万里凝。",
    ),
    FLOWERS: (
        "人间四月芳菲尽，山寺桃花始盛开。",
        "去年今日此门中，人面桃花相映红。",
        "云想衣裳花想容，春风拂槛露华浓。",
        "唯有牡丹真国色，花开时节动京城。",
        "黄四娘家花满蹊，千朵万朵压枝低。",
    ),
    HILLS: (
        "会当凌绝顶，一览众山小。",
        "空山不见人，但闻人语响。",
        "众鸟高飞尽，孤云独去闲。相看两不厌，只有敬亭山。",
        "千山鸟飞绝，万径人踪灭。",
        "蜀道之难，难于上青天。",
    ),
    AUTUMN: (
        "停车坐爱枫林晚，霜叶红于二月花。",
        "自古逢秋悲寂寥，我言秋日胜春朝。",
        "无边落木萧萧下，不尽长江滚滚来。",
        "洛阳城里见秋风，欲作家书意万重。",
        "银烛秋光冷画屏，轻罗小扇扑流萤。",
    ),
    HERMITS: (
        "曲径通幽处，禅房花木深。",
        "姑苏城外寒山寺，夜半钟声到客船。",
        "松下问童子，言师采药去。",
        "鸟宿池边树，僧敲月下门。",
        "南朝四百八十寺，多少楼台烟雨中。",
    ),
}

LINES = {
    "en": tuple(Line(text, theme) for theme, texts in _ENGLISH.items() for text in texts),
    "zh": tuple(Line(text, theme) for theme, texts in _CHINESE.items() for text in texts),
}

# Words of eight kinds, one token each for the bundled models. How often the nearest other word is of the same kind
# measures the embeddings.
KINDS = {
    "en": (
        ("red", "green", "blue", "white", "black", "yellow", "brown", "grey"),
        ("one", "two", "three", "four", "five", "six", "seven", "ten"),
        ("father", "mother", "brother", "sister", "uncle", "aunt", "son", "daughter"),
        ("hand", "arm", "head", "foot", "face", "neck", "eye", "mouth"),
        ("morning", "evening", "night", "afternoon", "day", "week", "month", "year"),
        ("he", "she", "they", "we", "I", "you", "it", "him"),
        ("said", "cried", "asked", "answered", "replied", "exclaimed", "whispered", "remarked"),
        ("must", "can", "could", "will", "would", "should", "may", "might"),
    ),
    "zh": (
        ("春", "夏", "秋", "冬", "朝", "暮", "夜", "晓"),
        ("东", "西", "南", "北", "上", "下", "前", "后"),
        ("一", "二", "三", "四", "五", "六", "七", "八"),
        ("红", "绿", "青", "白", "黄", "紫", "碧", "翠"),
        ("花", "草", "竹", "柳", "松", "桃", "梅", "兰"),
        ("江", "河", "湖", "海", "溪", "泉", "池", "水"),
        ("马", "鸟", "鱼", "鹤", "猿", "蝉", "燕", "莺"),
        ("风", "雨", "雪", "霜", "云", "雾", "霞", "露"),
    ),
}
