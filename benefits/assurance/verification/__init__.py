"""The full check: record, seal, checkpoints, every row of the books, balances, guards, each against the others."""
