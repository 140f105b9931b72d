"""Inception features, of which alone a Frechet distance is called FID; where their weights can be had.

Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium"
(arXiv 1706.08500). The network and its weights, converted from the ones that the paper used, are those of the package
`torch-fidelity` (Apache licence 2.0). Its weights, 91 MB, are a pickle: they are fetched once, kept where PyTorch keeps
such files, and opened only if they have the digest noted below, by PyTorch's reader that makes tensors and nothing else
of them. The package's own way of fetching them does neither.
"""

import functools
import importlib.util
from pathlib import Path

import torch
from torch import Tensor, nn

from core.checkpoints import digest
from core.downstream.features import embed
from core.errors import HubUnavailable

PACKAGE = "torch_fidelity"
KIND, LAYER = "inception-v3-compat", "2048"
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"


def describe(images: Tensor, where: torch.device, weights: Path | None = None) -> Tensor:
    """Features (N, 2048) on the CPU of pictures (N, 3, S, S), bytes or in [0, 1].

    Args:
        images: see above.
        where: device.
        weights: file of weights in the package's form; None takes the package's, kept or fetched.

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
    """Whether features can be had: asked once per process, since it may download."""
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

    try:
        path = str(weights or _kept())
        network: nn.Module = FeatureExtractorInceptionV3(KIND, [LAYER], feature_extractor_weights_path=path)
    except (OSError, RuntimeError) as error:  # no network (URLError is one), other weights than these, no such file
        raise HubUnavailable(
            "FID needs Inception's weights, which cannot be fetched: {reason}", reason=error
        ) from error
    return network.to(where).eval().requires_grad_(False)


def _kept() -> Path:
    """The package's weights on disk; what is not there or is not what it should be is fetched."""
    from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(URL_INCEPTION_V3).name
    if not path.is_file() or digest(path) != SHA256:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(URL_INCEPTION_V3, str(path), hash_prefix=SHA256, progress=False)
    return path
