"""The whole job of electronic certificates, as the workers of a server do it: sealed, set, proved, signed, stored.

Two worker processes, one per core. The same two processes set the same pages with nothing else around it: what the
typesetter alone costs. WeasyPrint and ReportLab make the same page where they are installed (bench/rivals.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from statistics import median
from typing import Any

from bench.books import ANY
from bench.copies import APART, Copies
from bench.issued import classes, officer_of
from bench.measure import Row, at_least, seconds
from bench.workers import alone, begin, made_in, rival, warm
from gongxue.certificates import actions
from gongxue.foundation import clock
from gongxue.stage1_planning.models import TrainingClass

WORKERS = 2
PER_SERIES = 900  # certificates of one month; a series ends at 999
MISSING = "没有安装"


def certificates_1000(scale: float) -> Row:
    """A thousand signed certificates."""
    return _row(at_least(1000 * scale, 2))


def certificates_10000(scale: float) -> Row:
    """Ten thousand."""
    return _row(at_least(10_000 * scale, 2))


def _row(wanted: int) -> Row:
    keys = _issued(wanted)
    from django.db import connections

    connections.close_all()
    shares = [keys[n::WORKERS] for n in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, get_context("spawn"), begin) as pool:
        list(pool.map(warm, [keys[0]] * WORKERS * 4))
        before = _alone(pool, keys)
        results: list[tuple[int, float]] = []
        took = seconds(lambda: results.extend(pool.map(made_in, shares)))
        baseline = (before + _alone(pool, keys)) / 2
        rivals = _rivals(pool, keys)
    made = sum(number for number, _ in results)
    peaks = [memory for _, memory in results]
    more: dict[str, Any] = {
        "documents": made, "seconds": took, "worker_mb": max(peaks), "workers": WORKERS, **rivals,
    }  # fmt: skip
    return Row(made / took, "documents/s", baseline, "同样的进程只排版同样的页面", sum(peaks), more)


# The books ---------------------------------------------------------------------------------------------------------


def _issued(wanted: int) -> list[int]:
    """Classes with certificates that have no documents yet: their keys, about `wanted` certificates in all."""
    origins = classes()
    each = -(-wanted // len(origins))
    keys = []
    for origin in origins:
        seats = origin.headcount
        number = -(-each // seats)
        copies = Copies(origin, number)
        for n in range(number):
            _move(copies.class_id(n), n * seats // PER_SERIES)
            tc = TrainingClass.objects.unscoped(ANY).get(pk=copies.class_id(n))
            actions.issue_certificates(training_class=tc, by=officer_of(tc), now=clock.now())
            keys.append(tc.pk)
    return keys


def _move(key: int, months: int) -> None:
    """To an earlier month: its certificates are numbered in a series of their own."""
    row = TrainingClass.objects.unscoped(ANY).get(pk=key)
    first = row.first_day - timedelta(days=31 * months)
    TrainingClass.objects.unscoped(ANY).filter(pk=key).update(first_day=first)
    assert key >= APART


# Beside it ---------------------------------------------------------------------------------------------------------


def _alone(pool: ProcessPoolExecutor, keys: Sequence[int]) -> float:
    """Pages per second that the typesetter sets in all workers together."""
    return sum(pool.map(alone, [keys[n::WORKERS] or keys for n in range(WORKERS)]))


def _rivals(pool: ProcessPoolExecutor, keys: Sequence[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("weasyprint", "reportlab"):
        rates = list(pool.map(rival, [(name, keys)] * WORKERS))
        known = [rate for rate in rates if rate is not None]
        found[f"{name}_per_s"] = median(known) * WORKERS if known else MISSING
    return found
