"""The parts of files that jobs made lie packed; those that are kept already are packed as they are."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_COMMENT = "its bytes, each part a zlib stream of its own"


def upgrade() -> None:
    op.alter_column("export_part", "content", new_column_name="packed", comment=_COMMENT)
    _rewrite(zlib.compress)


def downgrade() -> None:
    _rewrite(zlib.decompress)
    op.alter_column("export_part", "packed", new_column_name="content", comment=None)


def _rewrite(form: Callable[[bytes], bytes]) -> None:
    """Every part in another form, one at a time; the wall, which holds for the owner too, is down meanwhile."""
    connection = op.get_bind()
    connection.exec_driver_sql("ALTER TABLE export_part NO FORCE ROW LEVEL SECURITY")
    for export_id, part in connection.execute(sa.text("SELECT export_id, part FROM export_part")).all():
        which = {"export_id": export_id, "part": part}
        held = connection.execute(
            sa.text("SELECT packed FROM export_part WHERE export_id = :export_id AND part = :part"), which
        ).scalar_one()
        connection.execute(
            sa.text("UPDATE export_part SET packed = :packed WHERE export_id = :export_id AND part = :part"),
            {**which, "packed": form(bytes(held))},
        )
    connection.exec_driver_sql("ALTER TABLE export_part FORCE ROW LEVEL SECURITY")
