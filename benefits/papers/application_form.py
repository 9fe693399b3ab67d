"""职工帮扶（慰问）申请审批表: a case as the form that its officers sign."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from benefits.core.identity import mask_account, mask_identity, mask_mobile
from benefits.papers.capital import capital_amount
from benefits.papers.case import Act, ApplicationForm
from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section, pairs

_A4 = Page(210 * MM, 297 * MM, margin=14 * MM, title=25 * MM, foot=7 * MM)


def application_form(form: ApplicationForm, language: str) -> bytes:
    """The form as A4 PDF in `zh-CN` or `en`; the same form gives the same bytes."""
    words = labels(language)
    text = words.part("form")
    sections = [
        _person(form, words, text),
        _request(form, words, text),
        _household(form, words, text),
        _facts(form, words, text),
        _payee(form, text),
        _findings(form, words, text),
        _documents(form, words, text),
        _promise(text),
        *_opinions(form, words, text),
        _history(form, words, text),
    ]
    return pressed(
        Sheet(
            page=_A4,
            language=language,
            union=form.union_name,
            title=text["title"],
            under=(
                f"{text['unit']}{words.colon}{form.applicant.unit}",
                f"{text['filed']}{words.colon}{words.day(form.filed_on)}" if form.filed_on else "",
                f"{text['number']}{words.colon}{form.case_number}",
            ),
            sections=[section for section in sections if section.rows],
            foot=(
                text["foot"].format(id=form.case_id, version=form.version, digest=form.digest),
                text["printed"].format(at=words.instant(form.printed_at), by=form.printed_by),
            ),
            page_of=text["page_of"],
        )
    )


def _person(form: ApplicationForm, words: Labels, text: dict[str, str]) -> Section:
    who = form.applicant
    return Section(
        text["person"],
        [
            _thirds(
                (text["name"], who.name),
                (text["sex"], words.word("sex", who.sex)),
                (text["birth"], words.day(who.birth_on)),
            ),
            *pairs(
                [
                    (text["identity"], mask_identity(who.identity_number)),
                    (text["phone"], mask_mobile(who.phone)),
                    (text["employer"], who.unit),
                    (text["department"], who.department),
                ]
            ),
            _thirds(
                (text["post"], who.post),
                (text["employment"], words.word("employment_type", who.employment_type)),
                (text["membership"], words.word("membership_state", who.membership_state)),
            ),
        ],
    )


def _thirds(*items: tuple[str, str]) -> Row:
    return Row(tuple(cell for label, value in items for cell in (Cell(label, 4, "label"), Cell(value, 4))))


def _request(form: ApplicationForm, words: Labels, text: dict[str, str]) -> Section:
    rows = pairs(
        [
            (text["programme"], form.programme),
            (text["kind"], form.kind),
            (text["event"], words.day(form.event_on)),
            (text["state"], words.word("state", form.state)),
        ]
    )
    if form.policy:
        rows += pairs([(text["policy"], form.policy)])
    rows.append(_amount(text["asked"], form.amount_asked, words, text, missing=""))
    rows.append(_amount(text["approved"], form.amount_approved, words, text, missing=text["not_decided"]))
    if form.fund:
        rows += pairs([(text["fund"], form.fund)])
    return Section(text["request"], rows)


def _amount(label: str, amount: Decimal | None, words: Labels, text: dict[str, str], *, missing: str) -> Row:
    capital = missing if amount is None else capital_amount(amount)
    return Row(
        (
            Cell(label, 4, "label"),
            Cell(words.yuan(amount), 8),
            Cell(text["in_capitals"], 4, "label"),
            Cell(capital, 8),
        )
    )


def _household(form: ApplicationForm, words: Labels, text: dict[str, str]) -> Section:
    home = form.household
    if home is None:
        return Section(text["household"], ())
    return Section(
        text["household"],
        pairs(
            [
                (text["household_size"], "" if home.size is None else text["persons"].format(n=home.size)),
                (text["class"], words.word("hardship_class", home.hardship_class)),
                (text["income"], words.yuan(home.annual_disposable_income)),
                (text["rigid"], words.yuan(home.annual_rigid_spending)),
                (text["net"], words.yuan(home.net_income_month)),
                (text["line"], words.yuan(home.subsistence_line_month)),
                *([(text["cause"], home.cause)] if home.cause else []),
            ]
        ),
    )


def _facts(form: ApplicationForm, words: Labels, text: dict[str, str]) -> Section:
    return Section(text["facts"], pairs([(fact.label, words.value(fact.value)) for fact in form.facts]))


def _payee(form: ApplicationForm, text: dict[str, str]) -> Section:
    to = form.payee
    if to is None:
        return Section(text["payee"], ())
    cells = pairs(
        [
            (text["holder"], to.holder),
            (text["account"], mask_account(to.account_number)),
            (text["bank"], to.bank),
        ]
    )
    return Section(text["payee"], cells)


def _table(title: str, shares: Sequence[float], heads: Sequence[str], lines: Sequence[Sequence[str]]) -> Section:
    """A numbered list under a head that is repeated on each page; the first column is centred."""
    head = Row(tuple(Cell(word, share, "label") for word, share in zip(heads, shares, strict=True)))
    rows = [
        Row(
            tuple(
                Cell(word, share, "centre" if at == 0 else "text")
                for at, (word, share) in enumerate(zip(line, shares, strict=True))
            )
        )
        for line in lines
    ]
    return Section(title, rows, head)


def _findings(form: ApplicationForm, words: Labels, text: dict[str, str]) -> Section:
    return _table(
        text["findings"],
        (1.6, 7, 3, 4, 4, 6),
        [text[key] for key in ("serial", "criterion", "outcome", "value", "required", "clause")],
        [
            (
                str(at),
                one.title,
                words.word("outcome", one.outcome),
                words.value(one.value),
                one.required,
                one.clause,
            )
            for at, one in enumerate(form.findings, start=1)
        ],
    )


def _documents(form: ApplicationForm, words: Labels, text: dict[str, str]) -> Section:
    return _table(
        text["documents"],
        (1.6, 9, 5, 4.5, 5.5),
        [text[key] for key in ("serial", "document", "document_kind", "received", "note")],
        [
            (str(at), one.name, one.kind, words.day(one.received_on), one.note)
            for at, one in enumerate(form.documents, start=1)
        ]
        or [("", text["no_documents"], "", "", "")],
    )


def _promise(text: dict[str, str]) -> Section:
    cell = Cell(text["promise_text"], 1, sign=(text["applicant_blank"],))
    return Section(text["promise"], [Row((cell,), 21 * MM)])


def _opinions(form: ApplicationForm, words: Labels, text: dict[str, str]) -> list[Section]:
    """The boxes to be signed, filled from the acts of the present round.

    What came before a return is void; an appeal asks for another decision.
    """
    filed = _since(form.acts, "return")
    decided = _since(filed, "appeal")

    def box(title: str, acts: Sequence[Act], verdicts: dict[str, str], height: float) -> Section:
        done = [act for act in acts if act.act in verdicts]
        said = "\n".join(f"{verdicts[act.act]}{words.gap}{act.note}".rstrip() for act in done)
        signs = tuple(text["signed"].format(name=act.person, date=words.day_of(act.at)) for act in done)
        return Section(title, [Row((Cell(said, 1, sign=signs or (text["blank"],)),), height)])

    amount = form.amount_approved if form.amount_approved is not None else form.amount_asked
    approved = ""
    if amount is not None:
        approved = text["approve_text"].format(amount=words.yuan(amount), capital=capital_amount(amount))
    filings = {"submit": text["submit_text"], "appeal": text["appeal_text"]}
    decisions = {"approve": approved, "reject": text["reject_text"]}
    return [
        box(text["filed_box"], filed, filings, 17 * MM),
        box(text["endorsed_box"], decided, {"endorse": text["endorse_text"]}, 20 * MM),
        box(text["decided_box"], decided, decisions, 25 * MM),
    ]


def _since(acts: Sequence[Act], name: str) -> Sequence[Act]:
    """The acts after the last one of this name; all, where there is none."""
    last = max((at for at, act in enumerate(acts) if act.act == name), default=-1)
    return acts[last + 1 :]


def _history(form: ApplicationForm, words: Labels, text: dict[str, str]) -> Section:
    return _table(
        text["acts"],
        (1.6, 4, 4, 6.5, 9.5),
        [text[key] for key in ("serial", "act", "actor", "at", "note")],
        [
            (str(at), words.word("act", one.act), one.person, words.instant(one.at), one.note)
            for at, one in enumerate(form.acts, start=1)
        ],
    )
