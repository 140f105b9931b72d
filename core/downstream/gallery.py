"""What a model makes of the bundled media, computed once and kept beside its weights in `gallery.safetensors`.

A question like "which bundled pictures are alike?" needs the features of all of them, seconds of work that is the same
for everyone. The recipe does it, and `python -m core.cards describe NAME` again; a checkpoint without the file, or with
one made from other media, is described when somebody first asks.
"""

from collections.abc import Callable

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from core import checkpoints
from core.checkpoints import Card, Checkpoint
from core.data import bundled

FILE = "gallery.safetensors"
Described = dict[str, Tensor]
Describe = Callable[[nn.Module, torch.device], Described]


def described(checkpoint: Checkpoint, describe: Describe) -> Described:
    """What a model makes of the bundled media: read from its file, which was checked with the card, or computed.

    Args:
        checkpoint: opened; one of a moment of the training is always described anew.
        describe: the method's function of the model and its device.

    Returns:
        Name -> tensor on the CPU; floating-point ones in float32, from a file rounded to half precision.
    """
    finished = checkpoint.weights == checkpoints.WEIGHTS
    if finished and checkpoint.card is not None and FILE in checkpoint.card.sha256:
        with safe_open(checkpoint.folder / FILE, framework="pt") as file:
            if file.metadata()["media"] == bundled.media_digest():
                return {name: _full(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118  # not a dictionary
    return describe(checkpoint.model, checkpoint.device)


def write(checkpoint: Checkpoint, describe: Describe) -> Card:
    """Describe the bundled media by a model, write the file beside its weights and the digest on its card.

    Returns:
        The card as written.
    """
    assert checkpoint.card is not None
    found = {name: _half(tensor) for name, tensor in describe(checkpoint.model, checkpoint.device).items()}
    content = save(found, {"media": bundled.media_digest()})
    return checkpoints.add_files(checkpoint.folder, checkpoint.card, {FILE: content})


def _half(tensor: Tensor) -> Tensor:
    return (tensor.half() if tensor.is_floating_point() else tensor).contiguous()


def _full(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor
