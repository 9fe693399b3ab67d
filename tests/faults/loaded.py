"""What the process that worlds are forked from loads first: all our modules, and that it ends when the tests do."""

from __future__ import annotations

import os
import signal

from tests.faults import forked
from tools import leash

__all__ = ["forked"]

leash.die_with_parent(signal.SIGKILL, os.getppid())
