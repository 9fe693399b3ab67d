"""The one door of every route: who, permission as of now, visibility, key, If-Match, and then the act.

Routes are closed unless `public`. A route is written as

    @bp.route("/funds/<uuid:fund_id>/adjustments", methods=["POST"])
    @operation("fund.keep", load=load_fund, keyed=True, conditional=True)
    @bp.arguments(AdjustmentBody)
    @bp.response(200, FundView)
    def adjust(desk, body): ...

and gets a `Desk`: the session, the actor, and what `load` found. One request is one transaction: committed here after
the answer is written, rolled back by the error handlers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask import Response, current_app, g, make_response, request
from flask_jwt_extended import get_jwt, verify_jwt_in_request
from sqlalchemy.orm import Session

from api import clock, idempotency
from api.standstill import require_money_may_move
from benefits.access.actors import actor_of_sign_in
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, NotSignedIn, PreconditionRequired, Stale
from models.columns import Versioned
from models.database import db

Thing = TypeVar("Thing")
View = Callable[..., Any]


@dataclass(frozen=True)
class Desk(Generic[Thing]):
    """What a route works with: the request's session and actor, and the thing its path names (or None)."""

    session: Session
    actor: Actor
    thing: Thing


@dataclass(frozen=True)
class Operation:
    """How a route is guarded; the documents and the tests read it off the view."""

    permission: str | None
    public: bool
    keyed: bool
    conditional: bool
    moves_money: bool


def operation(
    permission: str | None = None,
    *,
    load: Callable[..., Any] | None = None,
    public: bool = False,
    keyed: bool = False,
    conditional: bool = False,
    moves_money: bool = False,
) -> Callable[[View], View]:
    """Guard a view.

    Args:
        permission: held somewhere or 403; None: any signed-in account.
        load: `(session, actor, <parts of the path>)` → the thing they name; raises NotFound. Loads of acts lock.
            Parts of the path that it does not take go to the view.
        public: no sign-in; the view gets no desk.
        keyed: needs an Idempotency-Key; the answer is kept and replayed.
        conditional: needs If-Match with the thing's version.
        moves_money: the key never expires, and nothing is done while the record is found to be an older one.
    """
    guard = Operation(permission, public, keyed, conditional, moves_money)
    taken = list(signature(load).parameters)[2:] if load else []

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **path: Any) -> Response:
            if public:
                response = make_response(view(*args, **path))
                db.session.commit()
                return response
            session = open_session()
            actor = identify(session)
            if permission is not None:
                actor.require_somewhere(permission)
            thing = load(session, actor, *(path.pop(part) for part in taken if part in path)) if load else None
            desk = Desk(session, actor, thing)
            if not keyed:
                return _finish(_answer(view, desk, conditional, path))
            kept = idempotency.Kept.of_request(session, actor)
            first = kept.answer()
            if first is not None:
                session.rollback()  # what was loaded for the act was locked, and perhaps touched
                return _finish(first)
            if moves_money:
                require_money_may_move(session)
            return _finish(kept.keep(_answer(view, desk, conditional, path), actor.at, for_ever=moves_money))

        guarded.operation = guard  # type: ignore[attr-defined]
        return guarded

    return wrap


def open_session() -> Session:
    """The request's session, with the keys of field encryption."""
    session = db.session()
    session.info["secrecy"] = current_app.config["SECRECY"]
    return session


def identify(session: Session) -> Actor:
    """The actor behind the bearer token; raises NotSignedIn."""
    verify_jwt_in_request()
    claims = get_jwt()
    try:
        account_id, sign_in_id = UUID(claims["sub"]), UUID(claims["sid"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise NotSignedIn from None
    g.actor = actor_of_sign_in(session, account_id, sign_in_id, clock.now(), g.request_id)
    g.sign_in_id = sign_in_id
    actor: Actor = g.actor
    return actor


def _asks(view: View) -> bool:
    """Whether a view declares a query; the others refuse any."""
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return any(parameter["in"] == "query" for parameter in parameters)


def _answer(view: View, desk: Desk[Any], conditional: bool, path: dict[str, Any]) -> Response:
    if conditional:
        _match(desk.thing)
    if request.args and not _asks(view):
        raise Invalid([Fault(f"/{name}", "unknown_field") for name in request.args])
    response = make_response(view(desk, **path))
    if isinstance(desk.thing, Versioned) and "ETag" not in response.headers and response.status_code < 300:
        desk.session.flush()
        response.headers["ETag"] = etag(desk.thing)
    return response


def _match(thing: Versioned) -> None:
    wanted = request.headers.get("If-Match")
    if wanted is None:
        raise PreconditionRequired
    if wanted.strip() != etag(thing):
        raise Stale


def etag(thing: Versioned) -> str:
    """The strong ETag of a version."""
    return f'"{thing.version}"'


def created(path: str, thing: Versioned) -> dict[str, str]:
    """The headers of a 201: where the new thing is, and its version."""
    return {"Location": f"/api/v1{path}", "ETag": etag(thing)}


def _finish(response: Response) -> Response:
    db.session.commit()
    response.headers.setdefault("Cache-Control", "no-store")
    return response
