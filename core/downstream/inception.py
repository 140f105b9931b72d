"""Inception features, of which alone a Frechet distance is called FID; where their weights can be had.

Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium"
(arXiv 1706.08500). The network and its weights, converted from the ones that the paper used, are those of the package
`torch-fidelity` (Apache licence 2.0); it keeps the weights, 91 MB, on disk once it has fetched them.
"""

import functools
import importlib.util
from pathlib import Path

import torch
from torch import Tensor, nn

from core.downstream.features import embed
from core.errors import HubUnavailable

PACKAGE = "torch_fidelity"
KIND, LAYER = "inception-v3-compat", "2048"


def describe(images: Tensor, where: torch.device, weights: Path | None = None) -> Tensor:
    """Features (N, 2048) on the CPU of pictures (N, 3, S, S), bytes or in [0, 1].

    Args:
        images: see above.
        where: device.
        weights: file of weights in the package's form; None takes those it keeps or fetches.

    Raises:
        HubUnavailable: the package or its weights cannot be had here.
    """
    network = _open(str(where), weights)

    def encode(x: Tensor) -> Tensor:
        features: Tensor = network((x * 255).round().to(torch.uint8))[0]
        return features

    return embed(encode, images, device=where)


@functools.lru_cache(maxsize=1)
def is_here() -> bool:
    """Whether features can be had: asked once a process, since it may mean a download."""
    try:
        _open("cpu", None)
    except HubUnavailable:
        return False
    return True


@functools.lru_cache(maxsize=1)
def _open(where: str, weights: Path | None) -> nn.Module:
    if importlib.util.find_spec(PACKAGE) is None:
        raise HubUnavailable("FID needs the package torch-fidelity: pip install -r requirements-dev.txt.")
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    path = None if weights is None else str(weights)
    try:
        network: nn.Module = FeatureExtractorInceptionV3(KIND, [LAYER], feature_extractor_weights_path=path)
    except OSError as error:  # no network (URLError is one), or no such file
        raise HubUnavailable(
            "FID needs Inception's weights, which cannot be fetched: {reason}", reason=error
        ) from error
    return network.to(where).eval().requires_grad_(False)
