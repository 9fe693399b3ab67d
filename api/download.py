"""Files as answers: for saving, under names of ours, never interpreted by a browser."""

from __future__ import annotations

from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE = {"type": "string", "format": "binary"}  # the schema of such an answer


def download(content: bytes, media_type: str, filename: str) -> Response:
    """A file for saving; `filename` is server-made ASCII."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
