"""Risk indicators: what is odd in what was decided and paid, with the figures it rests on; a hit is no verdict."""
