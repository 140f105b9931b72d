"""Audio: hide a stretch of a spectrogram and restore it; find the other view of a clip."""
