"""Masked autoencoders: hide most patches of a picture and restore them from the rest (He et al. 2021)."""
