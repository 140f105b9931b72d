"""Results of `core.vqvae.explore`, frozen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vqvae.edits import Edit

Bytes = NDArray[np.uint8]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Reconstruction:
    """A picture after compression by one method.

    Attributes:
        method: one of METHODS.
        picture: (S, S, 3) uint8.
        mse: mean squared error of pixels in [0, 1].
        psnr_db: of that error; infinite if it is zero.
        bits: of the compressed picture, without the model (or JPEG's tables).
        extra_bytes: of JPEG's header, not in `bits`; 0 for the others.
    """

    method: str
    picture: Bytes
    mse: float
    psnr_db: float
    bits: float
    extra_bytes: int = 0


@dataclass(frozen=True)
class Encoding:
    """One picture as a map of codes.

    Attributes:
        original: (S, S, 3) uint8, the model's input.
        codes: (G, G) int64, the entry at each position; a code covers S / G pixels per side.
        reconstructions: one for each of METHODS.
        counts: (K,), positions with each code.
        perplexity: of the codes, 1 to the number of positions or of entries, whichever is less.
        uniform_bits: of the map with codewords of equal length.
        fitted_bits: with codewords fitted to the shares in training.
        raw_bits: of the picture's bytes.
    """

    original: Bytes
    codes: Codes
    reconstructions: tuple[Reconstruction, ...]
    counts: Codes
    perplexity: float
    uniform_bits: float
    fitted_bits: float
    raw_bits: int

    @property
    def dims(self) -> int:
        """Dimensions of the picture: three colours per pixel."""
        return self.original.size

    @property
    def distinct(self) -> int:
        """Different codes in the map."""
        return int((self.counts > 0).sum())


@dataclass(frozen=True)
class Painting:
    """A picture decoded before and after its codes were edited.

    Attributes:
        before, after: (S, S, 3) uint8.
        codes: (G, G) int64, after the edits.
        edited: (G, G) bool, where an edit changed the code.
        changed: share of the pixels with a colour that changed by more than VISIBLE, in [0, 1]; it may exceed the share
            of edited positions, since the decoder also reads a code's neighbours.
        edits: all of them.
    """

    before: Bytes
    after: Bytes
    codes: Codes
    edited: NDArray[np.bool_]
    changed: float
    edits: tuple[Edit, ...]

    @property
    def text(self) -> str:
        """The edits as `edits.read` takes them."""
        return "\n".join(map(str, self.edits))


@dataclass(frozen=True)
class Entry:
    """One entry of the codebook.

    Attributes:
        code: its index, from 0.
        decoded: (8, 8, 3) uint8, from a map of this code alone.
        context: (12, 12, 3) uint8, mean region around the positions of the bundled photographs with this code; grey
            for an unused one.
        count: positions of the bundled photographs with this code.
        positions: of all bundled photographs.
        share: of the positions in training with this code.
        entries: K; uniform usage is a share of 1 / K.
    """

    code: int
    decoded: Bytes
    context: Bytes
    count: int
    positions: int
    share: float
    entries: int


@dataclass(frozen=True)
class About:
    """Figures of a bundled model's card; metrics are those on one set at the size of the training.

    Attributes:
        parameters: number of trainable parameters.
        entries: of the codebook.
        n: test pictures.
        psnr_db, mean_colour_psnr_db, jpeg_psnr_db, gaussian_psnr_db: of reconstructions.
        perplexity: of all codes of the set.
        used_share: share of the entries in use, in [0, 1].
        bits_per_dim, entropy_bits_per_dim, gaussian_bits_per_dim: rates.
        steps, gaussian_steps: training steps of the model and of the Gaussian baseline.
    """

    parameters: int
    entries: int
    n: int
    psnr_db: float
    mean_colour_psnr_db: float
    jpeg_psnr_db: float
    gaussian_psnr_db: float
    perplexity: float
    used_share: float
    bits_per_dim: float
    entropy_bits_per_dim: float
    gaussian_bits_per_dim: float
    steps: int
    gaussian_steps: int
