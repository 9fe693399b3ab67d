"""The record: who did or saw what, written below everything that needs it."""
