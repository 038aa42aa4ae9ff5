"""Certificates in any number: by the product's own act, and as bare rows."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import count

from bench.books import ANY, READY
from bench.copies import APART, Copies
from gongxue.certificates import actions
from gongxue.certificates.models import Certificate
from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass


def classes() -> list[TrainingClass]:
    """The classes whose certificates can be issued."""
    rows = TrainingClass.objects.unscoped(ANY).filter(institution__code__in=READY)
    return list(rows.select_related("institution").order_by("pk"))


def officer_of(training_class: TrainingClass) -> Role:
    """Who issues its certificates."""
    held = Role.objects.filter(organisation=training_class.institution_id, duty=Duty.CERTIFICATE_OFFICER)
    return held.select_related("account", "organisation")[0]


def issue(training_class: TrainingClass) -> list[Certificate]:
    """The act."""
    return actions.issue_certificates(
        training_class=training_class, by=officer_of(training_class), now=clock.now()
    )


def bare(certificates: Sequence[Certificate], copies: Copies) -> Iterator[list[Certificate]]:
    """The same certificates as unsaved rows for every copy of their class, with numbers and codes of their own."""
    numbers = count(1)
    for n in range(copies.number):
        yield [_bare(one, n, next(numbers)) for one in certificates]


def _bare(certificate: Certificate, n: int, number: int) -> Certificate:
    row = copy(certificate)
    row._state = type(certificate._state)()
    row.pk, row.number, row.token = None, f"{certificate.number[:5]}{number:010d}", secrets.token_hex(16)
    row.training_class_id = certificate.training_class_id + APART * (n + 1)
    row.attendee_id = certificate.attendee_id + APART * (n + 1)
    return row
