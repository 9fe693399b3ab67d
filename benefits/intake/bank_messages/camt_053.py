"""ISO 20022 camt.053, BankToCustomerStatement: the account's statement, from version 02 on."""

from __future__ import annotations

from benefits.intake.bank_messages._entry import statement_entry
from benefits.intake.message_tree import Message

MESSAGE = Message("camt.053", "/Document/BkToCstmrStmt/Stmt/Ntry", statement_entry)
