"""Findings of the auditor from opening to re-visit: 审计发现、整改、销号、回访."""
