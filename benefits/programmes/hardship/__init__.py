"""Hardship assistance 困难职工帮扶: classes, exclusions and ceilings of aid."""
