"""A trainee's portfolio 学习档案: the page, its index as PDF, the archive with all files."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes, serve_path
from gongxue.foundation.pages.act import visible
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage5_delivery import packing
from gongxue.stage5_delivery.models import Attendee, PortfolioPack
from gongxue.stage5_delivery.queries.portfolio import portfolio_of
from gongxue.stage5_delivery.queries.products import packs_visible_to


def _attendee(request: Request, pk: int) -> Attendee:
    """In the role's scope, with everything that the page says of a person."""
    rows = Attendee.objects.scope(request.role)
    found: Attendee | None = (
        rows.filter(pk=pk).select_related("training_class__institution", *packing.ATTENDEE_READ).first()
    )
    if found is None:
        raise Http404
    return found


def portfolio(request: Request, pk: int) -> HttpResponse:
    """Everything of one trainee in one class."""
    role = request.role
    attendee = _attendee(request, pk)
    now = clock.now()
    packs = [pack for pack in packs_visible_to(role, attendee) if pack.until > now]
    shown = {
        "tc": attendee.training_class,
        "attendee": attendee,
        "portfolio": portfolio_of(role, attendee),
        "pack": packs[0] if packs else None,
        "may_pack": role.may(Permission.PACK_PORTFOLIO),
        "own": role.is_(Duty.TRAINEE),
    }
    return render(request, "delivery/portfolio.html", shown)


def portfolio_pdf(request: Request, pk: int) -> HttpResponseBase:
    """The index of a portfolio."""
    attendee = _attendee(request, pk)
    data = packing.index_pdf(portfolio_of(request.role, attendee))
    name = f"学习档案目录-{attendee.application.person.name}.pdf"
    return serve_bytes(data, name=name, media_type="application/pdf")


def _pack(request: Request, pk: int) -> PortfolioPack:
    pack: PortfolioPack = visible(PortfolioPack, pk, request.role)
    _attendee(request, pack.attendee_id)  # they may have been moved out of sight since
    if pack.until < clock.now():
        raise Http404
    return pack


def pack_progress(request: Request, pk: int) -> HttpResponse:
    """How far an archive is."""
    pack = _pack(request, pk)
    job = pack.job
    done, of = (job.done_steps, job.all_steps) if job else (0, 0)
    says = (
        "没有打包成功，请重新打包。" if pack.failed else f"已放入 {done} / {of} MB" if of else "正在等待处理"
    )
    over = pack.made_at is not None or pack.failed
    return JsonResponse({"over": over, "done": done, "of": of, "says": says})


def pack_file(request: Request, pk: int) -> HttpResponseBase:
    """The archive, for whoever asked for it."""
    pack = _pack(request, pk)
    path = packing.pack_path(pack)
    if pack.made_at is None or not path.exists():
        raise Http404
    name = f"学习档案-{pack.attendee.application.person.name}.zip"
    return serve_path(
        request, path, size=pack.size, tag=pack.uid.hex, name=name, media_type="application/zip"
    )
