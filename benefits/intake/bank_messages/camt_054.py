"""ISO 20022 camt.054, BankToCustomerDebitCreditNotification: debits and credits as they happen, from version 02 on."""

from __future__ import annotations

from benefits.intake.bank_messages._entry import notified_entry
from benefits.intake.message_tree import Message

MESSAGE = Message("camt.054", "/Document/BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry", notified_entry)
