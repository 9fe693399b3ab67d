"""The application as `tools.served` makes it, with the defects that PLANTED names."""

from __future__ import annotations

import os
from importlib import import_module

from tests.faults.planted import plant

plant(os.environ["PLANTED"].split())
app = import_module("tools.served").app
