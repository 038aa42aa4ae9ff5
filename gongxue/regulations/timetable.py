"""The timetable against everything around it: where a rule bites, hours, people and rooms taken elsewhere (TR 9, TR 11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from .breaches import Breach
from .calendar import said
from .editions import Edition
from .levels import Level, modules_of
from .parallel import clashes, group_title, said_of, taken_twice, trainee_periods
from .programme import MOST_PERIODS, FinalMode, Session, SessionKind, long_days, timetable_breaches

PERIOD_MINUTES = 45  # of one 课时; ours: the texts name no length
FINAL_MINUTES = 10  # of one 说课 or 答辩, questions included; ours, for a hint only
_SHOWN = 3  # examples in a sentence

Place = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the class gives its timetable."""

    level: Level
    days: int
    first_day: date
    last_day: date
    headcount: int
    edition: Edition
    groups: int = 1
    notes: Mapping[date, str] = field(default_factory=dict)  # what stands beside a day


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is known of the world around the timetable."""

    minimums: Mapping[str, int] = field(default_factory=dict)  # module → least periods, once they are entered
    team: Collection[int] | None = None  # person ids; None: not to be checked
    names: Mapping[int, str] = field(default_factory=dict)
    taken: Mapping[tuple[int, date], str] = field(default_factory=dict)  # person and day → by what
    rooms: Mapping[tuple[str, date, int], str] = field(
        default_factory=dict
    )  # room and period → by which class
    registered: Collection[
        str
    ] = ()  # rooms of the institution's register: two classes in one of them is an error


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is not kept and the periods where; a hint keeps nobody from submitting."""

    breach: Breach
    places: tuple[Place, ...] = ()
    is_hint: bool = False


def findings(
    rows: Sequence[tuple[Session, str]], frame: Frame, around: Elsewhere, mode: FinalMode
) -> list[Finding]:
    """Everything to be said about a timetable, the errors first. rows: each period with its room, "" when none."""
    sessions = [session for session, _ in rows]
    found = [
        *_standard(sessions, frame),
        *_hours(sessions, frame, around.minimums),
        *_uneven(sessions, frame),
        *_in_two_groups(rows, around),
        *_strangers(sessions, around),
        *_taken(sessions, around),
        *_rooms(rows, around),
        *_capacity(sessions, frame, mode),
    ]
    return sorted(found, key=lambda finding: finding.is_hint)


def _standard(sessions: Sequence[Session], frame: Frame) -> list[Finding]:
    """The rules of the standard, each with the periods that break it, if it is particular periods."""
    found = timetable_breaches(
        sessions,
        frame.level,
        frame.days,
        frame.first_day,
        frame.last_day,
        frame.edition,
        frame.groups,
        frame.notes,
    )
    return [Finding(breach, _where(breach.rule, sessions, frame)) for breach in found]


def _where(rule: str, sessions: Sequence[Session], frame: Frame) -> tuple[Place, ...]:
    if rule == "timetable.dates":
        return _places(s for s in sessions if not frame.first_day <= s.day <= frame.last_day)
    if rule == "timetable.order":
        begins = min((s.day, s.period) for s in sessions if s.kind == SessionKind.PROCESS)
        return _places(s for s in sessions if s.kind == SessionKind.FINAL and (s.day, s.period) < begins)
    if rule == "timetable.twice":
        return tuple(sorted(clashes(((s.day, s.period), s.group) for s in sessions)))
    if rule == "timetable.period":
        return _places(s for s in sessions if not 1 <= s.period <= MOST_PERIODS)
    if rule == "timetable.long_day":
        days = long_days(sessions, frame.groups, frame.edition, frame.notes)
        return _places(s for s in sessions if s.day in days and s.period > frame.edition.periods_a_day)
    return ()


def _places(sessions: Iterable[Session]) -> tuple[Place, ...]:
    return tuple(sorted({(s.day, s.period) for s in sessions}))


def _hours(sessions: Sequence[Session], frame: Frame, minimums: Mapping[str, int]) -> list[Finding]:
    """TR 11.1: no module below the hours of the training standard, as far as the centre has entered them."""
    found = []
    for module in modules_of(frame.level):
        rows, wanted = _of_module(sessions, module.code), minimums.get(module.code, 0)
        planned = trainee_periods((s.group for s in rows), frame.groups)
        short = [n for n in planned.values() if 0 < n < wanted]  # a module that is missing is said already
        if short:
            says = f"“{module.title}”安排了 {said_of(planned)}，培训标准要求不少于 {wanted} 课时。"
            way_out = f"请再安排 {wanted - min(short)} 课时。"
            found.append(Finding(Breach("timetable.hours", "TR 11.1", says, way_out), _places(rows)))
    return found


def _of_module(sessions: Sequence[Session], code: str) -> list[Session]:
    return [s for s in sessions if s.kind == SessionKind.COURSE and s.module == code]


def _uneven(sessions: Sequence[Session], frame: Frame) -> list[Finding]:
    """Groups with unequal periods of one module, or of all: a hint, some classes want it so."""
    counted = [s for s in sessions if s.kind != SessionKind.OTHER]
    named = [(f"“{m.title}”", _of_module(sessions, m.code)) for m in modules_of(frame.level)]
    found = []
    for what, rows in [*named, ("培训课时合计", counted)]:
        planned = trainee_periods((s.group for s in rows), frame.groups)
        if len(set(planned.values())) > 1:
            each = "、".join(f"{group_title(group)} {n} 课时" for group, n in planned.items())
            breach = Breach(
                "timetable.uneven", "TR 11.1", f"{what}各组不同：{each}。", "如非有意，请调整；证书的培训课时按最少的一组计。"
            )  # fmt: skip
            found.append(Finding(breach, _places(s for s in rows if s.group), is_hint=True))
    return found


def _in_two_groups(rows: Sequence[tuple[Session, str]], around: Elsewhere) -> list[Finding]:
    """Groups taught at the same time have different teachers and rooms (TR 11); parallel assessment is a hint."""
    people = taken_twice(((s.day, s.period), s.teacher) for s, _ in rows if s.group)
    rooms = taken_twice(((s.day, s.period), room) for s, room in rows if s.group)
    found = []
    for person, places in people.items():
        says = f"{_whose_name(person, around)}在{_when(places)}同时给两组上课。"
        found.append(
            Finding(
                Breach("timetable.two_groups", "TR 11", says, "请由两名教师分别授课，或错开课时。"),
                tuple(places),
            )
        )
    for room, places in rooms.items():
        breach = Breach(
            "timetable.one_room",
            "TR 9",
            f"“{room}”在{_when(places)}同时安排了两组。",
            "请为各组安排不同的场地。",
        )
        found.append(Finding(breach, tuple(places), is_hint=room not in around.registered))
    assessed = _places(s for s, _ in rows if s.group and s.kind in (SessionKind.PROCESS, SessionKind.FINAL))
    if assessed:
        says = f"{_when(assessed)}的考核分组进行。"
        breach = Breach(
            "timetable.parallel_assessment",
            "TR 12",
            says,
            "每人都由全体授课（考核）骨干教师评分，不宜分组同时进行。",
        )
        found.append(Finding(breach, assessed, is_hint=True))
    return found


def _whose_name(person: object, around: Elsewhere) -> str:
    return around.names.get(person, "授课教师") if isinstance(person, int) else "授课教师"


def _when(places: Sequence[Place]) -> str:
    (day, period), n = min(places), len(places)
    return f"{said(day)}第 {period} 课时{f'等 {n} 个课时' if n > 1 else ''}"


def _strangers(sessions: Sequence[Session], around: Elsewhere) -> list[Finding]:
    """TR 8: who teaches is of this class."""
    if around.team is None:
        return []
    strange = [s for s in sessions if s.teacher is not None and s.teacher not in around.team]
    return [
        Finding(
            Breach(
                "timetable.teacher",
                "TR 8",
                f"{_whose(strange, around.names)}不在本班骨干教师之中。",
                "请从本班骨干教师中选择。",
            ),
            _places(strange),
        )
    ] if strange else []  # fmt: skip


def _whose(sessions: Iterable[Session], names: Mapping[int, str]) -> str:
    ids = dict.fromkeys(s.teacher for s in sessions if s.teacher is not None)
    return "、".join(names.get(person, "授课教师") for person in ids)


def _taken(sessions: Sequence[Session], around: Elsewhere) -> list[Finding]:
    """TR 11: nobody is in two places at once, nationwide; one finding per teacher."""
    busy: dict[int, list[Session]] = defaultdict(list)
    for session in sessions:
        if session.teacher is not None and (session.teacher, session.day) in around.taken:
            busy[session.teacher].append(session)
    found = []
    for person, rows in busy.items():
        days = sorted({s.day for s in rows})
        reasons = dict.fromkeys(around.taken[person, day] for day in days)
        found.append(
            Finding(
                Breach(
                    "timetable.busy",
                    "TR 11",
                    f"{around.names.get(person, '授课教师')}在{_listed([said(day) for day in days])}"
                    f"另有安排（{_listed(list(reasons))}）。",
                    "请改由他人授课，或与培训机构调整日期。",
                ),
                _places(rows),
            )
        )
    return found


def _rooms(rows: Sequence[tuple[Session, str]], around: Elsewhere) -> list[Finding]:
    """Two classes of one institution in one room; only a hint for a place that is not in its register of rooms."""
    clashes: dict[str, list[Session]] = defaultdict(list)
    for session, room in rows:
        if (room, session.day, session.period) in around.rooms:
            clashes[room].append(session)
    found = []
    for room, sessions in clashes.items():
        classes = dict.fromkeys(around.rooms[room, s.day, s.period] for s in sessions)
        found.append(
            Finding(
                Breach(
                    "timetable.room",
                    "TR 9",
                    f"“{room}”有 {len(sessions)} 课时与{_listed(list(classes))}重复。",
                    "请换一处场地，或调整时间。",
                ),
                _places(sessions),
                is_hint=room not in around.registered,
            )
        )
    return found


def _capacity(sessions: Sequence[Session], frame: Frame, mode: FinalMode) -> list[Finding]:
    """Whether everybody can be heard in the planned final assessment: a hint, the texts name no minutes."""
    planned = [s for s in sessions if s.kind == SessionKind.FINAL]
    needed = -(-frame.headcount * FINAL_MINUTES // PERIOD_MINUTES)
    periods = len(_places(planned))  # each examiner hears one at a time, whatever the groups
    if not planned or periods >= needed:
        return []
    return [
        Finding(
            Breach(
                "timetable.final_capacity",
                "TR 12.2",
                f"终结性考核安排了 {periods} 课时；{frame.headcount} 人逐一{mode.title}，"
                f"每人约 {FINAL_MINUTES} 分钟，约需 {needed} 课时。",
                "可增加课时；每人都由全体考核骨干教师评分，不宜分组同时进行。",
            ),
            _places(planned),
            is_hint=True,
        )
    ]


def _listed(words: Sequence[str]) -> str:
    rest = f"等 {len(words)} 项" if len(words) > _SHOWN else ""
    return "、".join(words[:_SHOWN]) + rest
