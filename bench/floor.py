"""What a roster's import is held against: the same file read by a library and copied as texts into a bare table."""

from __future__ import annotations

import csv
import tempfile
import time
from io import StringIO
from pathlib import Path

from python_calamine import CalamineWorkbook
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tools.postgres import embedded


def read_and_copy(roster: Path) -> float:
    """Seconds to read every cell and COPY it, with no check, key, index, wall or record."""
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as url:
        connection = create_engine(url, poolclass=NullPool).raw_connection()
        begun = time.monotonic()
        rows = CalamineWorkbook.from_path(str(roster)).get_sheet_by_index(0).to_python()
        lines = StringIO()
        csv.writer(lines).writerows(rows)
        lines.seek(0)
        with connection.cursor() as cursor:
            columns = ", ".join(f"c{place} text" for place in range(len(rows[0])))
            cursor.execute(f"CREATE TABLE roster ({columns})")
            cursor.copy_expert("COPY roster FROM STDIN WITH CSV", lines)
        connection.commit()
        seconds = time.monotonic() - begun
        connection.close()
    return seconds
