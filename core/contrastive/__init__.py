"""Contrastive learning: two views of one picture belong together, all others apart.

SimCLR (Chen et al. 2020) finds the others in the batch, MoCo (He et al. 2020) in a queue.
"""
