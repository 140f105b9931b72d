"""Layers, losses and encoders that methods share."""
