"""The transparency log for those who keep its heads: provinces, institutions, the centre (MG 18.1 监督)."""

from __future__ import annotations

import io

import segno
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe

from gongxue.certificates.log import compare, latest, leaf_lines, log_key
from gongxue.certificates.models import LogCheckpoint
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.trail.checkpoints import BadNote

PAGE = 30
_LONGEST_NOTE = 2000  # characters; a head has two hundred


def certificate_log(request: Request) -> HttpResponse:
    """The newest head with its code for paper, older ones, and whether a head that somebody kept still fits."""
    head = latest()
    note = request.GET.get("note", "").replace("\r\n", "\n")[:_LONGEST_NOTE]
    shown = {
        "head": head,
        "qr": _code(head.note) if head else "",
        "key": log_key(),
        "page": Paginator(LogCheckpoint.objects.scope(request.role).order_by("-size"), PAGE).get_page(
            request.GET.get("page")
        ),
        "note": note,
        "outcome": _outcome(note) if note.strip() else None,
    }
    return render(request, "certificates/log.html", shown)


def _outcome(note: str) -> tuple[str, str]:
    """Tone and sentence about a head that was kept."""
    try:
        fits, size = compare(note if note.endswith("\n") else f"{note}\n")
    except BadNote as bad:
        return "wait", f"不是本日志的校验点：{bad}"
    if fits:
        return "good", f"相符：保存的校验点（{size} 叶）是现在日志的开头，此前的记录没有增删、倒填。"
    return "bad", f"不符：保存的校验点（{size} 叶）与现在的日志对不上。请保留该校验点，立即联系部指导中心。"


def _code(note: str) -> str:
    drawn = io.BytesIO()
    segno.make(note, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=2, scale=4)
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 — drawn here, of squares


def _serve(text: str, name: str) -> HttpResponseBase:
    return serve_bytes(text.encode(), name=name, media_type="text/plain; charset=utf-8")


def checkpoint_file(request: Request) -> HttpResponseBase:
    """The newest head as a file to keep: C2SP tlog-checkpoint."""
    head = latest()
    if head is None:
        return redirect("certificate_log")  # which says that nothing is there yet
    return _serve(head.note, f"证书存证校验点_{head.size}.txt")


def leaves_file(request: Request) -> HttpResponseBase:
    """Every leaf hash of the newest head, a line each: whoever has them computes the root without the platform."""
    head = latest()
    if head is None:
        return redirect("certificate_log")  # which says that nothing is there yet
    return _serve(leaf_lines(head.size), f"证书存证日志_{head.size}.txt")
