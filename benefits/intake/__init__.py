"""Intake: a workbook becomes rows, and rows become findings; each kind's own checks live with their owner."""
