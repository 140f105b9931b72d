"""Masked autoencoders: hide most of a picture, paint it back from the rest (He et al. 2021)."""
