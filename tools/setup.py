"""Makes `.venv` with exactly the locked dependencies; does nothing when it already has them.

Run by the machine's own Python, before there is anything else: `python3 tools/setup.py run` or `… develop`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDER = CHECKOUT / ".venv"
PYTHON = FOLDER / "bin" / "python"


def main(names: list[str]) -> int:
    """Install the lock files `requirements/<name>.txt` that have not been installed as they now are."""
    if sys.version_info < (3, 11):  # noqa: UP036 - run by whatever Python the machine has
        print(f"Python 3.11 or later is needed; {sys.executable} is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    if importlib.util.find_spec("ensurepip") is None:
        print("This Python has no ensurepip: install your system's python3-venv package.", file=sys.stderr)
        return 1
    for name in names:
        lock = CHECKOUT / "requirements" / f"{name}.txt"
        stamp = FOLDER / f"installed-{name}.sha256"
        digest = hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()
        if not PYTHON.exists() or not stamp.exists() or stamp.read_text(encoding="ascii") != digest:
            install(lock)
            stamp.write_text(digest, encoding="ascii")
    return 0


def install(lock: Path) -> None:
    """Make the virtual environment, anew if another Python made it, and install `lock` into it."""
    version = "import sys; print(sys.version)"
    found = (
        subprocess.run([PYTHON, "-c", version], capture_output=True, text=True, check=False)
        if PYTHON.exists()
        else None
    )
    if found is None or found.stdout.strip() != sys.version:
        print("Making .venv …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
    print(f"Installing {lock.relative_to(CHECKOUT)} …", flush=True)
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--require-hashes", "--requirement", lock], check=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
