"""Guilloche: the fine interlaced lines of security printing, drawn as curves (MG 18.2: 防伪技术).

`ground` is the sheet of every certificate; it is packaged as typst/ground.svg because drawing it takes longer than
setting a page. `rosette_of` is the small rosette of one certificate: its petals come from number and check code, so
that a sheet with an altered number carries the wrong flower; the check page shows the right one.

After a change here the packaged sheet is written anew (a test compares the two):

    gongxue manage shell -v 0 -c "from gongxue.certificates.documents import guilloche as g; print(g.ground(), end='')" \
        > gongxue/certificates/typst/ground.svg
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import cos, pi, sin, tau

Point = tuple[float, float]
Curve = Callable[[float], Point]
Joint = tuple[float, float, float, float]  # a point of a curve and its slope there

GOLD, PALE_GOLD, ROSE, MIST = "#b08a3e", "#dcc68f", "#e3b9a6", "#c3d6cc"
WIDTH, HEIGHT = 29_700, 21_000  # a lying A4 in hundredths of a millimetre
ROSETTE_RADIUS = 100  # of `rosette_of`, in units of its own
ASIDE = 50  # the slope at a point is measured a fiftieth of a piece before and after it


def trace(curve: Curve, begin: float, end: float, pieces: int) -> str:
    """SVG path data of a smooth curve: one cubic per piece, whole units, relative."""
    step = (end - begin) / pieces
    return _path(_joint(curve, begin + i * step, step) for i in range(pieces + 1))


def _joint(curve: Curve, t: float, step: float) -> Joint:
    """A point, and a third of the way along its tangent, for the handles of the cubic."""
    x0, y0 = curve(t - step / ASIDE)
    x1, y1 = curve(t + step / ASIDE)
    return *curve(t), (x1 - x0) * ASIDE / 6, (y1 - y0) * ASIDE / 6


def _path(joints: Iterable[Joint]) -> str:
    following = iter(joints)
    x, y, sx, sy = next(following)
    at_x, at_y = round(x), round(y)
    data = [f"M{at_x} {at_y}c"]
    for x1, y1, sx1, sy1 in following:
        to_x, to_y = round(x1), round(y1)
        data.append(
            f"{round(x + sx) - at_x} {round(y + sy) - at_y} {round(x1 - sx1) - at_x} {round(y1 - sy1) - at_y}"
            f" {to_x - at_x} {to_y - at_y} "
        )
        x, y, sx, sy, at_x, at_y = x1, y1, sx1, sy1, to_x, to_y
    return "".join(data).replace(" -", "-").rstrip()


def _drawn(data: str, colour: str, width: float) -> str:
    return f'<path d="{data}" stroke="{colour}" stroke-width="{width:g}"/>'


def _braid(begin: Point, end: Point, across: float, periods: int, strands: int) -> str:
    """Sine strands from one point to another, each a little out of step with the last."""
    (x0, y0), (x1, y1) = begin, end
    length = abs(x1 - x0) + abs(y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length

    def strand(phase: float) -> Curve:
        def point(t: float) -> Point:
            off = across / 2 * sin(t / length * periods * tau + phase)
            return x0 + ux * t - uy * off, y0 + uy * t + ux * off

        return point

    return "".join(trace(strand(k / strands * tau), 0, length, periods * 3) for k in range(strands))


def _ring(centre: Point, base: float, swing: float, petals: int, phase: float) -> Curve:
    def point(t: float) -> Point:
        r = base + swing * sin(petals * t + phase)
        return centre[0] + r * cos(t), centre[1] + r * sin(t)

    return point


def _lace(centre: Point, inner: float, outer: float, petals: int, rings: int, swing: float) -> str:
    """Rings between two radii in pairs that turn against each other: a lattice of petals."""
    data = []
    for k in range(rings):
        share = k / (rings - 1)
        base = inner + (outer - inner) * share
        wide = swing * (0.35 + 0.65 * sin(pi * share))
        for turn in (1, -1):
            data.append(trace(_ring(centre, base, wide, petals, turn * k * pi / 5), 0, tau, petals * 3))
    return "".join(data)


def _waves(top: float, bottom: float, lines: int, swing: float, step: float) -> str:
    """Waves from side to side inside the frame; each is a little out of step with the one above it."""
    left, right = 1_850.0, WIDTH - 1_850.0

    def wave(y: float, phase: float) -> Curve:
        def point(t: float) -> Point:
            x = (t - left) / (right - left) * tau
            return t, y + swing * (sin(3 * x + phase) + 0.5 * sin(5 * x - 1.7 * phase))

        return point

    ys = [top + (bottom - top) * k / (lines - 1) for k in range(lines)]
    return "".join(trace(wave(y, k * step), left, right, 16) for k, y in enumerate(ys))


def _rectangle(inset: float, colour: str, width: float) -> str:
    across, down = WIDTH - 2 * inset, HEIGHT - 2 * inset
    return (
        f'<rect x="{inset:g}" y="{inset:g}" width="{across:g}" height="{down:g}"'
        f' stroke="{colour}" stroke-width="{width:g}"/>'
    )


def _frame() -> list[str]:
    middle, far, low = 1_270.0, WIDTH - 1_270.0, HEIGHT - 1_270.0
    sides = [
        ((middle, middle), (far, middle), 18),
        ((middle, low), (far, low), 18),
        ((middle, middle), (middle, low), 12),
        ((far, middle), (far, low), 12),
    ]
    drawn = [
        _rectangle(700, GOLD, 62),
        _rectangle(830, GOLD, 14),
        _rectangle(1_710, GOLD, 14),
        _rectangle(1_800, GOLD, 36),
    ]
    for begin, end, periods in sides:
        drawn.append(_drawn(_braid(begin, end, 380, periods * 2, 3), ROSE, 7))
        drawn.append(_drawn(_braid(begin, end, 720, periods, 6), GOLD, 9))
    for x in (middle, far):
        for y in (middle, low):
            drawn.append(
                f'<circle cx="{x:g}" cy="{y:g}" r="800" fill="#fffdf7" stroke="{GOLD}" stroke-width="30"/>'
            )
            drawn.append(f'<circle cx="{x:g}" cy="{y:g}" r="735" stroke="{GOLD}" stroke-width="9"/>')
            drawn.append(_drawn(_lace((x, y), 190, 560, 10, 3, 170), GOLD, 9))
    return drawn


def ground() -> str:
    """The sheet as SVG: frame, corner medallions, waves and the great rosette."""
    centre = (WIDTH / 2, HEIGHT / 2)
    drawn = [
        _drawn(_waves(2_500, HEIGHT - 2_500, 34, 300, 0.42), PALE_GOLD, 5),
        _drawn(_waves(2_300, HEIGHT - 2_300, 22, 420, -0.5), MIST, 6),
        _drawn(_lace(centre, 2_300, 6_200, 24, 8, 900), PALE_GOLD, 6),
        _drawn(_lace(centre, 700, 2_000, 12, 4, 420), ROSE, 6),
        *_frame(),
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none">'
    return "\n".join([head, *drawn, "</svg>", ""])


Direction = tuple[float, float, float]  # petals × angle, cosine and sine of the angle


@cache
def _directions(petals: int) -> list[tuple[Direction, Direction, Direction]]:
    """The angles at which `trace` would look at a ring of so many petals: before, at and after each joint.

    All rosettes look in these same few hundred directions; drawing is a good part of an answer to the public query.
    """
    pieces = petals * 3
    step = tau / pieces

    def look(t: float) -> Direction:
        return petals * t, cos(t), sin(t)

    joints = (i * step for i in range(pieces + 1))
    return [(look(t - step / ASIDE), look(t), look(t + step / ASIDE)) for t in joints]


def _petals(base: float, swing: float, petals: int, phase: float) -> Iterator[Joint]:
    """The joints of a ring around the origin."""
    for (a0, c0, s0), (a, c, s), (a1, c1, s1) in _directions(petals):
        r0, r, r1 = (
            base + swing * sin(a0 + phase),
            base + swing * sin(a + phase),
            base + swing * sin(a1 + phase),
        )
        yield r * c, r * s, (r1 * c1 - r0 * c0) * ASIDE / 6, (r1 * s1 - r0 * s0) * ASIDE / 6


def rosette_of(number: str, token: str) -> str:
    """SVG path data of one certificate's rosette, within a circle of 100 units around the origin."""
    seed = hashlib.sha256(f"rosette\0{number}\0{token}".encode()).digest()
    petals, twist = 5 + seed[0] % 9, (1 + seed[1] % 6) * pi / 7
    inner, swing = 22 + seed[2] % 24, 9 + seed[3] % 12
    second = 5 + seed[4] % 9
    data = []
    for k in range(5):
        base = inner + (ROSETTE_RADIUS - swing - inner) * k / 4
        data.append(_path(_petals(base, swing, petals, k * twist)))
    data.append(_path(_petals(inner * 0.6, inner * 0.3, second, 0)))
    return "".join(data)
