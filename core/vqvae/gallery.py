"""Codes of the bundled pictures by a VQ-VAE, and what its codebook's entries draw, kept beside its weights."""

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor, nn

from core.data import bundled, pictures
from core.downstream.gallery import Described
from core.vqvae.model import VQVAE

Bytes = NDArray[np.uint8]

TILES = 4  # along each side of a photograph
BAG_PX = 32  # emoji are compared at this size, by codes and by pixels
CONSTANT_CODES = 6  # side of the constant map that is decoded for an entry; its middle is far from the edges
DECODED_PX = 8
CHUNK = 64  # pictures per call of the network


@torch.inference_mode()
def describe(model: nn.Module, where: torch.device, *, every: int = 1) -> Described:
    """Describe the bundled pictures; nothing of an autoencoder without a codebook.

    Returns:
        {"bags": (N / every, K), `bag_of_codes` of every `every`-th emoji; "codes": (T, G, G) int16, of the
        photographs' tiles; "decoded": (K, 3, 8, 8) in [0, 1], the middle of what each entry alone draws}.
    """
    if not isinstance(model, VQVAE):
        return {}
    emoji = bundled.emoji_gallery().images[::every]
    bags = [bag_of_codes(model, where, emoji[i : i + CHUNK]) for i in range(0, len(emoji), CHUNK)]
    tiles = pictures.to_tensor(usage_pictures(model.config.size))
    codes = [model.encode(part.to(where))[1].cpu() for part in tiles.split(CHUNK)]
    entries = torch.arange(model.config.num_embeddings)
    decoded = [_decode_alone(model, part.to(where)) for part in entries.split(CHUNK)]
    return {"bags": torch.cat(bags), "codes": torch.cat(codes).short(), "decoded": torch.cat(decoded)}


@torch.inference_mode()
def bag_of_codes(model: VQVAE, where: torch.device, images: Bytes) -> Tensor:
    """Square roots of the shares of each code (B, K) in pictures (B, H, W, 3); rows have length 1."""
    squares = pictures.to_tensor(np.stack([pictures.square(image, BAG_PX) for image in images]))
    codes = model.encode(squares.to(where))[1].flatten(1).cpu()  # (B, G * G)
    counts = F.one_hot(codes, model.config.num_embeddings).sum(1).float()
    return (counts / counts.sum(1, keepdim=True)).sqrt()


def usage_pictures(size: int) -> Bytes:
    """The bundled photographs in tiles, on which usage is counted: (T, size, size, 3)."""
    return np.concatenate([_tiles(pictures.square(photo.image, TILES * size)) for photo in bundled.photographs()])


def _tiles(picture: Bytes) -> Bytes:
    cut: Bytes = rearrange(picture, "(r h) (c w) k -> (r c) h w k", r=TILES, c=TILES)
    return cut


def _decode_alone(model: VQVAE, codes: Tensor) -> Tensor:
    """The middle (B, 3, 8, 8) of pictures decoded from maps of a single code."""
    picture = model.decode_codes(codes.view(-1, 1, 1).expand(-1, CONSTANT_CODES, CONSTANT_CODES)).clamp(0, 1).cpu()
    edge = (picture.shape[-1] - DECODED_PX) // 2
    return picture[..., edge : edge + DECODED_PX, edge : edge + DECODED_PX]
