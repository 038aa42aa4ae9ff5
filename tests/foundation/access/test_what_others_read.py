"""Nobody reads what is not theirs: every page, export and API reading of every role is searched (rows 3, 15 and 16).

Of another institution's class no name and no number may stand anywhere. Of the people of one's own class the full ID
number and the phone stand in the official sheets and nowhere else; everything else shows the last four.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

import pytest

from gongxue.certificates.actions import collect_certificate
from gongxue.certificates.documents import document_of
from gongxue.foundation import clock
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.parties.models import Person
from gongxue.regulations.id_numbers import IdNumber
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import ClassAt, ClassesAtFixture, FreshDatabase, Plan, SignedIn
from tests.faults.counts import short_and_full
from tests.stage6_assessment.every_page import Library, library

pytestmark = pytest.mark.ignore_template_errors  # of whatever page: this is about what pages say


# Another institution's class ----------------------------------------------------------------------------------------


def canaries_of(c: ClassAt) -> dict[str, bytes]:
    """What leads to the people and papers of a class: names and sign-in names of trainees, certificates, serials."""
    accounts = [role.account for role in c.trainees]
    words = [word for a in accounts for word in (a.name, a.sign_in_name)]
    words += [word for row in c.certificates for word in (row.number, row.token)]
    return {word: word.encode() for word in words}


def neighbour_of(c: ClassAt) -> Role:
    """Staff of another training institution of the same province."""
    rows = Organisation.objects.filter(
        province_code=c.tc.province_code, kind__in=("training_base", "development_centre")
    )
    return c.run.cast.staff(rows.exclude(pk=c.tc.institution_id).order_by("pk")[0], Duty.INSTITUTION)


def strangers_to(theirs: ClassAt, mine: ClassAt) -> dict[str, Role]:
    """Everybody who has no business with a class: neighbours, other provinces, the people of another class."""
    reads_all = ("centre", "oversight")
    own = {f"my {name}": role for name, role in mine.actors().items() if name not in reads_all}
    return own | {"neighbour": neighbour_of(theirs), "stranger": theirs.people.stranger}


def leaks(books: Library, names: Iterable[str], canaries: dict[str, bytes]) -> dict[str, set[str]]:
    """Who reads which canary where."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for path, said in books.everything(name):
            for word, data in canaries.items():
                if data in said:
                    found[f"{name} {path}"].add(word)
    return dict(found)


@pytest.fixture
def two(classes_at: ClassesAtFixture, monkeypatch: pytest.MonkeyPatch) -> tuple[ClassAt, ClassAt]:
    """A class with its certificates, and one of another province and kind."""
    theirs, mine = classes_at(Plan("issued", headcount=1), Plan("issued", "017", "1", headcount=1))
    monkeypatch.setattr(clock, "now", lambda: mine.now)
    return theirs, mine


SOME = ("neighbour", "my institution", "my trainee")


@pytest.mark.parametrize("readers", short_and_full(SOME, ()))
def test_nothing_of_another_institutions_class_stands_anywhere(
    two: tuple[ClassAt, ClassAt], signed_in: SignedIn, readers: tuple[str, ...]
) -> None:
    theirs, mine = two
    strangers = strangers_to(theirs, mine)
    books = library(theirs, signed_in, mine, **strangers)
    assert leaks(books, ["institution"], canaries_of(theirs)), "the search finds what is there"
    assert leaks(books, readers or strangers, canaries_of(theirs)) == {}


def test_a_scope_that_forgets_the_institution_is_found_out(
    two: tuple[ClassAt, ClassAt], signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    theirs, mine = two
    everything = TrainingClass.scope_for(mine.people.centre)
    monkeypatch.setattr(TrainingClass, "scope_for", lambda role: everything)
    books = library(theirs, signed_in, **{"my institution": mine.staff})
    assert leaks(books, ["my institution"], canaries_of(theirs))


# ID numbers and phones ----------------------------------------------------------------------------------------------

OFFICIAL = {  # route of a sheet that carries them → who has it (MG 17.1, TR 附件5)
    "certificates.pdf": {"certificate_officer"},
    "transcript.pdf": {"institution", "certificate_officer", "centre", "province"},
    "transcript.xlsx": {"institution", "certificate_officer", "centre", "province"},
}


@pytest.fixture
def closed(fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> ClassAt:
    """A closed class whose certificates have been collected; its own database, because documents are files."""
    c = fresh_database.class_at("closed", headcount=1)
    monkeypatch.setattr(clock, "now", lambda: c.now)
    for certificate, role in zip(c.certificates, c.trainees, strict=True):
        document_of(certificate, c.now)
        collect_certificate(certificate=certificate, by=role, now=c.now)
    return c


def secrets_of_everybody() -> dict[str, int]:
    """Full ID numbers and phones of all people → the account they belong to."""
    people = Person.objects.unscoped("a test").select_related("account")
    found = {person.id_number.reveal(): person.account_id for person in people}
    return found | {person.phone: person.account_id for person in people if person.phone}


def read_by(
    books: Library, names: Iterable[str], seen: Callable[[str, str, bool], bool]
) -> dict[str, set[str]]:
    """Path → who reads an ID number or a phone there though `seen(name, path, own)` says no."""
    secrets = secrets_of_everybody()
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        role = books.readers[name].role
        for path, said in books.everything(name):
            for secret, account in secrets.items():
                own = role is not None and role.account_id == account
                if secret.encode() in said and not seen(name, path, own):
                    found[path].add(name)
    return dict(found)


OWN_FORM = re.compile(r"/my/applications/\d+/form1\.pdf")


def _expected(name: str, path: str, own: bool) -> bool:
    """The official sheets for their offices; one's own certificate and one's own form 1, which is handed in on paper."""
    if own and (path.startswith("/certificates/") or OWN_FORM.fullmatch(path)):
        return True
    return name in OFFICIAL.get(path.rsplit("/", 1)[-1], set())


WIDE = (
    "centre",
    "province",
    "institution",
    "coordinator",
    "certificate_officer",
    "instructor 1",
    "trainee 1",
)


@pytest.mark.parametrize("readers", short_and_full(WIDE, ()))
def test_full_id_numbers_and_phones_stand_in_the_official_sheets_only(
    closed: ClassAt, signed_in: SignedIn, readers: tuple[str, ...]
) -> None:
    books = library(closed, signed_in)
    assert read_by(books, readers or books.readers, _expected) == {}
    here = read_by(books, ["certificate_officer"], lambda *_: False)
    assert {path.rsplit("/", 1)[-1] for path in here} == set(OFFICIAL), "the search finds what is there"


def test_a_mask_that_shows_everything_is_found_out(
    closed: ClassAt, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(IdNumber, "__str__", IdNumber.reveal)
    books = library(closed, signed_in)
    assert read_by(books, ["institution"], _expected)
