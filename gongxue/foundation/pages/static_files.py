"""Static files are collected when their sources changed, not at every start; their addresses are worked out once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Files under names with a hash. What has been collected does not change while a process lives."""

    support_js_module_import_aggregation = (
        True  # a module that another one imports has a hash in its name too
    )

    def __init__(self) -> None:
        super().__init__()
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The address of a file; every page has several, so that each is worked out once only."""
        if name not in self._addresses:
            self._addresses[name] = super().url(name, force)
        return self._addresses[name]


def _state() -> str:
    """A digest of names, sizes and times of all sources."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect() -> bool:
    """Collect into STATIC_ROOT with hashed names and compression; True when there was something to do."""
    stamp = Path(settings.STATIC_ROOT) / ".state"
    state = _state()
    if stamp.exists() and stamp.read_text() == state:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(state)
    return True
