"""Rotation prediction: turn a picture and predict by how much it was turned (Gidaris et al. 2018)."""
