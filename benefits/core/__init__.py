"""Words that every part speaks; pure, without web or database."""
