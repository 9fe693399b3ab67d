"""Accounts, grants, sign-ins: who may come in, and over what."""
