"""What a decision is held against: a route that updates one row and inserts one, and does nothing else."""

from __future__ import annotations

import os

from flask import Flask, request
from sqlalchemy import create_engine, text

app = Flask(__name__)
# Without an address it is only looked at, by whoever collects the measurements.
_engine = create_engine(os.environ.get("FLOOR_URL", "postgresql+psycopg2://"), pool_size=4, pool_pre_ping=True)
_UPDATE = text("UPDATE purse SET spent = spent + 500 WHERE id = :fund")
_INSERT = text("INSERT INTO decision (fund_id, note) VALUES (:fund, :note)")


@app.post("/decisions")
def decide() -> tuple[dict[str, str], int]:
    """One row updated, one inserted, committed."""
    fund = int(request.get_json()["fund"])
    with _engine.begin() as connection:
        connection.execute(_UPDATE, {"fund": fund})
        connection.execute(_INSERT, {"fund": fund, "note": "approved"})
    return {"state": "approved"}, 200
