"""The masked autoencoder: a Vision Transformer encodes the visible patches only, a small one predicts the rest.

He et al. 2021, "Masked Autoencoders Are Scalable Vision Learners", sec. 3; blocks of Dosovitskiy et al. 2020. The mask
is an argument, so the page can draw, choose and repeat it. A test compares the outputs with `transformers`' ViTMAE on
the same weights. Left out on purpose: dropout and stochastic depth, which pre-training does not use.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, cast

import torch
import torch.nn.functional as F
from einops import rearrange
from safetensors.torch import load_file
from torch import Tensor, nn

from core.errors import CheckpointError
from core.masked.hub import hub_weights
from core.masked.pretext import patchify

Target = Literal["residual", "pixels", "normalised"]


@dataclass(frozen=True)
class Config:
    """Architecture; the defaults are the bundled model's, `facebook/vit-mae-base` has 224, 16, 768, 12, 12, 512, 8, 16.

    Attributes:
        size: side of the square pictures, in pixels.
        patch: side of a patch, in pixels.
        width: embedding size of the encoder; a multiple of 4.
        depth: blocks of the encoder.
        heads: attention heads of each block of the encoder.
        decoder_width, decoder_depth, decoder_heads: the same of the decoder.
        expansion: hidden width of a block's MLP, as a multiple of its width.
        epsilon: of every layer norm.
        alibi: subtract a learned multiple of the distance from the decoder's attention scores (ALiBi, Press et al.
            2021, in two dimensions). The Hub's ViTMAE has none.
        target: what the last layer predicts. "residual": colours minus the mean colour of the visible patches;
            "pixels": colours; both in units of ImageNet's standard deviation. "normalised": each patch minus its own
            mean, over its own standard deviation (`norm_pix_loss`).
    """

    size: int = 96
    patch: int = 8
    width: int = 192
    depth: int = 6
    heads: int = 3
    decoder_width: int = 128
    decoder_depth: int = 2
    decoder_heads: int = 4
    expansion: int = 4
    epsilon: float = 1e-6
    alibi: bool = True
    target: Target = "residual"

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.size // self.patch


class EncoderOutput(NamedTuple):
    """The encoder's output for the visible patches.

    Attributes:
        latent: (B, 1 + V, D): the class token, then the visible patches in reading order, after the last norm.
        attention: for each block (B, heads, 1 + V, 1 + V), from row to column; rows sum to 1.
    """

    latent: Tensor
    attention: tuple[Tensor, ...]


class MaskedAutoencoderOutput(NamedTuple):
    """The model's output for a batch.

    Attributes:
        patches: (B, N, P * P * 3), the restored picture in [0, 1] units, not clipped. Visible patches are included,
            although the loss does not cover them.
        raw: (B, N, P * P * 3), output of the last layer, in the units of `Config.target`.
        latent: (B, 1 + V, D), see `EncoderOutput`.
        attention: see `EncoderOutput`.
    """

    patches: Tensor
    raw: Tensor
    latent: Tensor
    attention: tuple[Tensor, ...]


class Block(nn.Module):
    """Self-attention and an MLP, each with a norm before it and a residual connection."""

    def __init__(self, width: int, heads: int, expansion: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, epsilon)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, epsilon)
        self.mlp = nn.Sequential(nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width))

    def forward(self, x: Tensor, bias: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """One block.

        Written out, since the fused kernel does not return its weights; its backward pass on a CPU in bfloat16 also
        takes four to seven times as long as this one at 145 tokens (torch 2.11).

        Args:
            x: (B, T, D).
            bias: (heads, T, T), added to the attention scores.

        Returns:
            (B, T, D), and the attention weights (B, heads, T, T).
        """
        split = rearrange(self.qkv(self.norm1(x)), "b t (three h d) -> three b h t d", three=3, h=self.heads)
        q, k, v = split[0], split[1], split[2]  # each (B, heads, T, D / heads)
        scores = q / q.shape[-1] ** 0.5 @ k.mT  # (B, heads, T, T)
        attention = (scores if bias is None else scores + bias).softmax(-1)
        x = x + self.out(rearrange(attention.to(v.dtype) @ v, "b h t d -> b t (h d)"))
        return x + self.mlp(self.norm2(x)), attention


class MaskedAutoencoder(nn.Module):
    """Encoder of the visible patches, decoder of all patches, one linear layer to pixels."""

    config_class = Config
    positions: Tensor
    decoder_positions: Tensor
    distances: Tensor
    mean: Tensor
    std: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        pixels, depths = config.patch**2 * 3, (config.depth, config.decoder_depth)
        shapes = ((config.width, config.heads), (config.decoder_width, config.decoder_heads))
        encoder, decoder = (
            [Block(*shape, config.expansion, config.epsilon) for _ in range(depth)]
            for shape, depth in zip(shapes, depths, strict=True)
        )
        self.embed = nn.Linear(pixels, config.width)  # a convolution with stride P, written on flat patches
        self.class_token = nn.Parameter(torch.randn(config.width) * 0.02)
        self.encoder = nn.ModuleList(encoder)
        self.norm = nn.LayerNorm(config.width, config.epsilon)
        self.projection = nn.Linear(config.width, config.decoder_width)
        self.mask_token = nn.Parameter(torch.randn(config.decoder_width) * 0.02)
        self.decoder = nn.ModuleList(decoder)
        self.decoder_norm = nn.LayerNorm(config.decoder_width, config.epsilon)
        self.head = nn.Linear(config.decoder_width, pixels)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        nn.init.xavier_uniform_(self.head.weight, gain=0.1)  # begin near the mean colour
        self.register_buffer("positions", sine_positions(config.grid, config.width))
        self.register_buffer("decoder_positions", sine_positions(config.grid, config.decoder_width))
        slopes = initial_alibi_slopes(config.decoder_depth, config.decoder_heads)
        self.alibi_slopes = nn.Parameter(slopes) if config.alibi else None
        self.register_buffer("distances", patch_distances(config.grid), persistent=False)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]), persistent=False)
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]), persistent=False)

    def forward(self, images: Tensor, keep: Tensor) -> MaskedAutoencoderOutput:
        """Restore pictures from their visible patches.

        Args:
            images: (B, 3, H, W) in [0, 1]. Hidden patches are dropped before the first layer.
            keep: (B, N) bool, true where visible; every row has the same number V >= 1 of them.

        Raises:
            ValueError: the rows of `keep` have different numbers of visible patches, or none.
        """
        patches = self.normalise(patchify(images, self.config.patch))  # (B, N, P * P * 3)
        encoded = self.encode(patches, keep)
        raw = self.decode(encoded.latent, keep).float()  # (B, N, P * P * 3)
        restored = self.to_pixels(raw, patches, keep)
        return MaskedAutoencoderOutput(restored, raw, encoded.latent, encoded.attention)

    def encode(self, patches: Tensor, keep: Tensor) -> EncoderOutput:
        """Encode the visible ones of normalised patches (B, N, P * P * 3); hidden ones take no computation."""
        batch, _, size = patches.shape
        counts = keep.sum(1)
        if int(counts.min()) != int(counts.max()) or int(counts.min()) == 0:
            raise ValueError("every row of keep must show the same number of patches, at least one")
        visible = patches[keep].view(batch, -1, size)  # (B, V, P * P * 3)
        positions = self.positions[1:].expand(batch, -1, -1)[keep].view(batch, -1, self.config.width)
        first = (self.class_token + self.positions[0]).expand(batch, 1, -1)
        x = torch.cat([first, self.embed(visible) + positions], 1)  # (B, 1 + V, D)
        attention = []
        for block in self.encoder:
            x, weights = block(x)
            attention.append(weights)
        return EncoderOutput(self.norm(x), tuple(attention))

    def decode(self, latent: Tensor, keep: Tensor) -> Tensor:
        """Decode the visible patches (B, 1 + V, D) at their positions among mask tokens: (B, N, P * P * 3)."""
        tokens = self.projection(latent)  # (B, 1 + V, D')
        masked = self.mask_token.to(tokens.dtype).expand(*keep.shape, -1)  # (B, N, D')
        patches = masked.masked_scatter(keep[..., None], tokens[:, 1:])  # in reading order, as `encode` selects them
        x = torch.cat([tokens[:, :1], patches], 1) + self.decoder_positions
        for number, block in enumerate(self.decoder):
            x, _ = block(
                x, None if self.alibi_slopes is None else -self.alibi_slopes[number, :, None, None] * self.distances
            )
        return cast(Tensor, self.head(self.decoder_norm(x))[:, 1:])

    def normalise(self, patches: Tensor) -> Tensor:
        """Patches in [0, 1] units to the network's input: minus ImageNet's mean colour, over its deviation."""
        repeat = self.config.patch**2
        return (patches - self.mean.repeat(repeat)) / self.std.repeat(repeat)

    def to_pixels(self, raw: Tensor, patches: Tensor, keep: Tensor) -> Tensor:
        """Convert the last layer's output to [0, 1] units; `patches` (B, N, P * P * 3) are the normalised input.

        A model of normalised patches predicts neither their brightness nor their contrast, and the true values are
        hidden. Each hidden patch gets the mean and deviation of the visible patches, weighted by 1 / distance^4. Part
        of the restored picture of such a model therefore comes from this assumption.
        """
        repeat = self.config.patch**2
        if self.config.target == "residual":
            visible = rearrange(patches, "b n (p c) -> b n p c", c=3).mean(2) * keep[..., None]
            raw = raw + (visible.sum(1) / keep.sum(1, keepdim=True)).repeat(1, repeat)[:, None]
        if self.config.target == "normalised":
            mean, std = patches.mean(-1, keepdim=True), patches.std(-1, keepdim=True)
            weights = inverse_distance_weights(self.config.grid, keep)  # (B, N, N)
            raw = raw * (weights @ std) + weights @ mean
        return raw * self.std.repeat(repeat) + self.mean.repeat(repeat)

    @classmethod
    def from_hub(cls, folder: Path) -> "MaskedAutoencoder":
        """Open a folder in the format of `transformers`' ViTMAEForPreTraining, e.g. `facebook/vit-mae-base`.

        Raises:
            CheckpointError: no safetensors inside, or weights that do not fit.
        """
        files = sorted(folder.glob("*.safetensors"))
        if not files:
            raise CheckpointError("{name} has no weights in safetensors, the only format opened.", name=folder.name)
        model = cls(hub_config(json.loads((folder / "config.json").read_text(encoding="utf-8"))))
        weights = hub_weights({k: v.float() for file in files for k, v in load_file(file).items()})
        if weights.keys() != model.state_dict().keys():
            raise CheckpointError("The weights of {name} do not fit its config.", name=folder.name)
        model.load_state_dict(weights)
        return model


def sine_positions(grid: int, width: int) -> Tensor:
    """Fixed embeddings of the class token (zeros) and of every position on a grid: (1 + grid^2, width).

    Vaswani et al. 2017, sec. 3.5, for two axes as in He et al. 2021, appendix A: the first half of the numbers encodes
    the column, the second the row.
    """
    speed = 1 / 10000 ** (torch.arange(width // 4, dtype=torch.float64) / (width // 4))
    angle = torch.arange(grid, dtype=torch.float64)[:, None] * speed  # (grid, width / 4)
    axis = torch.cat([angle.sin(), angle.cos()], 1)  # (grid, width / 2)
    positions = torch.cat([axis.repeat(grid, 1), axis.repeat_interleave(grid, 0)], 1)  # (grid^2, width)
    return torch.cat([torch.zeros(1, width), positions.float()])


def patch_distances(grid: int) -> Tensor:
    """Distances, in patches, between all positions of a grid; 0 from the class token: (1 + N, 1 + N)."""
    points = torch.cartesian_prod(torch.arange(grid), torch.arange(grid)).float()
    return F.pad(torch.cdist(points, points), (1, 0, 1, 0))


def initial_alibi_slopes(depth: int, heads: int) -> Tensor:
    """How much an attention score falls per patch of distance: (depth, heads), 2, 1, 1/2, ... for the heads.

    Press et al. 2021, "Train Short, Test Long: Attention with Linear Biases", sec. 3, in two dimensions, as initial
    values of a parameter. The content of a hole depends mostly on its edge. After 100 steps of 64 pictures the error on
    unseen scenes was 74 % of mean fill's without the slopes and 50 % with them.
    """
    return (2.0 / 2.0 ** torch.arange(heads)).repeat(depth, 1)


def inverse_distance_weights(grid: int, keep: Tensor) -> Tensor:
    """Weight of each visible patch for every patch: (B, N, N), 1 / distance^4 with rows that sum to 1."""
    distances = patch_distances(grid)[1:, 1:].to(keep.device)
    weights = (distances + 1e-3) ** -4 * keep[:, None, :]
    return weights / weights.sum(-1, keepdim=True)


def hub_config(hub: Mapping[str, int | float | bool]) -> Config:
    """The config of a ViTMAE's config.json."""
    return Config(
        size=int(hub["image_size"]),
        patch=int(hub["patch_size"]),
        width=int(hub["hidden_size"]),
        depth=int(hub["num_hidden_layers"]),
        heads=int(hub["num_attention_heads"]),
        decoder_width=int(hub["decoder_hidden_size"]),
        decoder_depth=int(hub["decoder_num_hidden_layers"]),
        decoder_heads=int(hub["decoder_num_attention_heads"]),
        expansion=int(hub["intermediate_size"] / hub["hidden_size"]),
        epsilon=float(hub["layer_norm_eps"]),
        alibi=False,
        target="normalised" if hub.get("norm_pix_loss") else "pixels",
    )
