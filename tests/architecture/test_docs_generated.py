from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tools import docs


def test_the_generated_documents_are_up_to_date() -> None:
    assert docs.stale() == [], "run `make docs`"


def test_every_reading_has_a_row_in_order() -> None:
    with docs.READINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [f"AMB-{n:02d}" for n in range(1, 81)]
    assert all(row["where"] and row["problem"] and row["reading"] for row in rows)


EXAMPLE = '''
"""Module.  # reading: AMB-01"""

LIMIT = 4  # TR 12: four periods  # reading: AMB-02


class Thing:
    """A thing.

    reading: AMB-03 the first sentence,
        over two lines
    reading: AMB-04 the second
    """

    size: int = 1  # reading: AMB-05

    def act(self) -> None:
        """Does it,
        as it should.  # reading: AMB-06
        """
        # reading: AMB-07 a comment inside
        return None
'''


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    file = tmp_path / "example.py"
    file.write_text(EXAMPLE, encoding="utf-8")
    return file


def test_a_mark_is_found_with_its_place_and_its_sentence(example: Path) -> None:
    assert [(mark.reading, mark.place, mark.sentence) for mark in docs.marks_in(example)] == [
        ("AMB-01", "", "Module."),
        ("AMB-02", "LIMIT", "TR 12: four periods"),
        ("AMB-03", "Thing", "the first sentence, over two lines"),
        ("AMB-04", "Thing", "the second"),
        ("AMB-05", "Thing.size", ""),
        ("AMB-06", "Thing.act", "Does it, as it should."),
        ("AMB-07", "Thing.act", "a comment inside"),
    ]


def test_a_reading_that_the_table_does_not_know_stops_the_page(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example.write_text("X = 1  # reading: AMB-99\n", encoding="utf-8")
    monkeypatch.setattr(docs, "PACKAGE", example.parent)
    with pytest.raises(ValueError, match="AMB-99"):
        docs.readings()


def test_a_changed_page_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    monkeypatch.setattr(docs, "PAGES", {"a.md": lambda: "a\n", "b.md": lambda: "b\n"})
    assert docs.stale() == ["docs/a.md", "docs/b.md"]
    (tmp_path / "a.md").write_text("a\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("old\n", encoding="utf-8")
    assert docs.stale() == ["docs/b.md"]
