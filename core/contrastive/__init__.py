"""Contrastive learning: two views of one picture get similar embeddings, views of different pictures different ones.

SimCLR (Chen et al. 2020) takes the negatives from the batch, MoCo (He et al. 2020) from a queue.
"""
