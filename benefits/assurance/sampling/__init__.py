"""Samples of payments and cases: the population frozen, the seed published, the rows examined and projected."""
