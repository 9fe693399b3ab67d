"""Hardship files: the household, its life from the first visit to the end of its retention."""
