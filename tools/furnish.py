"""Loads shipped rules, calendar and demonstration union; answers with the new accounts as JSON.

A process of its own, so that the launcher, which lives as long as the server, stays small.
"""

from __future__ import annotations

import json
import os
import sys

from benefits import demonstration
from config.settings import load

if __name__ == "__main__":
    json.dump(demonstration.load(load(os.environ)), sys.stdout)
