"""What a visitor may choose when training a VAE in the page."""

from core.training.choices import SHARED, Choices, Setting

CHOICES = Choices(
    usual={**SHARED, "data": "digits", "batch": 128, "hidden": 200, "latent": 10, "lr": 0.003},
    settings=(
        Setting("kl_weight", (0.0, 0.1, 1.0, 5.0, 50.0), 1.0),
        Setting("latent", (2, 10, 20), 10),
        Setting("batch", (16, 128, 512), 128),
        Setting("lr", (3e-4, 1e-3, 3e-3, 1e-2, 3e-1), 3e-3),
    ),
    failures={"kl_0": {"kl_weight": 0.0}, "kl_50": {"kl_weight": 50.0}, "rate": {"lr": 3e-1}},
    data=("digits", "emoji"),
    named={"mnist": "MNIST"},
)
