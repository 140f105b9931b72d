"""Metrics of a card: error and rate of reconstructions, and of baselines at the same rate."""

import math

import torch
from torch import Tensor

from core.checkpoints import Checkpoint
from core.data import pictures
from core.device import generator
from core.nn.losses import kl_nats, psnr_db
from core.vqvae import pretext
from core.vqvae.jpeg_baseline import compress_within
from core.vqvae.model import VQVAE, Config, GaussianAutoencoder

CHANNELS = 3
NOTES = {
    "vq": "Squared error of pixels in [0, 1]. Rates in bits per dimension (a colour of a pixel) are those of the code "
    "map alone: bits_per_dim with codewords of equal length, entropy_bits_per_dim with codewords fitted to how often "
    "each code was chosen on the set. mean_colour_mse: every pixel takes the mean colour of its picture. JPEG: "
    "the best quality whose picture data (not the header) fit into the bytes of the code map.",
    "gaussian": "Squared error of pixels in [0, 1], one draw of the latent, seed 0. kl_bits_per_dim: the KL divergence "
    "from the prior, the bits of bits-back coding. A baseline for the codebook at the same rate, trained for fewer "
    "minutes.",
}


def uniform_bits(grid: int, entries: int) -> float:
    """Bits of a map of grid x grid codes with codewords of equal length."""
    return grid**2 * math.log2(entries)


def to_bits(nats: Tensor) -> Tensor:
    """(B, ...) nats to (B,) bits, summed."""
    return nats.flatten(1).sum(1) / math.log(2)


def mean_colour(images: Tensor) -> Tensor:
    """The naive baseline (B, 3, H, W): every pixel takes the mean colour of its picture."""
    return images.mean((2, 3), keepdim=True).expand_as(images)


@torch.inference_mode()
def evaluate(
    checkpoint: Checkpoint,
    spec: str,
    *,
    root: str = "data",
    split: pictures.Split = "test",
    size: int = 0,
    chunk: int = 100,
    limit: int = 0,
) -> dict[str, float]:
    """Error and rate on a test split or folder.

    Args:
        checkpoint: with a VQVAE or a GaussianAutoencoder.
        spec: named set or "folder:PATH".
        root: folder that holds the named sets.
        split: "val" while choosing a recipe.
        size: side of the pictures in pixels; 0 for the size in training.
        chunk: pictures per batch.
        limit: at most so many pictures of a set; 0 takes all.

    Returns:
        {"mse": in [0, 1] pixels, clipped, "psnr_db": of it; of a codebook "perplexity", "used_share" of its entries,
        "bits_per_dim", "entropy_bits_per_dim", of a Gaussian "kl_bits_per_dim"; "mean_colour_mse", the naive baseline,
        "mean_colour_psnr_db"; "n": pictures}.
    """
    model = checkpoint.model
    assert isinstance(model, (VQVAE, GaussianAutoencoder))
    side = size or model.config.size
    images = pictures.load(spec, split, size=side, root=root, limit=limit).images
    error = baseline = bits = 0.0
    counts = torch.zeros(model.config.num_embeddings if isinstance(model, VQVAE) else 1, dtype=torch.int64)
    rng = generator(0)
    for part in images.split(chunk):
        batch = part.to(checkpoint.device).float() / 255
        if isinstance(model, VQVAE):
            found = model(batch)
            restored, counts = found.reconstruction, counts + pretext.usage(found.codes.cpu(), len(counts))
        else:
            restored, spent = draw(model, batch, rng)
            bits += float(spent.double().sum())
        error += float((restored.clamp(0, 1) - batch).square().double().sum())
        baseline += float((mean_colour(batch) - batch).square().double().sum())
    dims, count = CHANNELS * side**2, len(images)
    positions = (side // 2**model.config.halvings) ** 2
    gaussian_rate = {"kl_bits_per_dim": bits / (dims * count)}
    rates = code_rates(counts, positions / dims) if isinstance(model, VQVAE) else gaussian_rate
    mse, baseline_mse = error / (dims * count), baseline / (dims * count)
    errors = {"mse": mse, "psnr_db": psnr_db(mse)}
    naive = {"mean_colour_mse": baseline_mse, "mean_colour_psnr_db": psnr_db(baseline_mse)}
    return errors | rates | naive | {"n": count}


def draw(model: GaussianAutoencoder, images: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Decode one sample of each picture's latent: pictures (B, 3, H, W), not clipped, and (B,) bits."""
    grid = [side // 2**model.config.halvings for side in images.shape[2:]]
    noise = torch.randn(len(images), model.config.latent, *grid, generator=rng).to(images.device)
    found = model(images, noise)
    return found.reconstruction, to_bits(kl_nats(found.mu, found.logvar))


def code_rates(counts: Tensor, codes_per_dim: float) -> dict[str, float]:
    """Usage of the codebook, and bits per dimension, from counts (K,)."""
    entries = len(counts)
    return {
        "perplexity": float(pretext.perplexity(counts)),
        "used_share": float((counts > 0).float().mean()),
        "bits_per_dim": codes_per_dim * math.log2(entries),
        "entropy_bits_per_dim": codes_per_dim * float(pretext.entropy_bits(counts)),
    }


def evaluate_jpeg(config: Config, spec: str, *, root: str = "data", limit: int = 0) -> dict[str, float]:
    """The baseline without learning: JPEG whose data fit into the bytes of the code map.

    Returns:
        {"mse", "psnr_db": of it, "data_bytes", "header_bytes": means per picture, "n": pictures}.
    """
    images = pictures.load(spec, "test", size=config.size, root=root, limit=limit).images
    allowed = math.ceil(uniform_bits(config.size // 2**config.halvings, config.num_embeddings) / 8)
    error = data = header = 0.0
    for image in images:
        picture = image.permute(1, 2, 0).numpy()
        found = compress_within(picture, allowed)
        error += float(((found.picture / 255.0 - picture / 255.0) ** 2).mean())
        data, header = data + found.data_bytes, header + found.header_bytes
    count = len(images)
    errors = {"mse": error / count, "psnr_db": psnr_db(error / count)}
    return errors | {"data_bytes": data / count, "header_bytes": header / count, "n": count}
