"""The audit work that stands on everything else: exports now; sealing, proofs and verification above them later."""
