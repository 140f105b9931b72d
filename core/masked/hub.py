"""Names of a ViTMAE's weights as `transformers` writes them, and as this project's model has them."""

from collections.abc import Mapping

import torch
from einops import rearrange
from torch import Tensor

HUB_NAMES = (  # parts of names, theirs (two releases of the decoder's) and ours, replaced in this order
    ("vit.embeddings.cls_token", "class_token"),
    ("vit.embeddings.position_embeddings", "places"),
    ("vit.embeddings.patch_embeddings.projection", "embed"),
    ("vit.encoder.layer.", "encoder."),
    ("vit.layernorm.", "norm."),
    ("decoder.decoder_encoder.layer.", "decoder."),
    ("decoder.decoder_layers.", "decoder."),
    ("decoder.decoder_norm", "decoder_norm"),
    ("decoder.decoder_pos_embed", "decoder_places"),
    ("decoder.decoder_embed", "bridge"),
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


def hub_weights(theirs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the weights of a ViTMAE, join query, key and value, and flatten the convolution that cuts patches."""
    ours: dict[str, Tensor] = {}
    for name, tensor in theirs.items():
        for part, other in HUB_NAMES:
            name = name.replace(part, other)
        ours[name] = tensor
    for name in [name for name in ours if "q_proj" in name]:
        parts = [ours.pop(name.replace("q_proj", f"{letter}_proj")) for letter in "qkv"]
        ours[name.replace("q_proj", "qkv")] = torch.cat(parts)
    ours["embed.weight"] = rearrange(ours["embed.weight"], "d c p q -> d (p q c)")
    for name in ("class_token", "mask_token"):
        ours[name] = ours[name].flatten()
    for name in ("places", "decoder_places"):
        ours[name] = ours[name][0]
    return ours
