"""Sealing the record: its tree, signed checkpoints, copies outside, proofs, and what follows a restored backup."""
