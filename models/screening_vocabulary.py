"""Closed lists of women's screening, as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class AppointmentState(StrEnum):
    """From the invitation to the examination; `benefits.casework.screening.appointment` says which act leads where."""

    INVITED = "invited"
    CONSENTED = "consented"
    DECLINED = "declined"
    BOOKED = "booked"
    ATTENDED = "attended"
    MISSED = "missed"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"


class ConsentPurpose(StrEnum):
    """What a woman consents to, each apart from the other (个人信息保护法 art. 29)."""

    TAKING_PART = "taking_part"
    CLINICAL_DETAIL = "clinical_detail"


class SignedHow(StrEnum):
    """How a consent was given."""

    PAPER = "paper"
    ELECTRONIC = "electronic"


class Deferral(StrEnum):
    """Why an examination waits, as a class only.

    `physiological` covers menstruation, pregnancy and a preparation that was not kept; which, is not written down.
    """

    PHYSIOLOGICAL = "physiological"
    MEDICAL = "medical"
    PERSONAL = "personal"
    INSTITUTION = "institution"


class ScreeningParts(StrEnum):
    """Which parts of the examination apply; why the cervical one does not is clinical and stays out of this list."""

    BOTH = "both"
    BREAST_ONLY = "breast_only"


class ResultClass(StrEnum):
    """All that a union sees of a result (domain §7.3)."""

    NORMAL = "normal"
    NEEDS_FOLLOW_UP = "needs_follow_up"
    CLOSED = "closed"
    DECLINED = "declined"


class DetailKind(StrEnum):
    """What a sealed row of the clinical store holds."""

    REGISTRATION = "registration"
    RESULT = "result"
    STEP = "step"
    EXAMINATION = "examination"
    CLOSURE = "closure"


class FollowUpState(StrEnum):
    """Whether she knows, whether she was examined again, whether it is over."""

    OPEN = "open"
    INFORMED = "informed"
    EXAMINED = "examined"
    CLOSED = "closed"


class AttemptWay(StrEnum):
    """How somebody tried to reach her."""

    LETTER = "letter"
    PHONE = "phone"
    SMS = "sms"
    VISIT = "visit"


class FollowUpEnd(StrEnum):
    """How a follow-up ended, as a class that names no illness; what was found or treated is clinical."""

    COMPLETED = "completed"
    DECLINED = "declined"
    LOST = "lost"
    CORRECTED = "corrected"


class ClosingEvidence(StrEnum):
    """What was seen when a follow-up was closed."""

    MEDICAL_REPORT = "medical_report"
    INSTITUTION_LETTER = "institution_letter"
    HER_STATEMENT = "her_statement"
    SIGNED_REFUSAL = "signed_refusal"
    ATTEMPTS = "attempts"
    CORRECTED_RESULT = "corrected_result"
