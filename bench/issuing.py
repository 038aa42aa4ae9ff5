"""Certificates issued class by class through the product's act."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from bench.books import Kept
from bench.copies import Copies
from bench.issued import bare, classes, issue, officer_of
from bench.measure import Row, at_least, in_turns, seconds
from bench.processes import OwnPeak
from gongxue.certificates import actions
from gongxue.certificates.models import Certificate
from gongxue.foundation import clock
from gongxue.stage1_planning.models import TrainingClass

CERTIFICATES = 1000


def issue_certificates(scale: float) -> Row:
    """Certificates per second, against bare rows of the same certificates in as many transactions."""
    origins = [(tc, issue(tc)) for tc in classes()]
    a_round = sum(len(certificates) for _, certificates in origins)
    rounds = -(-at_least(CERTIFICATES * scale) // a_round)
    copies = [(Copies(tc, rounds), certificates) for tc, certificates in origins]
    kept = Kept()
    memory: list[float] = []

    def issued() -> float:
        kept.again()
        everywhere = TrainingClass.objects.unscoped("measured").in_bulk(
            [copy.class_id(n) for copy, _ in copies for n in range(rounds)]
        )
        acts = [(tc, officer_of(tc), clock.now()) for tc in everywhere.values()]
        peak = OwnPeak()
        took = seconds(
            lambda: [actions.issue_certificates(training_class=tc, by=by, now=now) for tc, by, now in acts]
        )
        memory.append(peak.mb)
        return rounds * a_round / took

    def written() -> float:
        kept.again()
        classes = [rows for copy, certificates in copies for rows in bare(certificates, copy)]
        return rounds * a_round / seconds(lambda: _write(classes))

    figure, baseline = in_turns(issued, written)
    more = {
        "certificates": rounds * a_round,
        "classes": rounds * len(copies),
        "seconds": rounds * a_round / figure,
    }
    return Row(figure, "certificates/s", baseline, "同样多的证书空行直接写入", max(memory), more)


def _write(classes: Iterable[list[Certificate]]) -> None:
    for rows in classes:
        with transaction.atomic():
            Certificate.objects.bulk_create(rows)
