"""Paper, workbooks and CSV: plain values in, bytes out; no database and no HTTP."""
