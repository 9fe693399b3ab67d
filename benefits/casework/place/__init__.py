"""Scarce places: quotas, the draw, who has one, the journey and its settlement."""
