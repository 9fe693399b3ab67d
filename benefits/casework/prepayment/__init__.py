"""The check before a payment: what is odd about the payments of a batch, and that its approval has seen it."""
