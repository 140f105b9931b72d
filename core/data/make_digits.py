"""Cut the bundled sheet of handwritten digits out of MNIST: `python -m core.data.make_digits --data FOLDER`.

The first twenty test images of each class, in the order of the test split. MNIST is by Yann LeCun, Corinna Cortes and
Christopher Burges, CC BY-SA 3.0; so is this sheet.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from einops import rearrange
from PIL import Image
from torchvision.datasets import MNIST

ASSETS = Path(__file__).resolve().parents[2] / "assets"
CELL_PX = 28
EACH = 20
CLASSES = 10


def main() -> None:
    """Write digits.png and digits.json."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds MNIST/raw")
    parser.add_argument("--out", type=Path, default=ASSETS)
    flags = parser.parse_args()
    test = MNIST(str(flags.data), train=False, download=False)
    labels = test.targets.numpy()  # (10000,)
    indices = np.concatenate([np.flatnonzero(labels == digit)[:EACH] for digit in range(CLASSES)])  # (200,)
    cells = test.data.numpy()[indices]  # (200, 28, 28)
    sheet = rearrange(cells, "(row column) y x -> (row y) (column x)", column=EACH)  # one class per row
    Image.fromarray(sheet).save(flags.out / "digits.png", optimize=True)
    index = {"cell_px": CELL_PX, "columns": EACH, "labels": labels[indices].tolist(), "indices": indices.tolist()}
    (flags.out / "digits.json").write_text(json.dumps(index) + "\n", encoding="utf-8")
    print(f"{len(indices)} digits")


if __name__ == "__main__":
    main()
