"""Women's screening 两癌筛查: who is invited, and the next step after a result."""
