"""Mutual aid 职工互助保障: enrolment, gifts to model workers, and claims."""
