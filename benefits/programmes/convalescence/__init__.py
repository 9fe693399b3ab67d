"""Convalescent leave 疗休养: who may go, for how long, and what of the cost is borne."""
