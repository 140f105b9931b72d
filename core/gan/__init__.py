"""Generative adversarial network: a generator learns to draw from a discriminator that learns to tell."""
