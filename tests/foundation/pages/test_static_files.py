"""Addresses of static files."""

from __future__ import annotations

import pytest
from whitenoise.storage import CompressedManifestStaticFilesStorage

from gongxue.foundation.pages.static_files import HashedFiles


def test_an_address_is_worked_out_once_for_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def hashed(self: object, name: str, force: bool = False) -> str:
        asked.append(name)
        return f"/static/{len(asked)}-{name}"

    monkeypatch.setattr(CompressedManifestStaticFilesStorage, "url", hashed)
    files = HashedFiles()
    pages = [(files.url("look.css"), files.url("app.js")) for _ in range(2)]
    assert pages == [("/static/1-look.css", "/static/2-app.js")] * 2
    assert asked == ["look.css", "app.js"]
