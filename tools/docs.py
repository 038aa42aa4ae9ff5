"""Writes the documents that are generated from the code (`make docs`); with `--check` it only compares.

    docs/permissions.md   who may do what
    docs/lifecycle.md     the states of every thing and the acts between them
    docs/deadlines.md     every deadline of a class, worked out for an example
    docs/readings.md      what the texts leave open, how it is read, and where the code applies it
    docs/settings.md      every option of the environment

Exit code of `--check`: 1 with the list of stale files. Django is not set up for it.
"""

from __future__ import annotations

import ast
import csv
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gongxue.regulations.breaches import cite  # noqa: E402
from gongxue.regulations.calendar import Due, deadlines_of_class, half_year_of, said, summary_due  # noqa: E402
from gongxue.regulations.deadline_table import RULES, DeadlineRule  # noqa: E402
from gongxue.regulations.deadlines import Stop, reckon, review_due  # noqa: E402
from gongxue.regulations.editions import Edition, edition_on  # noqa: E402
from gongxue.regulations.levels import Level  # noqa: E402
from gongxue.regulations.lifecycle import MOVES, THINGS, Move, Thing  # noqa: E402
from gongxue.regulations.roles import ANY_SIGNED_IN, Duty, OrganisationKind, Permission, holders  # noqa: E402

DOCS = ROOT / "docs"
PACKAGE = ROOT / "gongxue"
READINGS = PACKAGE / "regulations" / "reference" / "readings.csv"
NOTE = "<!-- Written by `make docs`. Change the code, not this page. -->"

# The worked example: a 三级 class of seven consecutive days.
FIRST_DAY, LAST_DAY = date(2023, 6, 12), date(2023, 6, 18)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def page(title: str, *blocks: str) -> str:
    """A whole document."""
    return "\n\n".join([f"# {title}", NOTE, *blocks]) + "\n"


# permissions


def permissions() -> str:
    """docs/permissions.md."""
    duties = table(
        ["Duty", "Code", "What it is for", "Held in"],
        ([d.title, f"`{d}`", d.spec.says, held_in(d)] for d in Duty),
    )
    matrix = table(
        ["Permission", "Code", *(d.title for d in Duty)],
        (
            [p.title, f"`{p}`", *("●" if p in d.spec.permissions else "" for d in Duty)]
            for p in Permission
            if holders(p)
        ),
    )
    every = "、".join(f"{p.title} `{p}`" for p in Permission if p in ANY_SIGNED_IN)
    public = "、".join(f"{p.title} `{p}`" for p in Permission if not holders(p) and p not in ANY_SIGNED_IN)
    return page(
        "Permissions 权限",
        "A role is an account with a duty in an organisation. The code of a permission is also its trail code, "
        "URL name and API operation. On which rows a role acts is a matter of scope, not of this table.",
        "## Duties 岗位",
        duties,
        "## Who may do what",
        matrix,
        f"Every signed-in account: {every}.",
        f"The public: {public}.",
    )


def held_in(duty: Duty) -> str:
    """部指导中心、省级管理部门 …"""
    return "、".join(kind.title for kind in OrganisationKind if kind in duty.spec.held_in)


# lifecycle


def lifecycle() -> str:
    """docs/lifecycle.md."""
    return page(
        "Lifecycle 状态与流转",
        "Every thing begins in its first state. An act is possible only from the states named here; an act that "
        "names the version seen is refused when the thing has changed meanwhile.",
        *(thing_section(thing) for thing in THINGS.values()),
    )


def thing_section(thing: Thing) -> str:
    """Heading, diagram and table of one thing."""
    moves = [move for move in MOVES if move.thing == thing.name]
    rows = (
        [
            f"{move.permission.title} `{move.permission}`",
            "、".join(state.title for state in move.sources),
            move.target.title,
            "、".join(duty.title for duty in holders(move.permission)),
            demands(move),
            cite(move.article),
        ]
        for move in moves
    )
    head = ["Act", "From", "To", "By", "Asks for", "Article"]
    return "\n\n".join([f"## {thing.title} `{thing.name}`", diagram(thing, moves), table(head, rows)])


def demands(move: Move) -> str:
    """What an act asks for besides the permission."""
    wanted = [(move.reason, "a reason"), (move.seen, "the version seen")]
    return ", ".join(words for asked, words in wanted if asked)


def diagram(thing: Thing, moves: Iterable[Move]) -> str:
    """The moves as a mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.title}" as {state.value}' for state in thing.states]
    lines.append(f"    [*] --> {next(iter(thing.states)).value}")
    for move in moves:
        lines += [f"    {s.value} --> {move.target.value}: {move.permission.title}" for s in move.sources]
    return "\n".join([*lines, "```"])


# deadlines


def deadlines() -> str:
    """docs/deadlines.md."""
    edition = edition_on(FIRST_DAY)
    dues = (*deadlines_of_class(FIRST_DAY, LAST_DAY, edition), summary_due(FIRST_DAY.year, edition))
    head = ["Deadline", "Last day in time", "Derivation", "Article", "Afterwards"]
    return page(
        "Deadlines 期限",
        f"The example: a {Level.THREE.title} class from {said(FIRST_DAY)} to {said(LAST_DAY)}, "
        f"under {edition.title} (`{edition.code}`). It is reported in the round of "
        f"{half_year_of(FIRST_DAY).title}, the half-year of its first day ({cite('TR 7')}).",
        table(head, (due_row(due) for due in dues)),
        "Days are calendar days in Asia/Shanghai, and the last day itself is in time (AMB-01). "
        "A deadline that is not refused afterwards is accepted late, marked 逾期 and counted.",
        "## Every deadline",
        "Whose it is, from which day it counts, whether the clock stands while the file is back for correction, who is "
        "reminded when (days from the due day; the office above from the last one on), and what slips if it slips. "
        "*ours*: no rule of the texts, a parameter of the edition.",
        table(
            [
                "Deadline",
                "Of",
                "Owed by",
                "Counts from",
                "Article",
                "Afterwards",
                "Clock",
                "Extension",
                "Reminders",
                "What slips",
            ],
            (rule_row(rule, edition) for rule in RULES.values()),
        ),
        "## A stopped clock",
        f"A programme is handed in on {said(HANDED_IN)}, returned on {said(BACK.since)} and handed in again on "
        f"{said(BACK.until or BACK.since)}: "
        + reckon(review_due(HANDED_IN, edition), BACK.until or BACK.since, [BACK]).due.derivation
        + "。",
    )


HANDED_IN, BACK = date(2023, 5, 10), Stop(date(2023, 5, 12), date(2023, 5, 16))


def rule_row(rule: DeadlineRule, edition: Edition) -> list[str]:
    """One row of the table of every deadline."""
    length = getattr(edition, rule.days) if rule.days else None
    days = f" {length} 天" if isinstance(length, int) else ""
    steps = "、".join(f"{step:+d}" if step else "0" for step in rule.steps)
    above = f"；+{rule.above} 上级" if rule.above is not None else ""
    return [
        f"{rule.title} `{rule.key}`",
        rule.of,
        rule.owner.title,
        f"{rule.anchor}{days}{' *ours*' if rule.ours else ''}",
        cite(rule.article),
        "refused" if rule.refuses else "accepted, marked 逾期",
        rule.stops_why,
        "可准予延期" if rule.grantable else "—",
        steps + above,
        rule.slips,
    ]


def due_row(due: Due) -> list[str]:
    """One row of the table."""
    after = "refused" if due.refuses else "accepted, marked 逾期"
    return [f"{due.title} `{due.key}`", said(due.on), due.derivation, cite(due.article), after]


# readings


@dataclass(frozen=True)
class Mark:
    """One `reading: AMB-nn` in the code: which reading, where, and the sentence beside it."""

    reading: str
    file: str
    place: str
    sentence: str


MARK = re.compile(r"#? *\breading: (AMB-\d\d)\b\.?")


def readings() -> str:
    """docs/readings.md. ValueError when the code names a reading that is not in the table."""
    with READINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    marks = [mark for path in sorted(PACKAGE.rglob("*.py")) for mark in marks_in(path)]
    unknown = {mark.reading for mark in marks} - {row["id"] for row in rows}
    if unknown:
        raise ValueError(f"readings that {READINGS.name} does not know: {', '.join(sorted(unknown))}")
    applied = {mark.reading for mark in marks}
    return page(
        "Readings 条文理解",
        f"The texts leave {len(rows)} points open or contradict themselves. This is how the platform reads them; "
        f"each reading is one marked constant or function, so that it can be changed in one place. "
        f"{len(applied)} are applied in code, the others wait for a later stage or need no code.",
        *(reading_section(row, [mark for mark in marks if mark.reading == row["id"]]) for row in rows),
    )


def reading_section(row: dict[str, str], marks: list[Mark]) -> str:
    """Question, reading and places of one row."""
    places = [
        f"- `{mark.file}`{f' `{mark.place}`' if mark.place else ''}{f': {mark.sentence}' if mark.sentence else ''}"
        for mark in dict.fromkeys(marks)
    ]
    return "\n\n".join(
        [
            f"## {row['id']} ({row['where']})",
            f"{row['problem']}",
            f"**Reading.** {row['reading']}",
            "\n".join(["Applied in:", "", *places]) if places else "Applied in: later stage.",
        ]
    )


def marks_in(path: Path) -> Iterator[Mark]:
    """Every mark of a file, from its comments and docstrings."""
    source = path.read_text(encoding="utf-8")
    if "reading: AMB" not in source:
        return
    places = places_in(ast.parse(source))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in (tokenize.COMMENT, tokenize.STRING):
            continue
        for line, paragraph in paragraphs(token):
            for reading, sentence in sentences(paragraph):
                yield Mark(reading, path.relative_to(ROOT).as_posix(), place_of(line, places), sentence)


def paragraphs(token: tokenize.TokenInfo) -> Iterator[tuple[int, str]]:
    """First line and text of each paragraph of a comment or docstring."""
    first, block = token.start[0], []
    for number, text in enumerate([*token.string.splitlines(), ""], token.start[0]):
        line = text.strip().strip('"').strip()
        if line:
            block.append(line)
        elif block:
            yield first, "\n".join(block)
            block = []
        if not block:
            first = number + 1


def sentences(paragraph: str) -> Iterator[tuple[str, str]]:
    """Each reading of a paragraph with its sentence: behind the mark, else before it."""
    before = 0
    found = list(MARK.finditer(paragraph))
    ends = [mark.start() for mark in found[1:]] + [len(paragraph)]
    for mark, until in zip(found, ends, strict=False):
        behind, ahead = paragraph[mark.end() : until], paragraph[before : mark.start()]
        starts_line = paragraph[: mark.start()].rpartition("\n")[2].strip("# ") == ""
        yield mark[1], tidy(behind if starts_line else ahead)
        before = mark.end()


def tidy(text: str) -> str:
    """One line, without comment signs."""
    return " ".join(text.replace("\n", " ").strip(" #").split())


Place = tuple[int, int, str]


def places_in(module: ast.Module) -> list[Place]:
    """First line, last line and dotted name of every class, function and constant outside functions."""
    found: list[Place] = []

    def visit(body: Iterable[ast.stmt], prefix: str) -> None:
        for node in body:
            for name in names_of(node):
                found.append((node.lineno, node.end_lineno or node.lineno, prefix + name))
                if isinstance(node, ast.ClassDef):
                    visit(node.body, f"{prefix}{name}.")

    visit(module.body, "")
    return found


def names_of(node: ast.stmt) -> list[str]:
    """The names that a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    return [target.id for target in targets if isinstance(target, ast.Name)]


def place_of(line: int, places: list[Place]) -> str:
    """The innermost name around a line; empty for the module itself."""
    around = [place for place in places if place[0] <= line <= place[1]]
    return min(around, key=lambda place: place[1] - place[0])[2] if around else ""


def settings() -> str:
    """Every option of the environment with its default and its meaning."""
    import gongxue.foundation.settings  # noqa: F401 — reading it registers the options
    from gongxue.foundation.options import OPTIONS

    rows = [
        f"| `{option.name}` | `{option.default}` | {option.meaning} |"
        if option.default
        else f"| `{option.name}` | | {option.meaning} |"
        for option in sorted(OPTIONS.values(), key=lambda o: o.name)
    ]
    head = (
        "# Settings",
        "Options are read from the environment. `NAME_FILE` names a file to read an option from, for secrets. A value"
        " that an option cannot have stops the start.",
    )
    return (
        "\n\n".join([*head, NOTE, "\n".join(["| option | default | meaning |", "|---|---|---|", *rows])])
        + "\n"
    )


PAGES: dict[str, Callable[[], str]] = {
    "permissions.md": permissions,
    "lifecycle.md": lifecycle,
    "deadlines.md": deadlines,
    "readings.md": readings,
    "settings.md": settings,
}


def stale() -> list[str]:
    """The pages whose file differs from what would be written now."""
    found = []
    for name, write in PAGES.items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != write():
            found.append(f"docs/{name}")
    return found


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check compare them."""
    old = stale()
    if arguments == ["--check"]:
        for name in old:
            print(f"stale: {name} (make docs)")
        return 1 if old else 0
    DOCS.mkdir(exist_ok=True)
    for name in old:
        path = ROOT / name
        path.write_text(PAGES[path.name](), encoding="utf-8")
        print(f"written: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
