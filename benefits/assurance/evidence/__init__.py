"""Evidence packages: what the house holds of some cases, with the record's entries and their proofs, in one file."""
