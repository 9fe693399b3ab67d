"""Summer relief 送清凉: goods for hot posts, and what the heat asks of the employer."""
