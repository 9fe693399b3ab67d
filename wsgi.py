"""The door: environment → settings → application."""

from __future__ import annotations

import os

from api.app import create_app
from config.settings import load

app = create_app(load(os.environ))
