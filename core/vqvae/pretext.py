"""The pretext task: reconstruct a picture from a map of codebook entries; the picture is its own label.

van den Oord et al. 2017, "Neural Discrete Representation Learning". Quantisation has no gradient. The encoder gets the
decoder's gradient unchanged (straight-through), a commitment loss keeps the encoder near its nearest entries, and the
entries follow the encoder as moving averages (`Codebook`). Left out on purpose: the loss on the codebook (eq. 3, second
term), which the moving averages replace.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class VQLoss(NamedTuple):
    """The loss of a batch and its parts.

    Attributes:
        mean: scalar, reconstruction plus weighted commitment.
        reconstruction: scalar, mean squared error of pixels over their variance; a single grey gives 1.
        commitment: scalar, mean squared difference of latents and their nearest entries.
    """

    mean: Tensor
    reconstruction: Tensor
    commitment: Tensor


class Averages(NamedTuple):
    """Moving averages over the vectors assigned to each entry of a codebook.

    Attributes:
        shares: (K,), share of the vectors assigned to each entry; they sum to at most 1.
        sums: (K, D), sum of those vectors, over the number of all vectors.
    """

    shares: Tensor
    sums: Tensor


def nearest(vectors: Tensor, codebook: Tensor) -> Tensor:
    """The entry at the smallest Euclidean distance from each vector.

    van den Oord et al. 2017, eq. 1. Always in float32: entries may be closer than the precision of bfloat16.

    Args:
        vectors: (M, D).
        codebook: (K, D).

    Returns:
        (M,) int64 in 0..K-1; of equally near entries the first.
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
        quantised: as `latents`, the nearest entries.
        variance: of the pixels of the training pictures.
        beta: weight of the commitment.
    """
    error = (reconstruction.float() - images).square().mean() / variance
    commitment = (latents.float() - quantised.detach().float()).square().mean()
    return VQLoss(error + beta * commitment, error, commitment)


def update_averages(averages: Averages, vectors: Tensor, codes: Tensor, decay: float) -> Averages:
    """One step of the exponential moving averages.

    van den Oord et al. 2017, appendix A.1, eq. 6 and 7, both sides divided by the number of vectors in a batch, so that
    the counts are shares and fit into half precision.

    Args:
        averages: before the batch.
        vectors: (M, D), of the encoder.
        codes: (M,) int64, their nearest entries.
        decay: gamma, near 1.
    """
    entries = len(averages.shares)
    counts = torch.bincount(codes, minlength=entries).float()  # (K,)
    sums = torch.zeros_like(averages.sums).index_add_(0, codes, vectors.float())  # (K, D)
    share = (1 - decay) / len(vectors)
    return Averages(decay * averages.shares + share * counts, decay * averages.sums + share * sums)


def restart_dead(averages: Averages, vectors: Tensor, rows: Tensor, floor: float) -> tuple[Averages, Tensor]:
    """Move entries that hardly any vector is assigned to onto vectors of the batch.

    Dhariwal et al. 2020, "Jukebox", sec. 3.1 (random restart). A restarted entry gets the share of the floor: if no
    vector is assigned to it, the next step moves it again.

    Args:
        averages: after `update_averages`.
        vectors: (M, D), of the encoder.
        rows: (K,) int64, the vector that each entry would move to.
        floor: an entry is dead below this fraction of uniform usage.

    Returns:
        The averages, and (K,) bool, the entries that moved.
    """
    least = floor * averages.shares.sum() / len(averages.shares)
    dead = averages.shares < least
    shares = torch.where(dead, least, averages.shares)
    sums = torch.where(dead[:, None], least * vectors.float()[rows], averages.sums)
    return Averages(shares, sums), dead


def usage(codes: Tensor, entries: int) -> Tensor:
    """Count of each entry: codes of any shape to (K,) int64."""
    return torch.bincount(codes.flatten(), minlength=entries)


def entropy_bits(counts: Tensor) -> Tensor:
    """Entropy of a histogram (K,), in bits per code: 0 if one entry has all counts, log2 K if all are equal."""
    shares = counts.double() / counts.double().sum()
    found: Tensor = torch.special.entr(shares).sum() / torch.log(torch.tensor(2.0, dtype=torch.float64))
    return found


def perplexity(counts: Tensor) -> Tensor:
    """Two to the entropy in bits, 1 to K: the number of equally likely entries with the same entropy."""
    return torch.exp2(entropy_bits(counts))


def code_bits(codes: Tensor, shares: Tensor) -> Tensor:
    """Bits of codes of any shape with codewords of length -log2 of each entry's share (K,): scalar.

    The shares come from training. A code that was unused there gets a long codeword.
    """
    prior = shares.double().clamp(min=1e-6)
    return -torch.log2(prior / prior.sum())[codes].sum()


def capacity_loss(
    reconstruction: Tensor, images: Tensor, kl_bits: Tensor, *, variance: float, capacity_bits: float, weight: float
) -> Tensor:
    """Reconstruction loss plus a penalty on bits beyond a capacity, for the Gaussian baseline at the codebook's rate.

    Burgess et al. 2018, "Understanding disentangling in beta-VAE", eq. 8, one-sided: bits below the capacity are free,
    so the network uses all of it.

    Args:
        reconstruction: (B, 3, H, W).
        images: as `reconstruction`, in [0, 1].
        kl_bits: (B,), of each picture's latent.
        variance: of the pixels of the training pictures.
        capacity_bits: C, per picture, for the mean of a batch.
        weight: gamma, the penalty at twice the capacity.
    """
    error = (reconstruction.float() - images).square().mean() / variance
    return error + weight * (kl_bits.mean() / capacity_bits - 1).clamp(min=0)
