"""What the house is told from outside: settings, logging, messages and dated tables; it knows no other part."""
