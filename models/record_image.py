"""How a row enters the record: its after-image as an expression of SQL, the salt it needs, the id it goes by."""

from __future__ import annotations

from sqlalchemy import LargeBinary, Table


def image_of(table: Table) -> str:
    """A jsonb expression for the after-image of row `n`; digests are salted with the salt of the person concerned."""
    pairs = []
    for column in table.columns:
        value = f'n."{column.name}"'
        treatment = column.info.get("record")
        if treatment == "personal":
            plain = f"convert_to('{column.name}:' || {value}::text, 'UTF8')"
            shown = f"CASE WHEN {value} IS NULL THEN NULL ELSE encode(sha256(p.salt || {plain}), 'hex') END"
        elif treatment == "secret":
            plain = value if isinstance(column.type, LargeBinary) else f"convert_to({value}::text, 'UTF8')"
            shown = f"encode(sha256({plain}), 'hex')"
        elif isinstance(column.type, LargeBinary):
            shown = f"encode({value}, 'hex')"
        else:
            shown = value
        pairs.append(f"'{column.name}', {shown}")
    return "jsonb_build_object(" + ", ".join(pairs) + ")"


def personal_columns(table: Table) -> list[str]:
    """The columns that enter the image as digests salted per person."""
    return [column.name for column in table.columns if column.info.get("record") == "personal"]


def person_join(table: Table, how: str = "JOIN") -> str:
    """The join that finds the salt: the person of the case a row always belongs to, or the row's own person."""
    if not personal_columns(table):
        return ""
    if table.name == "person":
        return " CROSS JOIN LATERAL (SELECT n.salt) p"
    if "application_id" in table.columns and not table.columns["application_id"].nullable:
        return f" {how} application a ON a.id = n.application_id {how} person p ON p.id = a.person_id"
    return f" {how} person p ON p.id = n.person_id"


def row_id(table: Table, row: str) -> str:
    """An expression for the id by which the record names a row: its key, parts joined by a stroke."""
    return " || '/' || ".join(f'{row}."{column.name}"::text' for column in table.primary_key.columns)
