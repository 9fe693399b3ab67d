"""HTTP: one noun a file, its schemas above, its routes below."""
