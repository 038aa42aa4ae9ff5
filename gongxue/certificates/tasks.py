"""Work of the certificates outside a request."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django_tasks import task

from gongxue.certificates import kept_checks
from gongxue.certificates.documents import document_of
from gongxue.certificates.log import Prover, seal
from gongxue.certificates.models import Certificate, IssuedDocument, SerialNumberRow
from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import advance, periodic


@task()
def prepare_documents(class_id: int) -> int:
    """Seal what was issued, then make the documents of a class that do not exist yet; returns how many.

    Nobody waits for theirs. Can be run again at any point: what exists is left alone. Void ones get none.
    """
    rows = Certificate.objects.unscoped("the documents of a whole class").filter(
        training_class_id=class_id, serials__state=SerialNumberRow.State.ISSUED
    )
    kept = IssuedDocument.objects.unscoped("the documents of a whole class").filter(
        certificate=OuterRef("pk"), serial=OuterRef("serials__serial")
    )
    rows = rows.filter(~Exists(kept))
    now = clock.now()
    seal(now)
    waiting = list(rows.select_related("institution", "person__account").order_by("number"))
    prover = Prover()
    for done, certificate in enumerate(waiting, 1):
        document_of(certificate, now, prover)
        advance(done, len(waiting))
    return len(waiting)


@periodic("certificates.seal", 300)
@task()
def seal_log() -> int:
    """Seal what no document has asked for yet: voids, revocations; returns how many leaves were added."""
    return seal(clock.now())


@task()
def run_check(workbook: int, by: Role) -> dict[str, int]:
    """The job of a large check."""
    return kept_checks.answer(workbook, by)


@periodic("certificates.forget_checks", 600)
@task()
def forget_checks() -> int:
    """Drop checked workbooks that nobody fetched; returns how many."""
    return kept_checks.forget_old(clock.now())
