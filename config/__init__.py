"""What the house is told from outside: settings, logging, messages, dated tables."""
