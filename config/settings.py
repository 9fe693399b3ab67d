"""The settings of one process, read once from the environment; a missing or unsafe one stops the start."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parent.parent
DRIVER = "postgresql+psycopg2"  # SQLAlchemy's name for the driver that is locked
SECRETS = {"MASTER_KEY": 32, "INDEX_KEY": 32, "TOKEN_KEY": 32}  # bytes; TOKEN_KEY may be longer
SIGNING_KEY = "SIGNING_KEY"  # seals the record; for workers alone, and of those for one at least


class SettingsError(Exception):
    """A setting is missing or unsafe; one sentence says which, why, and what to do."""


class Mode(StrEnum):
    """What the process is run for."""

    DEMONSTRATION = "demonstration"
    TEST = "test"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Settings:
    """Everything that a process is told; secrets do not appear in its `repr`."""

    mode: Mode
    host: str
    port: int
    data_dir: Path
    database_url: str = field(repr=False)  # the serving role; `postgresql+psycopg2://…`
    database_owner_url: str | None = field(repr=False)  # the migrating role; absent in serving processes
    master_key: bytes = field(repr=False)  # 32 bytes; wraps each person's key
    index_key: bytes = field(repr=False)  # 32 bytes; keyed hashes of what is looked up
    token_key: bytes = field(repr=False)  # at least 32 bytes; signs access tokens
    signing_key: bytes | None = field(repr=False)  # 32 bytes, Ed25519; signs checkpoints of the record; workers only
    demo_password: str | None = field(repr=False)  # for every demonstration account; None: generated
    clock_offset_s: int  # seconds added to the application's clock; 0 in production
    rate_limits: bool
    access_token_minutes: int
    refresh_token_hours: int
    max_upload_mb: int  # one file
    max_json_kb: int  # the body of any other request
    files_kept_days: int  # content of files that were sent in or made to fetch; their rows stay
    checkpoint_dir: Path  # copies of signed checkpoints; outside the operator's reach in production
    checkpoint_mail: str | None  # an address outside, to which one goes every hour
    checkpoint_smtp: tuple[str, int] | None  # who takes such a letter; None: it is laid in DATA_DIR/mail
    witness_url: str | None  # a C2SP tlog-witness that cosigns
    witness_key: str | None  # its verifier key; None: what it answers is kept unchecked
    workers: int  # serving processes
    proxy_count: int  # reverse proxies whose X-Forwarded-* are believed


def load(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`.

    Raises:
        SettingsError: with one sentence about the first setting that is missing or unsafe.
    """
    mode = mode_of(environ)
    keys = {name: _key(environ, name, size) for name, size in SECRETS.items()}
    signing_key = _key(environ, SIGNING_KEY, 32) if environ.get(SIGNING_KEY) else None
    if len({*keys.values(), signing_key}) < len(keys) + 1:
        raise SettingsError("MASTER_KEY, INDEX_KEY, TOKEN_KEY and SIGNING_KEY must differ: make each one anew.")
    return Settings(
        mode=mode,
        host=environ.get("HOST") or "127.0.0.1",
        port=_whole(environ, "PORT", 8000, 1, 65535),
        data_dir=data_dir_of(environ),
        database_url=_url(environ, "DATABASE_URL"),
        database_owner_url=_url(environ, "DATABASE_OWNER_URL") if environ.get("DATABASE_OWNER_URL") else None,
        master_key=keys["MASTER_KEY"],
        index_key=keys["INDEX_KEY"],
        token_key=keys["TOKEN_KEY"],
        signing_key=signing_key,
        demo_password=_demo_password(environ, mode),
        clock_offset_s=_clock_offset(environ, mode),
        rate_limits=_switch(environ, "RATE_LIMITS", mode),
        access_token_minutes=_whole(environ, "ACCESS_TOKEN_MINUTES", 10, 1, 60),
        refresh_token_hours=_whole(environ, "REFRESH_TOKEN_HOURS", 12, 1, 168),
        max_upload_mb=_whole(environ, "MAX_UPLOAD_MB", 40, 1, 1024),
        max_json_kb=_whole(environ, "MAX_JSON_KB", 1024, 16, 16384),
        files_kept_days=_whole(environ, "FILES_KEPT_DAYS", 90, 1, 3650),
        checkpoint_dir=Path(environ.get("CHECKPOINT_DIR") or data_dir_of(environ) / "checkpoints")
        .expanduser()
        .absolute(),
        checkpoint_mail=environ.get("CHECKPOINT_MAIL") or None,
        checkpoint_smtp=_host_port(environ, "CHECKPOINT_SMTP"),
        witness_url=_web_address(environ, "WITNESS_URL"),
        witness_key=environ.get("WITNESS_KEY") or None,
        workers=_whole(environ, "WORKERS", 2, 1, 64),
        proxy_count=_whole(environ, "PROXY_COUNT", 0, 0, 8),
    )


def mode_of(environ: Mapping[str, str]) -> Mode:
    """The MODE in `environ`, `demonstration` when unset; the launcher asks it before the rest is known."""
    text = environ.get("MODE") or Mode.DEMONSTRATION
    try:
        return Mode(text)
    except ValueError:
        raise SettingsError(
            f"MODE is “{text}”: it must be one of {', '.join(Mode)} (demonstration when it is not set)."
        ) from None


def data_dir_of(environ: Mapping[str, str]) -> Path:
    """The absolute DATA_DIR in `environ`, `.data` in the checkout when unset."""
    return Path(environ.get("DATA_DIR") or CHECKOUT / ".data").expanduser().absolute()


def _url(environ: Mapping[str, str], name: str) -> str:
    """A PostgreSQL address with the locked driver's name, whichever of the usual spellings was given."""
    text = environ.get(name, "")
    if not text:
        raise SettingsError(
            f"{name} is not set: give it as postgresql://user:password@host/database, or start with "
            "`make run`, which brings a database of its own."
        )
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {"postgresql", "postgres", DRIVER}:
        raise SettingsError(f"{name} does not begin with postgresql://: only PostgreSQL is supported.")
    parts = urlsplit(f"postgresql://{rest}")
    if len(parts.path) < 2 or not parts.username:
        raise SettingsError(f"{name} names no user or no database: write postgresql://user:password@host/database.")
    return f"{DRIVER}://{rest}"


def _host_port(environ: Mapping[str, str], name: str) -> tuple[str, int] | None:
    text = environ.get(name)
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise SettingsError(f"{name} is “{text}”: write host:port.")
    return host, int(port)


def _web_address(environ: Mapping[str, str], name: str) -> str | None:
    text = environ.get(name)
    if text and (urlsplit(text).scheme not in {"http", "https"} or not urlsplit(text).hostname):
        raise SettingsError(f"{name} is “{text}”: write an address that begins with http:// or https://.")
    return text or None


def _key(environ: Mapping[str, str], name: str, size: int) -> bytes:
    """A secret of `size` bytes (TOKEN_KEY: at least) from its base64 text."""
    text = environ.get(name, "")
    how = f"make one with `head -c {size} /dev/urandom | base64`"
    if not text:
        raise SettingsError(f"{name} is not set: {how}, and keep it outside the database and its backups.")
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{name} is not base64: {how}.") from None
    if len(key) < size or (len(key) > size and name != "TOKEN_KEY"):
        raise SettingsError(f"{name} has {len(key)} bytes where {size} are needed: {how}.")
    if len(set(key)) < size // 2:
        raise SettingsError(f"{name} is not random (too few different bytes): {how}.")
    return key


def _whole(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name) or str(default)
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and low <= int(text) <= high):
        raise SettingsError(f"{name} is “{text}”: it must be a whole number from {low} to {high}.")
    return int(text)


def _switch(environ: Mapping[str, str], name: str, mode: Mode) -> bool:
    text = environ.get(name) or "on"
    if text not in {"on", "off"}:
        raise SettingsError(f"{name} is “{text}”: it must be on or off.")
    if text == "off" and mode is Mode.PRODUCTION:
        raise SettingsError(f"{name} is off in production: remove it, it is for load tests only.")
    return text == "on"


def _clock_offset(environ: Mapping[str, str], mode: Mode) -> int:
    if environ.get("CLOCK_OFFSET_S") and mode is Mode.PRODUCTION:
        raise SettingsError(
            "CLOCK_OFFSET_S is set in production: remove it, the clock may be shifted in demonstration and test "
            "mode only."
        )
    century = 100 * 366 * 86400
    return _whole(environ, "CLOCK_OFFSET_S", 0, -century, century)


def _demo_password(environ: Mapping[str, str], mode: Mode) -> str | None:
    text = environ.get("DEMO_PASSWORD")
    if text and mode is Mode.PRODUCTION:
        raise SettingsError("DEMO_PASSWORD is set in production: remove it, demonstration accounts do not exist there.")
    return text or None
