"""What a visitor may choose when training a VQ-VAE in the page."""

from core.training.choices import SHARED, Choices, Setting

CHOICES = Choices(
    usual={
        **SHARED,
        "batch": 32,
        "size": 32,
        "width": 32,
        "depth": 1,
        "num_embeddings": 128,
        "half_share": 0.0,
        "lr": 0.003,
    },
    settings=(
        Setting("num_embeddings", (32, 128, 512), 128),
        Setting("beta", (0.0, 0.25, 1.0, 4.0), 0.25),
        Setting("batch", (8, 32, 128), 32),
        Setting("lr", (3e-4, 1e-3, 3e-3, 1e-2, 3e-1), 3e-3),
    ),
    failures={"no_restart": {"floor": 0.0}, "rate": {"lr": 3e-1}},
)
