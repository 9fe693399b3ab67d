"""The welfare programmes, one folder each; none knows another."""
