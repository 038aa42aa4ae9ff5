"""The job that sends e-mail: every minute, and at once when somebody waits for a code."""

from __future__ import annotations

from django.conf import settings
from django_tasks import task

from gongxue.exchange.outbox import send_due
from gongxue.foundation import clock


@task()
def send_mail() -> dict[str, int]:
    """Try what is due; returns how many letters are in which state now. Without a mail server nothing is tried."""
    return send_due(clock.now()) if settings.EMAIL_HOST else {}
