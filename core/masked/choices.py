"""What a visitor may choose when training a masked autoencoder in the page."""

from core.training.choices import SHARED, Choices, Setting

SHAPE = {"size": 32, "patch": 4, "width": 64, "depth": 2, "decoder_width": 64, "decoder_depth": 1}
CHOICES = Choices(
    usual={**SHARED, **SHAPE, "batch": 64, "mask_ratio": 0.75, "clumped": 0.0, "lr": 0.003},
    settings=(
        Setting("mask_ratio", (0.05, 0.25, 0.5, 0.75, 0.9), 0.75),
        Setting("width", (32, 64, 128), 64),
        Setting("batch", (16, 64, 256), 64),
        Setting("lr", (3e-4, 1e-3, 3e-3, 1e-2, 3e-1), 3e-3),
    ),
    failures={"easy_mask": {"mask_ratio": 0.05}, "rate": {"lr": 3e-1}},
)
