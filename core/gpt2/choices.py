"""What a visitor may choose when training a GPT-2 in the page."""

from core.training.choices import SHARED, Choices, Setting

SHAPE = {"tokens": "characters", "least": 1, "context": 32, "width": 64, "layers": 2}
CHOICES = Choices(
    usual={**SHARED, **SHAPE, "limit": 2, "batch": 16, "lr": 5e-3, "bf16": False},
    settings=(
        Setting("context", (8, 32, 128), 32),
        Setting("width", (32, 64, 128), 64),
        Setting("layers", (1, 2, 4), 2),
        Setting("batch", (4, 16, 64), 16),
        Setting("lr", (5e-4, 1e-3, 5e-3, 2e-2, 5e-1), 5e-3),
    ),
    failures={"repeated": {"data": "repeated"}, "rate": {"lr": 5e-1}},
    data=("emoji",),
    named={"novels": "novels", "tang": "tang"},
    text=True,
)
