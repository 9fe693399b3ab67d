"""Keeps the secrets that the launcher makes once: files that only their owner can read, in a folder alike."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from config.settings import SECRETS, SIGNING_KEY, Mode, data_dir_of, mode_of
from tools.provision import Passwords


def with_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with the keys that it lacks, kept in DATA_DIR/secrets; production sets its own."""
    if mode_of(environ) is Mode.PRODUCTION:
        return dict(environ)
    folder = data_dir_of(environ) / "secrets"
    wanted = {**SECRETS, SIGNING_KEY: 32}
    kept_keys = {name: kept(folder / name.lower(), size) for name, size in wanted.items() if not environ.get(name)}
    return {**environ, **kept_keys}


def passwords(data_dir: Path) -> Passwords:
    """The passwords of the database roles that the launcher makes."""
    folder = data_dir / "secrets"
    return Passwords(*(kept(folder / f"database_{role}", 32, url_safe=True) for role in ("owner", "app")))


def kept(path: Path, size: int, *, url_safe: bool = False) -> str:
    """The base64 text in `path`; made from `size` random bytes the first time."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if not path.exists():
        encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(encode(secrets.token_bytes(size)))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    return path.read_text(encoding="ascii").strip()


def keep_accounts(data_dir: Path, accounts: Mapping[str, str]) -> None:
    """Remember the demonstration's passwords for `make demo`, readable by their owner only."""
    folder = data_dir / "secrets"
    for username, password in accounts.items():
        path = folder / f"demo_{username}"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)


def kept_accounts(data_dir: Path) -> dict[str, str]:
    """The demonstration's passwords by user name, as far as they were made here."""
    found = (data_dir / "secrets").glob("demo_*")
    return {path.name.removeprefix("demo_"): path.read_text(encoding="utf-8") for path in found}
