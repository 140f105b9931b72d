"""Variational autoencoder: squeeze a digit through twenty noisy numbers and draw it again."""
