"""What a visitor may choose when training SimCLR in the page."""

from core.training.choices import SHARED, Choices, Setting

CHOICES = Choices(
    usual={**SHARED, "batch": 128, "width": 16, "hidden": 128, "projection": 64, "lr": 0.01},
    settings=(
        Setting("temperature", (0.01, 0.05, 0.2, 0.5, 1.0, 5.0), 0.2),
        Setting("batch", (4, 32, 128, 256), 128),
        Setting("min_crop", (0.2, 0.5, 1.0), 0.2),
        Setting("jitter", (0.0, 0.5, 1.0), 0.5),
        Setting("lr", (1e-3, 3e-3, 1e-2, 3e-2, 1.0), 1e-2),
    ),
    failures={
        "cold": {"temperature": 0.01},
        "hot": {"temperature": 5.0},
        "no_crop": {"min_crop": 1.0, "jitter": 0.0, "greyscale": 0.0, "flip": 0.0},
        "tiny_batch": {"batch": 4},
        "positives": {"negatives": False},
        "rate": {"lr": 1.0},
    },
)
