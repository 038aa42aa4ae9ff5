"""Work of the certificates outside a request."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django_tasks import task

from gongxue.certificates.documents import document_of
from gongxue.certificates.models import Certificate, IssuedDocument, SerialNumberRow
from gongxue.foundation import clock


@task()
def prepare_documents(class_id: int) -> int:
    """Make the documents of a class that do not exist yet, so that nobody waits for theirs; returns how many.

    Can be run again at any point: what exists is left alone. Void ones get none.
    """
    rows = Certificate.objects.unscoped("the documents of a whole class").filter(
        training_class_id=class_id, serials__state=SerialNumberRow.State.ISSUED
    )
    kept = IssuedDocument.objects.unscoped("the documents of a whole class").filter(
        certificate=OuterRef("pk"), serial=OuterRef("serials__serial")
    )
    rows = rows.filter(~Exists(kept))
    made = 0
    for certificate in rows.select_related("institution", "person__account").order_by("number"):
        document_of(certificate, clock.now())
        made += 1
    return made
