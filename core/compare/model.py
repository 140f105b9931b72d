"""DINOv2 (Oquab et al. 2023), an encoder of the Hub that this tab alone opens, by `transformers`.

It was trained to give two views of a picture, and a picture with hidden patches, the same code as a slowly moving
average of itself. Only the encoder is published in this form, so nothing here can train it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from core.errors import CheckpointError

HUB_NAMES = (  # parts of the published names and of those in `transformers` 5
    ("attention.attention.query", "attention.q_proj"),
    ("attention.attention.key", "attention.k_proj"),
    ("attention.attention.value", "attention.v_proj"),
    ("attention.output.dense", "attention.o_proj"),
)


@dataclass(frozen=True)
class Config:
    """Architecture, named as in the Hub's config.json; the defaults are those of `facebook/dinov2-small`.

    Attributes:
        image_size: side of the pictures whose grid the learned positions are for; other grids interpolate them.
        patch_size: side of a patch in pixels.
        hidden_size: numbers per token.
        num_hidden_layers: blocks.
        num_attention_heads: heads per block.
        mlp_ratio: how many times as wide as a token the hidden layer of a block is.
        use_swiglu_ffn: gated hidden layers, as the largest model has them.
        layer_norm_eps: added to variances.
    """

    image_size: int = 518
    patch_size: int = 14
    hidden_size: int = 384
    num_hidden_layers: int = 12
    num_attention_heads: int = 6
    mlp_ratio: int = 4
    use_swiglu_ffn: bool = False
    layer_norm_eps: float = 1e-6


class DINOv2(nn.Module):
    """The encoder; from pictures to the normalised class token of the last block."""

    config_class = Config

    def __init__(self, config: Config) -> None:
        from transformers import Dinov2Config, Dinov2Model  # takes a second, which a page without it need not pay

        super().__init__()
        self.config = config
        self.vit = Dinov2Model(Dinov2Config(**vars(config)))
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Features (B, D) of pictures (B, 3, S, S) in [0, 1]; S a multiple of the patch."""
        found: Tensor = self.vit((images - self.mean) / self.std).pooler_output  # type: ignore[operator]
        return found

    @classmethod
    def from_hub(cls, folder: Path) -> "DINOv2":
        """Open a folder in the format of `transformers`' Dinov2Model, e.g. `facebook/dinov2-small`.

        Raises:
            CheckpointError: the config or the weights are another model's.
        """
        written = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        try:
            model = cls(Config(**{name: written[name] for name in vars(Config()) if name in written}))
            model.vit.load_state_dict(hub_weights(folder))
        except (RuntimeError, TypeError, ValueError) as error:
            raise CheckpointError("The weights of {name} do not fit its config.", name=folder.name) from error
        return model


def hub_weights(folder: Path) -> dict[str, Tensor]:
    """The weights in a folder in float32, by the names of this release of `transformers`."""
    renamed = {}
    for file in sorted(folder.glob("*.safetensors")):
        for name, tensor in load_file(file).items():
            for part, other in HUB_NAMES:
                name = name.replace(part, other)
            renamed[name] = tensor.float()
    return renamed
