"""Groups: by hand, dragged or chosen; or proposed, with their balance before anything is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from gongxue.foundation.access.requests import Request
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.regulations.roles import Permission
from gongxue.stage5_delivery.forms import GROUPS
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendees_of, delivery_of, propose_groups, taught_groups
from gongxue.stage5_delivery.queries.groups import group_names_of, group_rows, self_ratings_of
from gongxue.stage5_delivery.views.frame import frame, office_class

GROUP_OF = 6  # people in a proposed group; ours


def groups(request: Request, pk: int) -> HttpResponse:
    """The groups side by side with their balance, or what `?groups=5` or `?size=6` proposes."""
    tc = office_class(request, pk)
    shown: dict[str, Any] = frame(request, tc, "office.groups")
    delivery = delivery_of(tc)
    if delivery is None:
        return render(request, "delivery/groups.html", shown | {"begun": False})
    people = attendees_of(tc)
    ratings = self_ratings_of(tc)
    taught = taught_groups(tc)
    number = wanted_number(request, len(people))
    placed = propose_groups(people, number, ratings) if number else {a.pk: a.group or 0 for a in people}
    names = group_names_of(tc)
    shown |= {
        "begun": True,
        "people": people,
        "placed": placed,
        "loose": [a for a in people if not placed.get(a.pk)],
        "rows": group_rows(people, ratings, placed, names),
        "names": names,
        "ratings": ratings,
        "numbers": [0, *GROUPS],
        "proposed": bool(number),
        "wanted": number or taught or max(1, min(GROUPS[-1], round(len(people) / GROUP_OF))),
        "grouped": all(a.group for a in people),
        "taught": taught,
        "strays": _strays(people, placed, taught),
        "may_group": delivery.state == DeliveryState.RUNNING and request.role.may(Permission.ASSIGN_GROUPS),
    }
    return render(request, "delivery/groups.html", shown)


def _strays(people: list[Attendee], placed: dict[int, int], taught: int) -> int:
    """How many are in none of the groups that the timetable teaches apart."""
    return sum(not 1 <= placed.get(a.pk, 0) <= taught for a in people) if taught else 0


def wanted_number(request: Request, people: int) -> int:
    """How many groups the address asks for, by number or by size; 0 when it asks for nothing sensible."""
    by_number, by_size = request.GET.get("groups", ""), request.GET.get("size", "")
    if by_number in {str(n) for n in GROUPS}:
        return int(by_number)
    if people and by_size in {str(n) for n in range(2, 31)}:
        return min(GROUPS[-1], max(1, -(-people // int(by_size))))
    return 0
