"""Reports: one definition each, shown as JSON, CSV, XLSX and PDF that agree to the row."""
