"""Rotation prediction: turn a picture, guess the turn (Gidaris et al. 2018)."""
