"""Women's screening: from an approved invitation over consent, appointment and result to the last follow-up."""
