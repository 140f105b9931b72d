"""What comes with the project: emoji, photographs, digits and sounds, each with two names and a credit.

The emoji sheet (Noto Color Emoji, SIL Open Font Licence), 200 MNIST test digits (CC BY-SA 3.0) and the sounds lie in
`assets/` and were made by `core.data.make_emoji`, `make_digits` and `make_sounds`; NOTICE names their sources. The
photographs are read out of the installed scikit-image and scikit-learn. Nothing here touches the network. Left out on
purpose: scikit-image's pictures that it would have to download.

Arrays are made once and shared by all visitors, so they are read-only; copy one before changing it.
"""

import functools
import hashlib
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

import numpy as np
import soundfile
from einops import rearrange
from numpy.typing import NDArray
from PIL import Image

from core.data import pictures
from core.errors import InputError

Bytes = NDArray[np.uint8]
Wave = NDArray[np.float32]
Array = TypeVar("Array", bound=NDArray[Any])
Name = tuple[str, str]  # (English, Chinese)
Kind = Literal["tone", "chirp", "pluck", "noise", "digit", "sample"]

ASSETS = Path(__file__).resolve().parents[2] / "assets"
KINDS: tuple[Kind, ...] = get_args(Kind)
SAMPLE_RATE_HZ = 16_000
GALLERY_PX = 64


@dataclass(frozen=True)
class Gallery:
    """The emoji, in the order of Unicode's emoji-test.

    Attributes:
        images: (N, 64, 64, 3) uint8, drawn on white.
        chars: N strings, the emoji themselves.
        names: N pairs (English, Chinese).
        groups: N pairs (English, Chinese), nine different ones.
    """

    images: Bytes
    chars: tuple[str, ...]
    names: tuple[Name, ...]
    groups: tuple[Name, ...]


@dataclass(frozen=True)
class Photograph:
    """One colour picture out of an installed package; `image` is (H, W, 3) uint8."""

    key: str
    name: Name
    credit: str
    image: Bytes


@dataclass(frozen=True)
class PictureGallery:
    """Every emoji, then every photograph: the G pictures among which the nearest neighbours are searched.

    Attributes:
        names: G pairs (English, Chinese).
        images: (G, 64, 64, 3) uint8; of a photograph the middle square.
        emoji_groups: N pairs (English, Chinese), the groups of the first N pictures, which are the emoji.
    """

    names: tuple[Name, ...]
    images: Bytes
    emoji_groups: tuple[Name, ...]

    @property
    def emoji_count(self) -> int:
        """N, how many of the first pictures are emoji."""
        return len(self.emoji_groups)


@dataclass(frozen=True)
class Digits:
    """Handwritten digits of MNIST's test split, twenty of each class.

    Attributes:
        images: (200, 28, 28) uint8, white ink on black.
        labels: (200,) int64 in 0..9.
        indices: (200,) int64, places in the test split, so that a training set can never hold them by mistake.
    """

    images: Bytes
    labels: NDArray[np.int64]
    indices: NDArray[np.int64]


@dataclass(frozen=True)
class Sound:
    """What is known of one clip; `read_sound(key)` gives its samples.

    Attributes:
        key: name of the file without its suffix.
        label: 0..9 for a spoken digit, else None.
        speaker: the synthetic voice of a spoken digit, else None.
        credit: who made it, where it comes from, under which licence.
    """

    key: str
    name: Name
    kind: Kind
    label: int | None
    speaker: str | None
    credit: str


@functools.cache
def emoji_gallery() -> Gallery:
    """All bundled emoji."""
    index = _index("emoji.json")
    cells = index["cells"]
    return Gallery(
        _cut_sheet("emoji.png", "RGB", index["cell_px"], len(cells)),
        tuple(cell["char"] for cell in cells),
        tuple((cell["name_en"], cell["name_zh"]) for cell in cells),
        tuple((cell["group_en"], cell["group_zh"]) for cell in cells),
    )


@functools.cache
def digits() -> Digits:
    """The bundled handwritten digits."""
    index = _index("digits.json")
    labels, indices = (np.array(index[field], dtype=np.int64) for field in ("labels", "indices"))
    return Digits(_cut_sheet("digits.png", "L", index["cell_px"], len(labels)), _read_only(labels), _read_only(indices))


NASA = "NASA, public domain"
PHOTOGRAPHS: tuple[tuple[str, str, Name, str], ...] = (  # key, package and path inside it, names, credit
    ("astronaut", "skimage:data/astronaut.png", ("Astronaut", "宇航员"), NASA),
    ("cat", "skimage:data/chelsea.png", ("Chelsea the cat", "小猫切尔西"), "Stefan van der Walt, CC0"),
    ("coffee", "skimage:data/coffee.png", ("Cup of coffee", "一杯咖啡"), "Rachel Michetti, Pikolo Espresso Bar, CC0"),
    ("rocket", "skimage:data/rocket.jpg", ("Rocket launch", "火箭发射"), "SpaceX, public domain"),
    (
        "china",
        "sklearn:datasets/images/china.jpg",
        ("Summer Palace, Beijing", "北京颐和园"),
        "danielbuechele on Flickr, CC BY 2.0",
    ),
    ("flower", "sklearn:datasets/images/flower.jpg", ("Dahlia", "大丽花"), "vultilion on Flickr, CC BY 2.0"),
    ("hubble", "skimage:data/hubble_deep_field.jpg", ("Hubble deep field", "哈勃深空"), NASA),
    ("retina", "skimage:data/retina.jpg", ("Retina of an eye", "眼底视网膜"), "Mikael Häggström, CC0"),
    (
        "tissue",
        "skimage:data/ihc.png",
        ("Stained tissue", "染色组织切片"),
        "Center for Microscopy and Molecular Imaging, no known restrictions",
    ),
)


@functools.cache
def photographs() -> tuple[Photograph, ...]:
    """The colour photographs that scikit-image and scikit-learn carry in their wheels; the first five have an up.

    The files are opened by path: `skimage.data` would download what it does not find.
    """
    return tuple(_photograph(*row) for row in PHOTOGRAPHS)


def installed(place: str) -> Path:
    """The path of "package:file" in an installed package, which is not imported: scikit-learn takes a second."""
    package, _, path = place.partition(":")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {package} is not installed.", name=package)
    return Path(spec.origin).parent / path


def _photograph(key: str, place: str, name: Name, credit: str) -> Photograph:
    with Image.open(installed(place)) as picture:
        image = np.array(picture.convert("RGB"))  # (H, W, 3)
    return Photograph(key, name, credit, _read_only(image))


@functools.cache
def picture_gallery() -> PictureGallery:
    """The emoji and the photographs as one gallery."""
    emoji, photos = emoji_gallery(), photographs()
    squares = np.stack([pictures.square(photo.image, GALLERY_PX) for photo in photos])
    return PictureGallery(
        names=emoji.names + tuple(photo.name for photo in photos),
        images=_read_only(np.concatenate([emoji.images, squares])),
        emoji_groups=emoji.groups,
    )


@functools.cache
def sounds() -> tuple[Sound, ...]:
    """What is known of every bundled clip, in the order tones, chirps, plucks, noises, digits, samples."""
    return tuple(
        Sound(
            key=Path(row["file"]).stem,
            name=(row["name_en"], row["name_zh"]),
            kind=row["kind"],
            label=row["label"],
            speaker=row["speaker"],
            credit=row["credit"],
        )
        for row in _index("sounds/sounds.json")["sounds"]
    )


@functools.cache
def read_sound(key: str) -> Wave:
    """Read one bundled clip.

    Returns:
        (S,) float32 in [-1, 1] at 16,000 Hz, at most three seconds, read-only.

    Raises:
        InputError: no bundled sound has this key.
    """
    if key not in {sound.key for sound in sounds()}:
        raise InputError("There is no bundled sound named {key}.", key=key)
    samples, rate_hz = soundfile.read(ASSETS / "sounds" / f"{key}.flac", dtype="float32")
    if rate_hz != SAMPLE_RATE_HZ:
        raise ValueError(f"{key}.flac has {rate_hz} Hz; make the sounds anew")
    return _read_only(cast(Wave, samples))


@functools.cache
def media_digest() -> str:
    """Digest of the files of all bundled pictures and of the list of sounds: what was made from others has another."""
    photos = (installed(place) for _, place, _, _ in PHOTOGRAPHS)
    found = hashlib.sha256()
    for file in (ASSETS / "emoji.png", *photos, ASSETS / "sounds" / "sounds.json"):
        found.update(file.read_bytes())
    return found.hexdigest()


def _index(name: str) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads((ASSETS / name).read_text(encoding="utf-8")))


def _cut_sheet(name: str, mode: str, cell_px: int, count: int) -> Bytes:
    """Cut a sheet into its first `count` square cells, row by row: (N, P, P) for "L", (N, P, P, 3) for "RGB"."""
    with Image.open(ASSETS / name) as picture:
        sheet = np.asarray(picture.convert(mode))
    cells = rearrange(sheet, "(row y) (column x) ... -> (row column) y x ...", y=cell_px, x=cell_px)
    return _read_only(np.ascontiguousarray(cells[:count]))


def _read_only(array: Array) -> Array:
    array.setflags(write=False)
    return array
