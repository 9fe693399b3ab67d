"""The tests' database as an administrator sees it."""

from tests.services.conftest import app_role, superuser_connection

__all__ = ["app_role", "superuser_connection"]
