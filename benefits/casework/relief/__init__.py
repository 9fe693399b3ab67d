"""送清凉: visit points that bring goods to hot places of work, and what the heat asks of the employer."""
