"""Settings: sound ones are read, and each missing or unsafe one stops the start with a sentence that names it."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest

from config.settings import CHECKOUT, Mode, SettingsError, load


def key(size: int = 32) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode()


def sound(**changes: str | None) -> dict[str, str]:
    environ: dict[str, str | None] = {
        "DATABASE_URL": "postgresql://app:pw@db.example/benefits",
        "MASTER_KEY": key(),
        "INDEX_KEY": key(),
        "TOKEN_KEY": key(48),
        **changes,
    }
    return {name: value for name, value in environ.items() if value is not None}


def test_defaults_serve_the_loopback_only_from_the_checkout():
    settings = load(sound())
    assert (settings.mode, settings.host, settings.port) == (Mode.DEMONSTRATION, "127.0.0.1", 8000)
    assert settings.data_dir == CHECKOUT / ".data"
    assert settings.database_owner_url is None
    assert settings.rate_limits
    assert settings.clock_offset_s == 0
    assert (len(settings.master_key), len(settings.index_key), len(settings.token_key)) == (32, 32, 48)


def test_empty_means_unset():
    settings = load(sound(PORT="", HOST="", DATA_DIR="", MODE="", CLOCK_OFFSET_S="", DEMO_PASSWORD=""))
    assert settings.port == 8000
    assert settings.demo_password is None


def test_given_values_are_taken():
    settings = load(sound(PORT="9000", DATA_DIR="/srv/x", CLOCK_OFFSET_S="-86400", RATE_LIMITS="off", WORKERS="4"))
    assert (settings.port, settings.data_dir, settings.workers) == (9000, Path("/srv/x"), 4)
    assert settings.clock_offset_s == -86400
    assert not settings.rate_limits


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_usual_spellings_of_an_address_name_the_locked_driver(scheme):
    settings = load(sound(DATABASE_URL=f"{scheme}://app:p%40w@h:5433/benefits?sslmode=require"))
    assert settings.database_url == "postgresql+psycopg2://app:p%40w@h:5433/benefits?sslmode=require"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODE", "staging"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "８０００"),
        ("PORT", "http"),
        ("DATABASE_URL", None),
        ("DATABASE_URL", "mysql://app@h/benefits"),
        ("DATABASE_URL", "benefits"),
        ("DATABASE_URL", "postgresql://h/benefits"),
        ("DATABASE_URL", "postgresql://app@h"),
        ("DATABASE_OWNER_URL", "sqlite:///x"),
        ("MASTER_KEY", None),
        ("MASTER_KEY", "not base64!"),
        ("MASTER_KEY", key(31)),
        ("MASTER_KEY", key(33)),
        ("INDEX_KEY", base64.b64encode(bytes(32)).decode()),
        ("TOKEN_KEY", key(31)),
        ("CLOCK_OFFSET_S", "1.5"),
        ("RATE_LIMITS", "no"),
        ("ACCESS_TOKEN_MINUTES", "0"),
        ("WORKERS", "-1"),
        ("PROXY_COUNT", "many"),
    ],
)
def test_a_missing_or_unsafe_setting_is_named(name, value):
    with pytest.raises(SettingsError, match=rf"^{name} ") as raised:
        load(sound(**{name: value}))
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "value"), [("CLOCK_OFFSET_S", "60"), ("RATE_LIMITS", "off"), ("DEMO_PASSWORD", "sesame-sesame")]
)
def test_what_is_for_rehearsals_only_stops_production(name, value):
    assert load(sound(MODE="test", **{name: value})).mode is Mode.TEST
    with pytest.raises(SettingsError, match=f"^{name} .* in production"):
        load(sound(MODE="production", **{name: value}))


def test_one_key_may_not_serve_twice():
    same = key()
    with pytest.raises(SettingsError, match="must differ"):
        load(sound(MASTER_KEY=same, INDEX_KEY=same))


def test_secrets_do_not_show_in_a_traceback():
    environ = sound(DEMO_PASSWORD="sesame-sesame")
    shown = repr(load(environ))
    assert "sesame" not in shown
    assert "pw@" not in shown
    assert repr(base64.b64decode(environ["MASTER_KEY"])) not in shown
