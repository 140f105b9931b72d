"""Features of many pictures: in pieces or at once, bytes or not."""

import torch

from core.device import generator
from core.downstream.features import embed


def test_pieces_bytes_and_order_change_nothing() -> None:
    images = torch.randint(0, 256, (7, 3, 4, 4), dtype=torch.uint8, generator=generator(0))

    def encode(batch: torch.Tensor) -> torch.Tensor:
        return batch.flatten(1)

    whole = images.flatten(1).float() / 255
    for chunk in (1, 3, 100):
        assert torch.equal(embed(encode, images, device=torch.device("cpu"), chunk=chunk), whole)
    assert torch.equal(embed(encode, images.float() / 255, device=torch.device("cpu")), whole)
