"""Calendar files (RFC 5545, 5546): whole days in China, or hours of one; the same bytes for the same events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from icalendar import Calendar, Event, vCalAddress, vDate, vText

from gongxue.regulations.calendar import SHANGHAI

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]

PRODUCT = "-//Gongxue//工学//ZH"
MIME = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """Whole days, the last one included. The days are Shanghai days.

    uid: the same for every version of an event, e.g. `class-12@gongxue`. stamp: when this version was made.
    sequence: counts the versions; a calendar only takes a higher one over what it holds.
    """

    uid: str
    title: str
    first_day: date
    last_day: date
    stamp: datetime
    sequence: int = 0
    place: str = ""
    description: str = ""
    url: str = ""
    cancelled: bool = False
    busy: bool = True  # False: shown, but the day stays free (deadlines, lists)
    organiser: str = ""  # e-mail addresses; REQUEST and CANCEL need both (RFC 5546)
    attendee: str = ""
    begins: datetime | None = None  # with `ends`: hours instead of whole days
    ends: datetime | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain JSON, for a message that keeps it."""
        kept = asdict(self)
        return {name: v.isoformat() if isinstance(v, date) else v for name, v in kept.items()}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> CalendarEvent:
        """What `as_data` made; names that are no longer known are left out."""
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in data.items() if name in known}
        kept |= {name: date.fromisoformat(kept[name]) for name in ("first_day", "last_day")}
        hours = {n: datetime.fromisoformat(kept[n]) for n in ("begins", "ends") if kept.get(n)}
        return cls(**kept | hours | {"stamp": datetime.fromisoformat(kept["stamp"])})


def calendar_file(events: Iterable[CalendarEvent], *, name: str, method: Method = "PUBLISH") -> bytes:
    """An .ics file in UTF-8. ValueError: a REQUEST or CANCEL without organiser and attendee (RFC 5546)."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", SHANGHAI.key)
    for event in events:
        if method != "PUBLISH" and not (event.organiser and event.attendee):
            raise ValueError(f"{method} needs an organiser and an attendee (RFC 5546): {event.uid}")
        calendar.add_component(_component(event, method))
    return bytes(calendar.to_ical())


def _component(event: CalendarEvent, method: Method) -> Event:
    row = Event()
    row.add("uid", event.uid)
    row.add("dtstamp", event.stamp)
    row.add("sequence", event.sequence)
    if event.begins and event.ends:  # in UTC: no calendar has to know the time zone
        row.add("dtstart", event.begins.astimezone(UTC))
        row.add("dtend", event.ends.astimezone(UTC))
    else:
        row.add("dtstart", vDate(event.first_day), parameters={"VALUE": "DATE"})
        row.add("dtend", vDate(event.last_day + timedelta(days=1)), parameters={"VALUE": "DATE"})  # exclusive
    row.add("summary", event.title)
    for key, value in (("location", event.place), ("description", event.description), ("url", event.url)):
        if value:
            row.add(key, value)
    row.add("status", "CANCELLED" if event.cancelled or method == "CANCEL" else "CONFIRMED")
    row.add("transp", "OPAQUE" if event.busy else "TRANSPARENT")
    if event.organiser:
        row.add("organizer", vCalAddress(f"mailto:{event.organiser}"))
    if event.attendee:
        row.add("attendee", _attendee(event.attendee))
    return row


def _attendee(address: str) -> vCalAddress:
    """Whoever is told has answered on the platform already: no reply is asked for."""
    found = vCalAddress(f"mailto:{address}")
    found.params["PARTSTAT"] = vText("ACCEPTED")
    found.params["RSVP"] = vText("FALSE")
    return found
