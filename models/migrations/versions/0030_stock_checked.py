"""The check of the sums goes through the stock too: what is on hand of a lot is the sum of its moves."""

from __future__ import annotations

from alembic import context, op

from models.functions import install_functions

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    attributes = context.config.attributes
    install_functions(op.get_bind(), app_role=attributes["app_role"], record_role=attributes["record_role"])


def downgrade() -> None:
    """The function of before checks less of the same."""
