"""Masked language modelling: predict the hidden tokens of a text from both sides (BERT, Devlin et al. 2019)."""
