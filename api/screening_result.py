"""Results of women's screening: their class at `/screening/results`, their codes for the medical role alone."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Id, Instant, Items, Part, Text, Whole
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from api.screening_registration import PurposeBody
from benefits.casework.screening import result as results
from benefits.casework.screening.disclosure import disclose_result
from benefits.casework.screening.result import ResultFilter, find_result, lock_result
from benefits.catalogue import programme
from models.screening_result import ScreeningResult
from models.screening_vocabulary import ResultClass

bp = Blueprint(
    "screening_result", __name__, url_prefix="/screening/results", description="筛查结果 / Screening results"
)

# GB of the field: the 14 high-risk HPV types that a list must include (domain §7.2).
HPV_TYPES = (16, 18, 31, 33, 35, 39, 45, 51, 52, 56, 58, 59, 66, 68)
PATHOLOGY = ("normal", "inflammation", "LSIL", "HSIL", "AIS", "micro_invasive", "invasive")
OTHER = ("vaginitis", "benign_gynaecological", "benign_breast", "hpv_without_lesion")
_FACTS = programme("screening").all_facts
TBS, BI_RADS, COLPOSCOPY = (tuple(_FACTS[name].choices) for name in ("tbs", "bi_rads", "colposcopy"))


class HpvType(Whole):
    """A high-risk type of HPV."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        number = super()._deserialize(value, *args, **kwargs)
        if number not in HPV_TYPES:
            raise self.make_error("too_large")
        return number


class CodesPart(Body):
    """What the examinations showed; absent is not known, `[]` of `hpv_types` is none found."""

    tbs = Text(choices=TBS)
    hpv_types = Items(HpvType(most=68), most=len(HPV_TYPES))
    visible_lesion = Flag()
    colposcopy = Text(choices=COLPOSCOPY)
    cervical_pathology = Text(choices=PATHOLOGY)
    breast_examination = Text(choices=("normal", "abnormal"))
    bi_rads_left = Text(choices=BI_RADS)
    bi_rads_right = Text(choices=BI_RADS)
    breast_pathology = Text(choices=("benign", "atypical", "in_situ", "invasive"))
    other_findings = Items(Text(choices=OTHER), most=len(OTHER))
    reported_on = Day()
    institution = Text(least=1, most=100)


class ClassPart(Body):
    """The class of a result, or the codes from which the rules tell it; codes need her separate consent."""

    result_class = Text(
        load_default=None,
        allow_none=True,
        choices=(ResultClass.NORMAL, ResultClass.NEEDS_FOLLOW_UP, ResultClass.DECLINED),
    )
    codes = Part(CodesPart, load_default=None, allow_none=True)


class ResultBody(ClassPart):
    """A result of an appointment that was attended."""

    appointment_id = Id(required=True)


class ResultView(Body):
    """All that is seen of a result without the medical role; the medical role asks for more by `disclosures`."""

    id = Id(required=True)
    appointment_id = Id(required=True)
    member_id = Id(required=True)
    name = Text(required=True)
    unit_code = Text(required=True)
    result_class = Text(required=True, choices=tuple(ResultClass))
    examined_on = Day(required=True)
    created_at = Instant(required=True)
    corrected_at = Instant(required=True, allow_none=True)


class ResultQuery(PageQuery):
    """Filters; a unit means its whole subtree."""

    result_class = Text(load_default=None, choices=tuple(ResultClass))
    round_id = Id(load_default=None, data_key="round")
    unit_code = Text(load_default=None, most=64, data_key="unit")
    appointment_id = Id(load_default=None)


class ExaminationView(Body):
    """An examination that a follow-up led to."""

    on = Day(required=True)
    institution = Text(required=True, allow_none=True)
    codes = Part(CodesPart, required=True, allow_none=True)


class ClosureView(Body):
    """How a follow-up ended, in medical words."""

    outcome = Text(required=True)
    finding = Text(required=True, allow_none=True)


class FollowUpDetailView(Body):
    """One follow-up with what is clinical of it."""

    id = Id(required=True)
    step = Text(required=True, allow_none=True)
    examination = Part(ExaminationView, required=True, allow_none=True)
    closure = Part(ClosureView, required=True, allow_none=True)


class ResultDetailView(Body):
    """What the examinations showed and ask for, in the clear; null where nothing is kept, or no longer."""

    codes = Part(CodesPart, required=True, allow_none=True)
    next_step = Text(required=True, allow_none=True)
    steps = Items(Text(), required=True, allow_none=True)
    follow_ups = Items(Part(FollowUpDetailView), required=True)


def shown(of: ScreeningResult) -> dict[str, Any]:
    """A result as everybody in its units sees it."""
    names = ("id", "appointment_id", "result_class", "examined_on", "created_at", "corrected_at")
    member = of.appointment.membership
    own = {name: getattr(of, name) for name in names}
    return {**own, "member_id": member.id, "name": member.name, "unit_code": of.unit.code}


@bp.route("", methods=["GET"])
@operation("screening.read")
@bp.arguments(ResultQuery, location="query")
@bp.response(200, page_of(ResultView))
def list_results(desk: Desk[None], query: dict[str, Any]) -> Any:
    """结果类别列表 / The classes of results in your units."""
    part = window(query)
    rows = results.list_results(desk.session, desk.actor, ResultFilter(**query), after=part.after, limit=part.limit)
    shelf = page(rows, part.limit)
    return {"items": [shown(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("screening.result", keyed=True)
@bp.arguments(ResultBody)
@bp.response(201, ResultView)
def record_result(desk: Desk[None], body: dict[str, Any]) -> Any:
    """登记结果 / Record a result; it is answered by its class alone."""
    result = results.record_result(desk.session, desk.actor, **body)
    return shown(result), 201, created(f"/screening/results/{result.id}", result)


@bp.route("/<uuid:result_id>", methods=["GET"])
@operation("screening.read", load=find_result)
@bp.response(200, ResultView)
def get_result(desk: Desk[ScreeningResult]) -> Any:
    """结果类别 / The class of one result."""
    return shown(desk.thing)


@bp.route("/<uuid:result_id>/correct", methods=["POST"])
@operation("screening.result", load=lock_result, keyed=True, conditional=True)
@bp.arguments(ClassPart)
@bp.response(200, ResultView)
def correct(desk: Desk[ScreeningResult], body: dict[str, Any]) -> Any:
    """更正结果 / Put a wrong result right; what follows is opened anew."""
    results.correct_result(desk.session, desk.actor, desk.thing, **body)
    return shown(desk.thing)


@bp.route("/<uuid:result_id>/disclosures", methods=["POST"])
@operation("screening.result", load=find_result)
@bp.arguments(PurposeBody)
@bp.response(200, ResultDetailView)
def disclose(desk: Desk[ScreeningResult], body: dict[str, Any]) -> Any:
    """查看结果明细（留痕） / Codes, next steps and follow-ups in the clear; the look is recorded."""
    return disclose_result(desk.session, desk.actor, desk.thing, body["purpose"])
