"""The label a picture gives itself here: itself, once every place of it has been rounded to an entry of a codebook.

van den Oord et al. 2017, "Neural Discrete Representation Learning". Rounding has no gradient, so three things stand in
for it: the decoder's gradient is handed to the encoder as if nothing had been rounded (straight-through), a commitment
loss keeps the encoder near the entries it chose, and the entries follow the encoder as moving averages (`Codebook`).
Left out on purpose: the loss on the codebook (eq. 3, second term), which the moving averages replace.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class VQLoss(NamedTuple):
    """What a batch costs.

    Attributes:
        mean: scalar, reconstruction plus weighted commitment.
        reconstruction: scalar, mean squared error of pixels over their variance; 1 is as bad as one grey.
        commitment: scalar, mean squared distance of an encoder's number from the entry's that it chose.
    """

    mean: Tensor
    reconstruction: Tensor
    commitment: Tensor


class Averages(NamedTuple):
    """What a codebook remembers of the vectors that chose its entries.

    Attributes:
        shares: (K,), share of the vectors that chose each entry; they sum to at most 1.
        sums: (K, D), sum of those vectors, over the number of all vectors.
    """

    shares: Tensor
    sums: Tensor


def nearest(vectors: Tensor, codebook: Tensor) -> Tensor:
    """Which entry each vector is rounded to: the one at the smallest Euclidean distance.

    van den Oord et al. 2017, eq. 1. In float32 whatever autocast says: entries may lie closer than bfloat16 can tell.

    Args:
        vectors: (M, D).
        codebook: (K, D).

    Returns:
        (M,) int64 in 0..K-1; the first of entries that are equally near.
    """
    with torch.autocast(vectors.device.type, enabled=False):
        vectors, codebook = vectors.float(), codebook.float()
        # |v - e|^2 = |v|^2 - 2 v e + |e|^2, and |v|^2 is the same for every entry
        return (codebook.square().sum(1) - 2 * vectors @ codebook.T).argmin(1)


def straight_through(latents: Tensor, quantised: Tensor) -> Tensor:
    """The quantised values, with the gradient of the latents (sec. 3.2): both (...), any one shape."""
    return latents + (quantised - latents).detach()


def vq_loss(
    reconstruction: Tensor, images: Tensor, latents: Tensor, quantised: Tensor, *, variance: float, beta: float = 0.25
) -> VQLoss:
    """Reconstruction and commitment.

    van den Oord et al. 2017, eq. 3, without its second term; beta = 0.25 as there.

    Args:
        reconstruction: (B, 3, H, W).
        images: as `reconstruction`, in [0, 1].
        latents: (B, D, h, w), of the encoder.
        quantised: as `latents`, the entries it chose.
        variance: of the pixels of the training pictures.
        beta: weight of the commitment.
    """
    wrong = (reconstruction.float() - images).square().mean() / variance
    far = (latents.float() - quantised.detach().float()).square().mean()
    return VQLoss(wrong + beta * far, wrong, far)


def follow(averages: Averages, vectors: Tensor, codes: Tensor, decay: float) -> Averages:
    """Move the averages towards what one batch brought.

    van den Oord et al. 2017, appendix A.1, eq. 6 and 7, both sides divided by the number of vectors in a batch, so that
    the counts are shares and fit into half precision.

    Args:
        averages: so far.
        vectors: (M, D), of the encoder.
        codes: (M,) int64, the entry that each chose.
        decay: gamma, how much of the past stays; near 1.
    """
    entries = len(averages.shares)
    counts = torch.bincount(codes, minlength=entries).float()  # (K,)
    brought = torch.zeros_like(averages.sums).index_add_(0, codes, vectors.float())  # (K, D)
    share = (1 - decay) / len(vectors)
    return Averages(decay * averages.shares + share * counts, decay * averages.sums + share * brought)


def restart(averages: Averages, vectors: Tensor, rows: Tensor, floor: float) -> tuple[Averages, Tensor]:
    """Give entries that hardly any vector chooses a new place: that of some vector of the batch.

    Dhariwal et al. 2020, "Jukebox", sec. 3.1 (random restart). A restarted entry counts as chosen just often enough:
    unless vectors choose it from now on, the next step moves it again.

    Args:
        averages: after `follow`.
        vectors: (M, D), of the encoder.
        rows: (K,) int64, the vector that each entry would move to.
        floor: an entry is dead below this share of what it would have if all were chosen equally often.

    Returns:
        The averages, and (K,) bool, which entries moved.
    """
    least = floor * averages.shares.sum() / len(averages.shares)
    dead = averages.shares < least
    shares = torch.where(dead, least, averages.shares)
    sums = torch.where(dead[:, None], least * vectors.float()[rows], averages.sums)
    return Averages(shares, sums), dead


def usage(codes: Tensor, entries: int) -> Tensor:
    """How often each entry was chosen: codes of any shape to (K,) int64."""
    return torch.bincount(codes.flatten(), minlength=entries)


def entropy_bits(counts: Tensor) -> Tensor:
    """Entropy of a histogram (K,), in bits a code: 0 if one entry is all, log2 K if all are chosen equally often."""
    shares = counts.double() / counts.double().sum()
    found: Tensor = torch.special.entr(shares).sum() / torch.log(torch.tensor(2.0, dtype=torch.float64))
    return found


def perplexity(counts: Tensor) -> Tensor:
    """How many entries, chosen equally often, would be as hard to guess: 1 to K; two to the entropy in bits."""
    return torch.exp2(entropy_bits(counts))


def code_bits(codes: Tensor, shares: Tensor) -> Tensor:
    """What codes of any shape cost where each entry has a codeword as long as its share (K,) asks for: scalar, bits.

    The share comes from training, so a code that was never chosen there is not impossible but takes a long codeword.
    """
    prior = shares.double().clamp(min=1e-6)
    return -torch.log2(prior / prior.sum())[codes].sum()


def capacity_loss(
    reconstruction: Tensor, images: Tensor, kl_bits: Tensor, *, variance: float, capacity_bits: float, weight: float
) -> Tensor:
    """Reconstruct, and pay for every bit beyond a capacity; the yardstick of a codebook is a Gaussian of as many bits.

    Burgess et al. 2018, "Understanding disentangling in beta-VAE", eq. 8, one-sided: bits below the capacity are free,
    so that the network fills it.

    Args:
        reconstruction: (B, 3, H, W).
        images: as `reconstruction`, in [0, 1].
        kl_bits: (B,), of the whole latent of each picture.
        variance: of the pixels of the training pictures.
        capacity_bits: C, of a picture, kept on the mean of a batch.
        weight: gamma, of a rate twice the capacity.
    """
    wrong = (reconstruction.float() - images).square().mean() / variance
    return wrong + weight * (kl_bits.mean() / capacity_bits - 1).clamp(min=0)
