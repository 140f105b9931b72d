"""Variational autoencoder: a digit encoded to twenty random numbers and decoded (Kingma & Welling 2013)."""
