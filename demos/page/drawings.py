"""What a canvas sends while it is painted on: a few small pictures, kept until an event reads them.

`gr.ImageEditor` sends its background, its layer and both together apart from the event that uses them, under an id that
the browser makes up. Gradio keeps whatever comes, of any size, under any index, for ever.
"""

from typing import Any

from gradio.components.image_editor import AcceptBlobs, EditorDataBlobs
from starlette.exceptions import HTTPException

BLOB_MB = 4  # a canvas of 384 x 384 pixels has 0.6 MB before it is compressed
LAYERS = 4  # the page's canvases have one
ID_LENGTH = 64
HELD_MB = 32  # of one canvas, for all visitors; the oldest drawings go first


def keep_blob(held: dict[str, EditorDataBlobs], sent: AcceptBlobs) -> None:
    """Keep one picture of a drawing.

    Args:
        held: drawings by their id, the oldest first.
        sent: `data` with id, type ("background", "layer" or "composite") and index of the layer; `files` with one file.

    Raises:
        HTTPException: 400 for anything else, 413 for a picture that is too large.
    """
    kind, drawing, content = (_text(sent, "type"), _text(sent, "id"), _content(sent))
    found = held.pop(drawing, None) or EditorDataBlobs(background=None, layers=[], composite=None)
    if kind == "layer":
        index = _text(sent, "index")
        if index not in map(str, range(LAYERS)):
            raise HTTPException(400)
        found.layers = [*found.layers, *[None] * LAYERS][:LAYERS]
        found.layers[int(index)] = content
    elif kind in ("background", "composite"):
        setattr(found, kind, content)
    else:
        raise HTTPException(400)
    held[drawing] = found
    while sum(map(_size, held.values())) > HELD_MB * 1e6:
        del held[next(iter(held))]


def _text(sent: AcceptBlobs, name: str) -> str:
    value: Any = sent.data.get(name)  # whatever came, unchecked by Gradio
    if not isinstance(value, str) or not 0 < len(value) <= ID_LENGTH:
        raise HTTPException(400)
    return value


def _content(sent: AcceptBlobs) -> bytes:
    if len(sent.files) != 1:
        raise HTTPException(400)
    content = sent.files[0][1]
    if len(content) > BLOB_MB * 1e6:
        raise HTTPException(413)
    return content


def _size(blobs: EditorDataBlobs) -> int:
    return sum(len(part) for part in (blobs.background, blobs.composite, *blobs.layers) if part is not None)
