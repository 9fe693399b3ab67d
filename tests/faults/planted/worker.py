"""The worker as `tools.worker` makes it, with the defects that PLANTED names."""

from __future__ import annotations

import os
import sys

from tests.faults.planted import plant
from tools.worker import main

if __name__ == "__main__":
    plant(os.environ["PLANTED"].split())
    sys.exit(main())
