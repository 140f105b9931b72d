"""Contrastive learning: two views of one picture belong together, all others apart (SimCLR, Chen et al. 2020)."""
