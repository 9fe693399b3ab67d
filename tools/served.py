"""The application as the server's own processes load it: each of them ends when the server does, however it ends."""

from __future__ import annotations

import os
import signal

from config import logging
from tools import leash
from wsgi import app

__all__ = ["app"]

logging.configure()
leash.die_with_parent(signal.SIGTERM, os.getppid())
