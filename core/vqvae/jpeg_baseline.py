"""The JPEG baseline: the best quality at a given number of bytes, with header and data counted separately."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Bytes = NDArray[np.uint8]
START_OF_SCAN = b"\xff\xda"
END = 2  # bytes of the end marker


@dataclass(frozen=True)
class JPEGResult:
    """A picture after JPEG compression.

    Attributes:
        picture: (H, W, 3) uint8, read back.
        quality: of Pillow, 1 to 95.
        data_bytes: the entropy-coded picture.
        header_bytes: tables and markers, the same for every picture of this size and quality.
    """

    picture: Bytes
    quality: int
    data_bytes: int
    header_bytes: int


def compress(picture: Bytes, quality: int) -> JPEGResult:
    """Compress a picture (H, W, 3) with the standard's Huffman tables, so the header holds nothing of the picture."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling="4:2:0", optimize=False)
    content = buffer.getvalue()
    scan = content.index(START_OF_SCAN) + 2
    begin = scan + int.from_bytes(content[scan : scan + 2], "big")
    data = len(content) - END - begin
    with Image.open(buffer) as read:
        return JPEGResult(np.asarray(read.convert("RGB")), quality, data, len(content) - data)


def compress_within(picture: Bytes, data_bytes: int) -> JPEGResult:
    """The best quality at which a picture's data fit into a number of bytes; quality 1 if none does.

    Args:
        picture: (H, W, 3) uint8.
        data_bytes: allowed for the data, header not counted.
    """
    low, high = 1, 95  # binary search: a higher quality takes more data
    while low < high:
        middle = (low + high + 1) // 2
        if compress(picture, middle).data_bytes <= data_bytes:
            low = middle
        else:
            high = middle - 1
    return compress(picture, low)
