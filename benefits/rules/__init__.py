"""The rule language and the dated policy: parse, evaluate, explain; pure, without web or database."""
