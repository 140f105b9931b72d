"""Generative adversarial network: a generator and a discriminator, trained against each other."""
