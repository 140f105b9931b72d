"""What a visitor may choose when training a rotation network in the page."""

from core.training.choices import SHARED, Choices, Setting

CHOICES = Choices(
    usual={**SHARED, "batch": 64, "size": 32, "width": 16, "stem_stride": 1, "reencode": 0.0, "lr": 3e-3},
    settings=(
        Setting("lr", (3e-4, 1e-3, 3e-3, 1e-2, 3e-1), 3e-3),
        Setting("batch", (16, 64, 256), 64),
        Setting("min_crop", (0.35, 0.7, 1.0), 0.35),
        Setting("width", (8, 16, 32), 16),
    ),
    failures={"rate": {"lr": 3e-1}, "rim": {"rim": True}, "encoder": {"augment": False, "jpeg": 75}},
)
