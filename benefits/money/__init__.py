"""Money: funds, the entitlement ledger, payments, bank files and what the bank answers."""
