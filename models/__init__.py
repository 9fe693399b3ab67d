"""Rows: one noun a file, on PostgreSQL; what the books of the union hold and how they are walled."""
