"""Small real files for the demonstration: what a trainee hands in and a class office keeps."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import docx
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SKY, WALL, FLOOR, BOARD, CLOTHES = (
    "#dfe8f1",
    "#f3efe6",
    "#b99b78",
    "#14406b",
    ("#2f6ea8", "#6b7a8f", "#8a4b3c"),
)


def film(name: str) -> SimpleUploadedFile:
    """A talk of nine seconds, H.264, made for this; 27 KB."""
    return SimpleUploadedFile(name, Path(__file__).with_name("talk.mp4").read_bytes())


def paper(name: str, title: str, sections: Sequence[tuple[str, str]]) -> SimpleUploadedFile:
    """A Word document of headings and paragraphs."""
    made, page = io.BytesIO(), docx.Document()
    page.add_heading(title, 0)
    for heading, text in sections:
        page.add_heading(heading, 1)
        page.add_paragraph(text)
    page.save(made)
    return SimpleUploadedFile(name, made.getvalue())


def table(name: str, rows: Sequence[Sequence[str]]) -> SimpleUploadedFile:
    """A workbook of one sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return SimpleUploadedFile(name, made.getvalue())


def picture(name: str) -> SimpleUploadedFile:
    """A drawn classroom: a board, rows of heads."""
    image = Image.new("RGB", (1200, 800), WALL)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 1200, 800), fill=FLOOR)
    draw.rectangle((240, 90, 960, 380), fill=BOARD, outline=SKY, width=8)
    for line, width in enumerate((420, 300, 360)):
        draw.rectangle((300, 150 + 70 * line, 300 + width, 168 + 70 * line), fill=SKY)
    for row in range(3):
        for seat in range(8):
            x, y = 110 + 140 * seat + 20 * (row % 2), 470 + 110 * row
            draw.ellipse((x - 28, y - 34, x + 28, y + 30), fill="#3b2f2a")
            draw.rounded_rectangle((x - 52, y + 26, x + 52, y + 120), 26, fill=CLOTHES[(row + seat) % 3])
    made = io.BytesIO()
    image.save(made, "JPEG", quality=70)
    return SimpleUploadedFile(name, made.getvalue())
