"""The page of a certificate by other makers of PDF: only here, never in the product, and only where they are installed.

The same facts in the same fonts, the guilloche as curves, rosette and QR code; no PDF/A, no signature.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from gongxue.certificates.documents.sheet import TEMPLATE
from gongxue.foundation.pages.typesetter import font_folder
from gongxue.regulations.certificates import TITLE

PAGES = 12  # of each worker; they take their time
Page = dict[str, Any]
Maker = Callable[[Page], bytes]
_PATH = re.compile(r'<path d="([^"]+)"(?:[^>]*?stroke="(#\w+)")?')
_STEP = re.compile(r"([a-zA-Z])|(-?\d*\.?\d+)")


def maker(name: str) -> Maker | None:
    """What makes a page with a library, or None."""
    if find_spec(name) is None:
        return None
    return _weasyprint if name == "weasyprint" else _reportlab


def _sentence(page: Page) -> str:
    return (
        f"{page['name']}（身份证号：{page['id_number']}）于{page['first_day']}至{page['last_day']}参加{page['issuer']}举办的"
        f"工学一体化教师培训，完成规定的培训课程，经考核，成绩{page['result']}，特发此证。"
    )


def _facts(page: Page) -> list[str]:
    return [
        f"培训级别 {page['level']}", f"专业大类 {page['category']}", f"培训课时 {page['periods']}", f"考核结果 {page['result']}",
        f"课程内容：{page['courses']}", f"证书编号 {page['number']}", f"证书序列号 {page['serial']}", page["issuer"], page["issued_on"],
    ]  # fmt: skip


def _weasyprint(page: Page) -> bytes:
    return bytes(
        import_module("weasyprint").HTML(string=_html(page), base_url=str(TEMPLATE.parent)).write_pdf()
    )


def _html(page: Page) -> str:
    fonts = font_folder()
    facts = "".join(f"<p>{html.escape(fact)}</p>" for fact in _facts(page))
    return f"""<meta charset=utf-8><style>
    @font-face {{font-family: Song; src: url("file://{fonts}/NotoSerifSC-Regular.ttf")}}
    @page {{size: 297mm 210mm; margin: 0; background: #fffdf7}}
    body {{font: 15pt Song; margin: 0}} .ground {{position: absolute; width: 297mm; height: 210mm}}
    main {{position: absolute; left: 38mm; top: 29mm; width: 221mm}} h1 {{text-align: center; font-size: 37pt}}
    .code svg {{width: 31mm; height: 31mm}}</style>
    <img class=ground src="ground.svg"><main><h1>{TITLE}</h1><p>{html.escape(_sentence(page))}</p>{facts}
    <div class=code>{page["qr"]}{page["rosette"]}</div></main>"""


def _reportlab(page: Page) -> bytes:
    canvas, mm = import_module("reportlab.pdfgen.canvas"), import_module("reportlab.lib.units").mm
    _register_fonts()
    made = io.BytesIO()
    sheet = canvas.Canvas(made, pagesize=(297 * mm, 210 * mm))
    for path, colour in _ground():
        _draw(sheet, path, colour, 0, 210 * mm, mm / 100)
    sheet.setFont("Song", 37)
    sheet.drawCentredString(148.5 * mm, 170 * mm, TITLE)
    sheet.setFont("Song", 15)
    words = _sentence(page)
    lines = [words[n : n + 40] for n in range(0, len(words), 40)] + _facts(page)
    for n, line in enumerate(lines):
        sheet.drawString(38 * mm, (150 - 8 * n) * mm, line)
    for svg, left, unit in ((page["qr"], 35, 0.4), (page["rosette"], 80, 0.1)):
        for path, colour in _paths(svg):
            _draw(sheet, path, colour, left * mm, 40 * mm, unit * mm)
    sheet.save()
    return made.getvalue()


@cache
def _register_fonts() -> None:
    fonts = import_module("reportlab.pdfbase.ttfonts")
    import_module("reportlab.pdfbase.pdfmetrics").registerFont(
        fonts.TTFont("Song", str(font_folder() / "NotoSerifSC-Regular.ttf"))
    )


@cache
def _ground() -> tuple[tuple[str, str], ...]:
    return _paths((TEMPLATE.parent / "ground.svg").read_text(encoding="utf-8"))


def _paths(svg: str) -> tuple[tuple[str, str], ...]:
    return tuple((found[1], found[2] or "#000000") for found in _PATH.finditer(svg))


def _draw(sheet: Any, path: str, colour: str, left: float, top: float, unit: float) -> None:
    """Path data of relative moves, lines and cubics, as the guilloche and the QR code have them."""
    sheet.setStrokeColor(import_module("reportlab.lib.colors").HexColor(colour))
    sheet.setLineWidth(0.2)
    drawn, at = sheet.beginPath(), (0.0, 0.0)
    for step, numbers in _steps(path):
        at = _follow(drawn, step, numbers, at, lambda x, y: (left + x * unit, top - y * unit))
    sheet.drawPath(drawn)


def _steps(path: str) -> list[tuple[str, list[float]]]:
    found: list[tuple[str, list[float]]] = []
    for letter, number in _STEP.findall(path):
        if letter:
            found.append((letter, []))
        elif found:
            found[-1][1].append(float(number))
    return found


def _follow(
    drawn: Any, step: str, numbers: list[float], at: tuple[float, float], place: Any
) -> tuple[float, float]:
    x, y = at
    if step in "mM":
        x, y = (x + numbers[0], y + numbers[1]) if step == "m" else (numbers[0], numbers[1])
        drawn.moveTo(*place(x, y))
    elif step in "hv":
        for distance in numbers:
            x, y = (x + distance, y) if step == "h" else (x, y + distance)
            drawn.lineTo(*place(x, y))
    elif step == "c":
        for n in range(0, len(numbers) - 5, 6):
            a, b, c, d, e, f = numbers[n : n + 6]
            drawn.curveTo(*place(x + a, y + b), *place(x + c, y + d), *place(x + e, y + f))
            x, y = x + e, y + f
    elif step in "zZ":
        drawn.close()
    return x, y
