"""Options from the environment, typed, documented in one table, failing loudly (docs/settings.md is made from it)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


class OptionError(Exception):
    """An option has a value that it cannot have."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name in the environment, its default as written, its meaning."""

    name: str
    default: str
    meaning: str


OPTIONS: dict[str, Option] = {}


def text(name: str, default: str, meaning: str) -> str:
    """A plain string; `NAME_FILE` names a file to read it from (for secrets)."""
    OPTIONS[name] = Option(name, default, meaning)
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, default: bool, meaning: str) -> bool:
    """yes/no. Anything else is an error: a misspelt 'flase' must not mean true."""
    value = text(name, "yes" if default else "no", meaning)
    if value not in ("yes", "no"):
        raise OptionError(f"{name} must be yes or no, not {value!r}")
    return value == "yes"


def number(name: str, default: int, meaning: str) -> int:
    """A whole number, not negative."""
    value = text(name, str(default), meaning)
    if not value.isascii() or not value.isdigit():
        raise OptionError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...], meaning: str) -> str:
    """One of a few words."""
    value = text(name, default, meaning)
    if value not in allowed:
        raise OptionError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def names(name: str, default: str, meaning: str) -> list[str]:
    """A comma-separated list without blanks or empty entries."""
    return [part.strip() for part in text(name, default, meaning).split(",") if part.strip()]
