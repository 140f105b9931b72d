"""Draw the bundled emoji sheet: `python -m core.data.make_emoji`.

Every emoji of Unicode's emoji-test that is one code point (a variation selector may follow), drawn from Noto Color
Emoji and scaled to 64 pixels on white, in the order of that file. Skin tones, hair parts, joined sequences, keycaps and
the flags of countries are more than one code point, or only parts, and left out by that rule: what remains needs no
text shaping, so every Pillow draws the same sheet. Blank glyphs and glyphs drawn twice are left out too.

Needs the packages fonts-noto-color-emoji and unicode-data of Debian, and `emoji` of requirements-dev.txt.
"""

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import emoji
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

ASSETS = Path(__file__).resolve().parents[2] / "assets"
FONT_PX = 109  # the one size in which Noto Color Emoji holds its bitmaps
GLYPH_SIZE = (136, 128)  # of such a bitmap
CELL_PX = 64
COLUMNS = 40
COLOUR_STEP = 8  # colours are rounded to multiples of it, at most 4 off: the sheet shrinks from 4.7 to 2.6 MB
VARIATION_SELECTOR = "\ufe0f"
GROUPS = {
    "Smileys & Emotion": "笑脸与情感",
    "People & Body": "人物与身体",
    "Animals & Nature": "动物与自然",
    "Food & Drink": "食物与饮料",
    "Travel & Places": "旅行与地点",
    "Activities": "活动",
    "Objects": "物品",
    "Symbols": "符号",
    "Flags": "旗帜",
}


@dataclass(frozen=True)
class Cell:
    """What is known of one cell of the sheet."""

    char: str
    name_en: str
    name_zh: str
    group_en: str
    group_zh: str


def single_emoji(emoji_test: str) -> Iterator[Cell]:
    """Read the single-code-point emoji out of the text of emoji-test.txt; the group "Component" is not among ours."""
    group = ""
    for line in emoji_test.splitlines():
        if line.startswith("# group: "):
            group = line.removeprefix("# group: ").strip()
        match = re.match(r"([0-9A-F ]+?)\s*; fully-qualified", line)
        if match and group in GROUPS:
            char = "".join(chr(int(point, 16)) for point in match[1].split())
            if len(char.removesuffix(VARIATION_SELECTOR)) == 1:
                yield Cell(char, _name(char, "en"), _name(char, "zh"), group, GROUPS[group])


def _name(char: str, language: str) -> str:
    # The package writes ":flexed_biceps:"; a name that it lacks is a KeyError, which must not be hidden.
    return str(emoji.EMOJI_DATA[char][language]).strip(":").replace("_", " ")


def draw_glyph(char: str, font: ImageFont.FreeTypeFont) -> NDArray[np.uint8]:
    """Draw one emoji in the middle of a white square, (64, 64, 3) uint8."""
    width, height = GLYPH_SIZE
    glyph = Image.new("RGBA", (width, width), (255, 255, 255, 0))
    draw = ImageDraw.Draw(glyph)
    draw.text((0, (width - height) // 2), char.removesuffix(VARIATION_SELECTOR), font=font, embedded_color=True)
    white = Image.new("RGBA", glyph.size, "white")
    small = Image.alpha_composite(white, glyph).convert("RGB").resize((CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
    rounded = (np.asarray(small).astype(int) + COLOUR_STEP // 2) // COLOUR_STEP * COLOUR_STEP
    return rounded.clip(0, 255).astype(np.uint8)


def draw_all(cells: Iterator[Cell], font: ImageFont.FreeTypeFont) -> list[tuple[Cell, NDArray[np.uint8]]]:
    """Draw every cell once; leave out the blank ones, and those that look just like one before."""
    seen = {np.full((CELL_PX, CELL_PX, 3), 255, np.uint8).tobytes()}
    drawn = []
    for cell in cells:
        image = draw_glyph(cell.char, font)
        if image.tobytes() not in seen:
            seen.add(image.tobytes())
            drawn.append((cell, image))
    return drawn


def lay_out(images: list[NDArray[np.uint8]]) -> Image.Image:
    """Paste the cells row by row into one sheet; the rest of the last row stays white."""
    rows = -(-len(images) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * CELL_PX, rows * CELL_PX), "white")
    for i, image in enumerate(images):
        sheet.paste(Image.fromarray(image), (i % COLUMNS * CELL_PX, i // COLUMNS * CELL_PX))
    return sheet


def main() -> None:
    """Write emoji.png and emoji.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--font", type=Path, default=Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"))
    parser.add_argument("--emoji-test", type=Path, default=Path("/usr/share/unicode/emoji/emoji-test.txt"))
    parser.add_argument("--out", type=Path, default=ASSETS)
    flags = parser.parse_args()
    emoji.config.load_language("zh")
    font = ImageFont.truetype(str(flags.font), FONT_PX)
    drawn = draw_all(single_emoji(flags.emoji_test.read_text(encoding="utf-8")), font)
    lay_out([image for _, image in drawn]).save(flags.out / "emoji.png", optimize=True)
    index = {"cell_px": CELL_PX, "columns": COLUMNS, "cells": [asdict(cell) for cell, _ in drawn]}
    (flags.out / "emoji.json").write_text(json.dumps(index, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(drawn)} emoji")


if __name__ == "__main__":
    main()
