"""The parts of a full check in two lanes, one for each core, over one and the same state of the database."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.database import session_for

Found = TypeVar("Found")


@contextmanager
def beside(session: Session) -> Iterator[Session]:
    """A second session that sees exactly the snapshot and the scope of this one, which must be REPEATABLE READ.

    Raises:
        sqlalchemy.exc.DBAPIError: no further connection, or the first transaction has ended.
    """
    snapshot = session.scalars(text("SELECT pg_export_snapshot()")).one()
    engine = session.get_bind().engine.execution_options(isolation_level="REPEATABLE READ")
    with session_for(engine, session.info["scope"]) as other:
        other.execute(text(f"SET TRANSACTION SNAPSHOT '{snapshot}'"))
        yield other


def run_beside(
    lanes: tuple[Session, Session], parts: Sequence[Callable[[Session], Found]], step: Callable[[int], None]
) -> list[Found]:
    """What each part found, in the order of the parts; the first lane works from the front, the second from the back.

    Args:
        step: is told between parts of the first lane how many are done; what it raises ends both lanes.
    """
    waiting, found = deque(range(len(parts))), dict[int, Found]()

    def work(session: Session, take: Callable[[], int], tell: Callable[[int], None]) -> None:
        try:
            while waiting:
                tell(len(found))
                try:
                    part = take()
                except IndexError:  # the other lane was there first
                    return
                found[part] = parts[part](session)
        except BaseException:
            waiting.clear()
            raise

    first, second = lanes
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(work, second, waiting.pop, lambda _done: None)
        work(first, waiting.popleft, step)
        other.result()
    return [found[part] for part in range(len(parts))]
