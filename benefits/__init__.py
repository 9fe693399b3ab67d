"""The union's acts: what officers, reviewers, finance and auditors do, free of HTTP."""
