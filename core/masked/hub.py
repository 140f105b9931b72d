"""Names of a ViTMAE's weights in `transformers` and in this project's model."""

from collections.abc import Mapping

import torch
from einops import rearrange
from torch import Tensor

HUB_NAMES = (  # parts of names in `transformers` (two releases of the decoder) and here, replaced in this order
    ("vit.embeddings.cls_token", "class_token"),
    ("vit.embeddings.position_embeddings", "positions"),
    ("vit.embeddings.patch_embeddings.projection", "embed"),
    ("vit.encoder.layer.", "encoder."),
    ("vit.layernorm.", "norm."),
    ("decoder.decoder_encoder.layer.", "decoder."),
    ("decoder.decoder_layers.", "decoder."),
    ("decoder.decoder_norm", "decoder_norm"),
    ("decoder.decoder_pos_embed", "decoder_positions"),
    ("decoder.decoder_embed", "projection"),
    ("decoder.decoder_pred", "head"),
    ("decoder.mask_token", "mask_token"),
    ("layernorm_before", "norm1"),
    ("layernorm_after", "norm2"),
    ("attention.attention.query", "q_proj"),
    ("attention.attention.key", "k_proj"),
    ("attention.attention.value", "v_proj"),
    ("attention.output.dense", "out"),
    ("intermediate.dense", "mlp.0"),
    ("output.dense", "mlp.2"),
)


def hub_weights(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the weights of a ViTMAE, join query, key and value, and flatten the patch convolution."""
    renamed: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        for part, other in HUB_NAMES:
            name = name.replace(part, other)
        renamed[name] = tensor
    for name in [name for name in renamed if "q_proj" in name]:
        parts = [renamed.pop(name.replace("q_proj", f"{letter}_proj")) for letter in "qkv"]
        renamed[name.replace("q_proj", "qkv")] = torch.cat(parts)
    renamed["embed.weight"] = rearrange(renamed["embed.weight"], "d c p q -> d (p q c)")
    for name in ("class_token", "mask_token"):
        renamed[name] = renamed[name].flatten()
    for name in ("positions", "decoder_positions"):
        renamed[name] = renamed[name][0]
    return renamed
