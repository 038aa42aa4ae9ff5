"""Restoring: all or nothing, and no number that was used is ever used again (row 14 of the promises)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from gongxue.certificates.actions import issue_certificates, receive_stock
from gongxue.certificates.models import Certificate, LedgerEntry, SerialNumberRow
from gongxue.commands.check_books import all_checks, differences
from gongxue.foundation import keys
from gongxue.foundation.backup import restore as restoring
from gongxue.foundation.backup.engines import occupied, row_counts
from gongxue.foundation.backup.restore import NeedsTwoPeople, RestoreRefused, restore
from gongxue.foundation.backup.snapshot import take
from gongxue.foundation.databases import migrations_pending
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.store import put, read
from gongxue.foundation.identity.models import Account
from gongxue.foundation.trail.models import Event
from gongxue.foundation.trail.record import record
from gongxue.foundation.trail.sealing import seal
from gongxue.foundation.trail.triggers import missing_triggers
from gongxue.foundation.trail.verification import verify
from gongxue.foundation.trail.witnesses import Witness, compare, read_witness, witness_file
from gongxue.parties.models import Person
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import PASSWORD, ClassAt, FreshDatabase, Plan
from tests.prepared import Clone

ANY = "tests look at all rows"
TWO = ["王一", "李二"]


def disagreements() -> list[str]:
    return [line for check in all_checks(every_file=True) for line in differences(check)]


def all_numbers() -> tuple[set[str], set[str]]:
    """Certificate numbers, and serials that left the stock, in the books at hand."""
    serials = SerialNumberRow.objects.unscoped(ANY).exclude(state="received")
    numbers = Certificate.objects.unscoped(ANY).values_list("number", flat=True)
    return set(numbers), set(serials.values_list("serial", flat=True))


@pytest.mark.postgresql
def test_a_restored_machine_is_the_one_that_was_backed_up(
    fresh_database: FreshDatabase, bare_machine: Clone, tmp_path: Path
) -> None:
    c = fresh_database.class_at("closed")
    put([b"sealed document"], name="scan.pdf", media_type="application/pdf", now=c.now, sealed=True)
    backup = take(tmp_path, c.now).path
    counts = row_counts("default")
    with bare_machine:
        done = restore(backup, witness=None, confirmed_by=(), now=c.now)
        assert row_counts("default") == counts
        assert done.sealed == verify().sealed == counts["trail_event"]
        assert disagreements() == []
        assert missing_triggers() == set()
        assert not migrations_pending()
        assert Session.objects.count() == 0
        assert read(StoredFile.objects.get()) == b"sealed document"
        person = Person.objects.unscoped(ANY).select_related("account").order_by("pk")[0]
        assert len(person.id_number.reveal()) == 18
        client = Client()
        sign_in = {"username": person.account.sign_in_name, "password": PASSWORD}
        assert client.post("/sign-in/", sign_in)["Location"] == "/desk/"
        assert client.get("/desk/").status_code == 200
        record(Permission.RUN_DAILY, by=c.people.system, now=c.now, about=c.tc)
        assert seal(c.now) == 1


@pytest.fixture
def disaster(
    fresh_database: FreshDatabase, tmp_path: Path
) -> tuple[Path, Witness, ClassAt, set[str], set[str]]:
    """A backup; afterwards serials of the stock and new ones were used by two institutions; the witness knows."""
    _, later, elsewhere = fresh_database.classes_at(
        Plan("issued"), Plan("confirmed", category="信息类"), Plan("confirmed", "017", "1", "信息类")
    )
    receive_stock(quantity=2, by=later.certificate_officer, now=later.now)
    backup = take(tmp_path, later.now).path
    for c in (later, elsewhere):
        issue_certificates(training_class=c.tc, by=c.certificate_officer, now=c.now)
    seal(later.now)
    numbers, serials = all_numbers()
    return backup, read_witness(witness_file()), later, numbers, serials


Disaster = tuple[Path, Witness, ClassAt, set[str], set[str]]


@pytest.mark.postgresql
def test_no_number_is_used_again_after_an_older_backup_was_restored(
    disaster: Disaster, blank_machine: Clone
) -> None:
    backup, witness, later, numbers, serials = disaster
    with blank_machine:
        done = restore(backup, witness=witness, confirmed_by=TWO, now=later.now)
        assert done.loss is not None
        issued = []
        for tc in TrainingClass.objects.unscoped(ANY).filter(category="03").select_related("institution"):
            officer = (
                later.certificate_officer
                if tc.institution.code == "009"
                else later.people.changzhou.certificate_officer
            )
            issued += issue_certificates(training_class=tc, by=officer, now=later.now)
        again = {row.number for row in issued}
        rows = SerialNumberRow.objects.unscoped(ANY).filter(certificate__in=issued)
        assert len(again) == 8
        assert not again & numbers
        assert not set(rows.values_list("serial", flat=True)) & serials
        seal(later.now)
        assert disagreements() == []


def refusal(backup: Path, witness: Witness, names: list[str], later: ClassAt) -> NeedsTwoPeople:
    with pytest.raises(NeedsTwoPeople) as refused:
        restore(backup, witness=witness, confirmed_by=names, now=later.now)
    return refused.value


def test_what_is_lost_is_listed_by_name_and_needs_two_different_people(
    disaster: Disaster, blank_machine: Clone
) -> None:
    backup, witness, later, _, _ = disaster
    with blank_machine:
        for names in ([], ["王一"], ["王一", " "]):
            refusal(backup, witness, names, later)
            assert not occupied(), "nothing is opened without them"
        error = refusal(backup, witness, ["王一", "王一"], later)
        assert error.loss.entries == f"第 {witness.size - 1} 至 {witness.size} 号留痕"
        assert error.named == [
            *[f"证书编号 13009202306300{n}" for n in (5, 6, 7, 8)],
            *[f"证书编号 32017202306100{n}" for n in (1, 2, 3, 4)],
            *[f"序列号 130090000{n}" for n in (7, 8)],
            *[f"序列号 320170000{n}" for n in (1, 2, 3, 4)],
            *[f"序列号 130090000{n}" for n in (5, 6)],
        ]


def test_what_is_lost_stands_in_stock_ledger_and_trail(disaster: Disaster, blank_machine: Clone) -> None:
    backup, witness, later, _, _ = disaster
    with blank_machine:
        done = restore(backup, witness=witness, confirmed_by=["李二", "王一", "王一"], now=later.now)
        lost = SerialNumberRow.objects.unscoped(ANY).filter(state="lost").order_by("serial")
        entries = LedgerEntry.objects.unscoped(ANY).filter(kind="lost").order_by("first_serial")
        assert list(lost.values_list("serial", flat=True)) == list(
            entries.values_list("first_serial", flat=True)
        )
        assert lost.count() == 8
        epoch = Event.objects.unscoped(ANY).get(code="platform.restore")
        assert epoch.changes["confirmed_by"] == [None, ["李二", "王一"]]
        assert epoch.changes["sealed"] == [witness.size, done.sealed]
        assert epoch.changes["numbers"][1]["certificates"]["130092023063"] == [4, 8]
        assert verify().sealed == done.sealed + 1
        assert compare(witness).agrees is None, "the old witness still knows more"


@pytest.mark.postgresql
def test_a_witness_that_knows_no_more_needs_nobody(
    fresh_database: FreshDatabase, blank_machine: Clone, tmp_path: Path
) -> None:
    c = fresh_database.class_at("issued")
    seal(c.now)
    witness = read_witness(witness_file())
    c.drive_to("closed")
    backup = take(tmp_path, c.now).path
    with blank_machine:
        done = restore(backup, witness=witness, confirmed_by=(), now=c.now)
        assert done.loss is None
        assert done.compared == f"前 {witness.size} 号留痕与见证文件一致。"
        assert not Event.objects.unscoped(ANY).filter(code="platform.restore").exists()


def test_a_witness_of_another_history_refuses_the_backup(
    fresh_database: FreshDatabase, blank_machine: Clone, tmp_path: Path
) -> None:
    c = fresh_database.class_at("issued")
    backup = take(tmp_path, c.now).path
    with blank_machine:
        with pytest.raises(RestoreRefused, match="与见证文件不一致"):
            restore(backup, witness=Witness(10, bytes(32), None), confirmed_by=TWO, now=c.now)
        assert not occupied()


@pytest.mark.postgresql
def test_a_database_that_is_there_is_never_touched(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    c = fresh_database.class_at("planned")
    backup = take(tmp_path, c.now).path
    counts = row_counts("default")
    with pytest.raises(RestoreRefused, match="恢复只写入空的位置"):
        restore(backup, witness=None, confirmed_by=(), now=c.now)
    assert row_counts("default") == counts


def test_missing_keys_are_named_and_nothing_is_written(
    fresh_database: FreshDatabase, blank_machine: Clone, tmp_path: Path, other_keys: Path
) -> None:
    keys.create_keys(other_keys)
    backup = take(tmp_path, fresh_database.class_at("planned").now).path
    (other_keys / "master.key").unlink()
    with blank_machine, pytest.raises(RestoreRefused, match=r"缺少 master\.key。备份不含密钥"):
        restore(backup, witness=None, confirmed_by=(), now=None)  # type: ignore[arg-type]


def test_other_keys_are_told_from_the_right_ones(
    fresh_database: FreshDatabase,
    blank_machine: Clone,
    tmp_path: Path,
    other_keys: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys.create_keys(other_keys)  # so that the backup is taken with other keys than its data are sealed with
    now = fresh_database.class_at("planned").now
    backup = take(tmp_path, now).path
    with blank_machine:
        with pytest.raises(RestoreRefused, match="密钥打不开账号"):
            restore(backup, witness=None, confirmed_by=(), now=now)
        assert not occupied()
        monkeypatch.setattr(
            restoring, "key_check", lambda name: "other" if name == "master.key" else keys.key(name).hex()
        )
        with pytest.raises(RestoreRefused, match=r"master\.key.*不是这份备份所用的密钥"):
            restore(backup, witness=None, confirmed_by=(), now=now)


@pytest.mark.postgresql
def test_a_restore_that_breaks_off_leaves_nothing_behind(
    fresh_database: FreshDatabase, blank_machine: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    c = fresh_database.class_at("planned")
    put([b"a file"], name="a.txt", media_type="text/plain", now=c.now)
    backup = take(tmp_path, c.now).path

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with blank_machine:
        with monkeypatch.context() as patch:
            patch.setattr(restoring, "_put_file", full)
            with pytest.raises(RestoreRefused, match="No space left"):
                restore(backup, witness=None, confirmed_by=(), now=c.now)
        assert not occupied()
        if connection.vendor == "sqlite":
            assert [path.name for path in blank_machine.file.parent.iterdir()] == ["volatile.sqlite3"]
        restore(backup, witness=None, confirmed_by=(), now=c.now)  # and the second try succeeds
        assert Account.objects.exists()
