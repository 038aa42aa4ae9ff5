"""The class begins: everybody who was admitted is told."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.exchange.models import Message
from gongxue.stage5_delivery.notices import begun
from tests.cast import ClassesAtFixture, Plan


def test_everybody_is_told_once_and_a_large_class_takes_no_more_statements(
    classes_at: ClassesAtFixture,
) -> None:
    both = classes_at(Plan("started"), Plan("started", category="信息类", headcount=1))
    Message.objects.unscoped("test").all().delete()
    counts = []
    for c in both:
        attendees = c.attendees
        with CaptureQueriesContext(connection) as queries:
            begun(c.tc, attendees, c.now)
        told = Message.objects.unscoped("test").filter(subject=f"已开班：{c.tc}").values_list("to", flat=True)
        assert sorted(told) == sorted(role.pk for role in c.trainees)
        counts.append((len(attendees), len(queries)))
    assert counts == [(4, 2), (1, 2)]
