"""A published edition never changes: only its last day may be set, when another takes over."""

from __future__ import annotations

from alembic import context, op

from models.walls import install_walls

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION 'a published edition is never deleted' USING ERRCODE = 'restrict_violation';
            END IF;
            IF (NEW.programme, NEW.edition, NEW.state, NEW.valid_from, NEW.content, NEW.overrides, NEW.digest)
               IS DISTINCT FROM
               (OLD.programme, OLD.edition, OLD.state, OLD.valid_from, OLD.content, OLD.overrides, OLD.digest) THEN
                RAISE EXCEPTION 'a published edition never changes' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON policy
            FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION keep_published();
        """
    )
    install_walls(
        op.get_bind(),
        app_role=context.config.attributes["app_role"],
        record_role=context.config.attributes["record_role"],
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_published ON policy; DROP FUNCTION keep_published()")
