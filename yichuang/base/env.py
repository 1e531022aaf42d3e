"""Typed reading of environment variables; a wrong value is an error that names the remedy.

A secret may come from a file: `NAME_FILE=/run/secrets/name` is read where `NAME` is not set.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """The variable's value; without one and without a default, an error that says how to set it."""
    value = os.environ.get(name)
    if value is None:
        value = default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment; see .env.sample.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither on nor off. Use 1 or 0.")


def number(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number between `least` and `most`, both included."""
    value = os.environ.get(name)
    if value is None:
        return default
    if not value.lstrip("-").isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {least} to {most}.")
    return int(value)


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list, blanks removed."""
    value = os.environ.get(name)
    return list(default) if value is None else [word.strip() for word in value.split(",") if word.strip()]


def secret(name: str, trial: str | None) -> str:
    """A secret from `NAME` or the file that `NAME_FILE` names; `trial` is used only on a trial installation.

    Outside a trial the caller passes `trial=None`, so that a missing secret is an error.
    """
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read: {error.strerror}.") from error
    value = os.environ.get(name) or trial
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. A production installation needs its own: set {name} or {name}_FILE "
            "(a long random string; `python -c 'import secrets; print(secrets.token_urlsafe(48))'` makes one)."
        )
    return value
