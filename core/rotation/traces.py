"""The turn predicted from encoder traces alone: `python -m core.rotation.traces --data scenes96 --root FOLDER`.

Encoder traces are compression artefacts that depend on the position of a pixel in the file. A JPEG stores colour at
half size. Decoding it rounds one way on even pixels and the other way on odd ones, which leaves a faint pattern of 2 x
2 pixels. A turn of the picture moves that pattern. This module describes a picture by 24 numbers that depend on the
pattern and hardly on the content, and trains a linear probe on them. Its accuracy is what the shortcut gives without
content.
"""

import argparse
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor

from core.data import perturbations, pictures
from core.downstream.probe import linear_probe
from core.rotation import pretext

# Brightness and the two colour differences of JPEG (ITU-R BT.601), from red, green and blue.
JPEG_COLOURS = ((0.299, 0.587, 0.114), (-0.1687, -0.3313, 0.5), (0.5, -0.4187, -0.0813))
LAPLACIAN = ((0.0, -1.0, 0.0), (-1.0, 4.0, -1.0), (0.0, -1.0, 0.0))
CLAMP = 1.0  # levels of 255: larger differences are content and are clamped
STRENGTH = 0.3  # of the probe's regularisation


def parities(images: Tensor) -> Tensor:
    """Measure how pixels differ from their neighbours, by the 2 x 2 parities (even or odd) of row and column.

    Args:
        images: (B, 3, S, S) in [0, 1], S even.

    Returns:
        (B, 24): mean of the clamped Laplacian and of its size, for three channels and four parities, in levels of 255.
    """
    colours = torch.einsum("kc,nchw->nkhw", torch.tensor(JPEG_COLOURS), 255 * images)
    kernel = torch.tensor(LAPLACIAN).expand(3, 1, 3, 3)
    edges = F.conv2d(colours, kernel, padding=1, groups=3).clamp(-CLAMP, CLAMP)  # (B, 3, S, S)
    both = torch.stack([edges, edges.abs()], 1)  # (B, 2, 3, S, S)
    return rearrange(both, "b k c (h p) (w q) -> b k c p q h w", p=2, q=2).mean((-1, -2)).flatten(1)


def trace_features(images: Tensor, change: perturbations.Change) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Parities (4N, 24) and turns (4N,) of bytes (N, 3, S, S), each changed first and then turned four ways."""
    parts = []
    for part in images.split(200):
        turned, turns = pretext.all_turns(perturbations.apply(part.float() / 255, change))
        parts.append((parities(turned), turns))
    rows, turns = (torch.cat(kind) for kind in zip(*parts, strict=True))
    return rows.numpy(), turns.numpy()


def main(argv: Sequence[str] | None = None) -> dict[str, float]:
    """Fit the probe on untouched training pictures; print and return its accuracy on test pictures for each change."""
    parser = argparse.ArgumentParser(description="Predict turns from encoder traces alone.")
    parser.add_argument("--data", default="scenes96", help="a named set or folder:PATH")
    parser.add_argument("--root", default="data", help="folder in which the named sets lie unpacked")
    parser.add_argument("--size", type=int, default=96, help="side of the pictures, in pixels")
    parser.add_argument("--limit", type=int, default=3000, help="training pictures at most")
    args = parser.parse_args(argv)
    train = pictures.load(args.data, "train", size=args.size, root=args.root, limit=args.limit).images
    test = pictures.load(args.data, "test", size=args.size, root=args.root).images
    probe = linear_probe(*trace_features(train, "none"), strength=STRENGTH)
    found: dict[str, float] = {}
    for change in perturbations.CHANGES:
        rows, turns = trace_features(test, change)
        found[change] = float((probe.predict(rows) == turns).mean())
        print(f"{change}: {found[change]:.1%} of {len(turns):,} turns, chance {pretext.CHANCE_LEVEL:.0%}", flush=True)
    return found


if __name__ == "__main__":
    main()
