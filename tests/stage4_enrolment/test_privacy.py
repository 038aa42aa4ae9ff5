"""What is personal stands nowhere in the database file, the write-ahead log or the file store in clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from gongxue.parties.actions import sign_up
from gongxue.regulations.id_numbers import check_character
from gongxue.stage4_enrolment.actions import attach_endorsement
from tests.cast import PASSWORD, FreshDatabase
from tests.stage4_enrolment.conftest import answers_for, applied, begun, scan

BODY = "13050319910807423"
CANARY = {
    "id_number": BODY + check_character(BODY),
    "phone": "13987650123",
    "address": "金丝雀路四十七号",
    "mail": "canary.4711@example.edu.cn",
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the SQLite file")
def test_personal_values_cannot_be_found_in_the_files(fresh_database: FreshDatabase) -> None:
    c = fresh_database.class_at("announced")
    role = sign_up(
        sign_in_name="canary", password=PASSWORD, name="金丝雀", id_number=CANARY["id_number"], phone=CANARY["phone"],
        employer=c.people.trainee.organisation, consent=True, now=c.now,
    )  # fmt: skip
    begun(c, role, answers_for(c) | {"8": CANARY["mail"], "9": CANARY["address"], "13": "数控金丝雀"})
    application = applied(c, role, endorsed=False, opinions=())
    attach_endorsement(application=application, scan=scan(), by=role, now=c.now)
    folder = fresh_database.clone.file.parent
    files = [f for place in (folder, fresh_database.clone.store) for f in place.rglob("*") if f.is_file()]
    assert hits(files, "金丝雀") > 0, "the name is no secret: the search does find what is there"
    found = {name: hits(files, value) for name, value in CANARY.items()}
    assert found == dict.fromkeys(CANARY, 0)


def hits(files: list[Path], value: str) -> int:
    """Occurrences in the bytes: as text, as JSON escapes, as UTF-16."""
    forms = {value.encode(), value.encode("unicode_escape"), value.encode("utf-16-le")}
    return sum(file.read_bytes().count(form) for file in files for form in forms)
