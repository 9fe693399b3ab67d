"""Goods as the union's property beside its money: rosters and visit points draw on them, and they know neither."""
