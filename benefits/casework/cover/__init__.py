"""Mutual aid: plans as data, covers and their premiums, gifts, claims, the register of participants."""
