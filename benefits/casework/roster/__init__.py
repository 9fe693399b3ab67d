"""花名册: a unit's list of members who are given the same thing; every line is a case, decided as every case is."""
