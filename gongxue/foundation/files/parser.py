"""Runs in a bounded child process: a file on stdin, {"problem": "…", "facts": {…}} on stdout. Imports nothing of the
platform. What stdin is, a pipe or the file itself, is all the same; the file is not read into memory as a whole.

As `rows` it reads the first sheet of a workbook instead: one JSON list per row, a text as a text, a number as a
number, everything else as a text. As `photo` it makes a portrait anew from the pixels of a picture.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

MEMBERS, INFLATED, RATIO = 2000, 200 * 1024 * 1024, 100
PIXELS = 50_000_000


def zip_problem(file: BinaryIO, kind: str) -> str:
    """Bombs, path tricks and missing parts of office files; inflated sizes are measured, not believed."""
    size = file.seek(0, io.SEEK_END)
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
        if len(members) > MEMBERS:
            return f"压缩包内文件过多（超过 {MEMBERS} 个）。"
        total = 0
        for member in members:
            if member.flag_bits & 1:
                return "文件已加密，无法检查。"
            if member.filename.startswith(("/", "\\")) or ".." in member.filename.replace("\\", "/").split(
                "/"
            ):
                return "压缩包内有不安全的路径。"
            with archive.open(member) as inside:
                while chunk := inside.read(1 << 20):
                    total += len(chunk)
                    if total > INFLATED or total > RATIO * max(size, 10_000):
                        return "压缩包解压后过大。"
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        OSError,
        ValueError,
    ):  # the last: unknown compression
        return "文件已损坏。"
    wanted = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}.get(
        kind
    )
    names = {member.filename for member in members}
    if wanted and wanted not in names:
        return f"文件内容不是 {kind} 格式。"
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return "文件含有宏，不能上传。"
    return ""


def pdf_problem(file: BinaryIO) -> str:
    """Passwords, scripts, launch actions, attachments, damage."""
    import pikepdf

    try:
        with pikepdf.open(file) as pdf:
            if not pdf.pages:
                return "PDF 没有页面。"
            return next(filter(None, map(_dictionary_problem, _dictionaries(pdf))), "")
    except pikepdf.PasswordError:
        return "PDF 有密码，无法检查。"
    except pikepdf.PdfError:
        return "PDF 已损坏。"


def _dictionaries(pdf: Any) -> Iterator[Any]:
    """Every dictionary of a PDF, also those written inside others: an action need not be an object of its own."""
    import pikepdf

    for item in pdf.objects:
        waiting = [item]
        while waiting:
            here = waiting.pop()
            if isinstance(here, (pikepdf.Dictionary, pikepdf.Stream)):
                yield here
                waiting += [value for value in dict(here).values() if _is_inside(value)]
            elif isinstance(here, pikepdf.Array):
                waiting += [value for value in here if _is_inside(value)]


def _is_inside(value: Any) -> bool:
    """Whether a value is written where it is used, not referred to."""
    import pikepdf

    return isinstance(value, (pikepdf.Dictionary, pikepdf.Array)) and not value.is_indirect


def _dictionary_problem(here: Any) -> str:
    if here.get("/S") in ("/JavaScript", "/Launch", "/ImportData") or "/JS" in here:
        return "PDF 含有脚本或启动动作，不能上传。"
    if "/XFA" in here:
        return "PDF 含有 XFA 表单，不能上传。"
    if here.get("/Type") == "/EmbeddedFile" or "/EmbeddedFiles" in here:
        return "PDF 含有附件，不能上传。"
    return ""


def image_problem(file: BinaryIO) -> str:
    """Pixel floods and damage."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(file) as picture:
            if picture.width * picture.height > PIXELS:
                return "图片像素过大。"
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return "图片已损坏。"
    return ""


# A one-inch photo: 25 × 35 mm, which at 300 points to the inch is 295 × 413.
LEAST, MOST, SHAPE, OFF = (295, 413), (590, 826), 25 / 35, 0.03
PHOTO_PIXELS = 30_000_000  # what a telephone's camera makes; more would not fit into this process's memory
DARK, PALE, EVEN, PLAIN = (
    60,
    225,
    10,
    42,
)  # of 255: mean of a dark and of a pale picture, spread of an empty one, of a plain wall


def photo(data: bytes) -> dict[str, Any]:
    """A portrait made anew from its pixels: turned upright, nothing else of the file kept.

    {"problem"} or {"picture": JPEG as base64, "width", "height", "warnings"}.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > PHOTO_PIXELS:
                return {"problem": f"照片像素过大（超过 {PHOTO_PIXELS // 1_000_000} 百万像素）。"}
            picture.draft("RGB", (2 * MOST[0], 2 * MOST[1]))
            upright = _on_white(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, MemoryError):
        return {"problem": "照片已损坏，不能打开。"}
    if problem := _shape_problem(upright.width, upright.height):
        return {"problem": problem}
    scale = min(1, MOST[0] / upright.width)
    size = round(upright.width * scale), round(upright.height * scale)
    made = io.BytesIO()
    kept = upright if scale == 1 else upright.resize(size, Image.Resampling.LANCZOS)
    kept.save(made, "JPEG", quality=90)
    return {
        "problem": "",
        "picture": base64.b64encode(made.getvalue()).decode(),
        "width": size[0],
        "height": size[1],
        "warnings": _warnings(kept),
    }


def _on_white(picture: Any) -> Any:
    """Without transparency, in three colours."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    ground = Image.new("RGB", clear.size, "white")
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


def _shape_problem(width: int, height: int) -> str:
    if width < LEAST[0] or height < LEAST[1]:
        return f"照片为 {width} × {height} 像素，至少需要 {LEAST[0]} × {LEAST[1]}。"
    if abs(width / height / SHAPE - 1) > OFF:
        return f"照片为 {width} × {height} 像素，一寸照片的宽高比为 25:35（如 295 × 413），请裁剪后上传。"
    return ""


def _warnings(picture: Any) -> list[str]:
    """What a person should look at again: nothing is refused for it."""
    from PIL import ImageStat

    grey = picture.convert("L")
    whole = ImageStat.Stat(grey)
    if whole.stddev[0] < EVEN:
        return ["照片近乎一片空白，请核对是否选错文件。"]
    found = []
    if whole.mean[0] < DARK:
        found.append("照片偏暗，打印后可能看不清。")
    if whole.mean[0] > PALE:
        found.append("照片偏亮，打印后可能看不清。")
    width, height = picture.size
    corners = [
        ImageStat.Stat(grey.crop((x, 0, x + width // 6, height // 4))) for x in (0, width - width // 6)
    ]
    if any(corner.stddev[0] > PLAIN for corner in corners):
        found.append("背景不是单一颜色，证件照一般使用白色或蓝色背景。")
    return found


def sheet_rows(data: bytes) -> Iterator[list[Any]]:
    """Every row of the first sheet, leading empty ones included, so that row numbers are those of Excel."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for row in book.get_sheet_by_index(0).iter_rows():
        yield [cell if isinstance(cell, (str, int, float)) else str(cell) for cell in row]


def _write_rows(data: bytes) -> None:
    try:
        for row in sheet_rows(data):
            sys.stdout.write(json.dumps(row, ensure_ascii=True) + "\n")
    except BaseException:  # noqa: BLE001 — the reader also panics, which is no Exception
        sys.stdout.write(json.dumps({"problem": "表格无法读取，文件可能已损坏或有密码。"}))


class Damaged(Exception):
    """A film is not what it says; the message is Chinese."""


Box = tuple[bytes, int, int]  # kind, first byte of the content, first byte behind it
BOXES = 100_000  # more than any camera writes at one level


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes of an MP4 between two places (ISO/IEC 14496-12, 4.2); Damaged when one reaches beyond the end."""
    for _ in range(BOXES):
        if start >= end:
            return
        file.seek(start)
        head = file.read(16)
        size, kind, begins = int.from_bytes(head[:4]), head[4:8], 8
        if size == 1:
            size, begins = int.from_bytes(head[8:16]), 16
        elif size == 0:  # up to the end of the file
            size = end - start
        if len(head) < begins or size < begins or start + size > end:
            raise Damaged("视频不完整，可能没有录完或没有传完。")
        yield kind, start + begins, start + size
        start += size
    raise Damaged("视频结构异常。")


def _inside(file: BinaryIO, box: Box, *path: bytes) -> Iterator[Box]:
    """The boxes that lie under a path of kinds."""
    for child in _boxes(file, box[1], box[2]):
        if child[0] == path[0]:
            if len(path) == 1:
                yield child
            else:
                yield from _inside(file, child, *path[1:])


def _first(file: BinaryIO, box: Box, *path: bytes) -> bytes:
    """The content of the first box under a path, at most 4 KiB of it; empty when there is none."""
    for _, begins, ends in _inside(file, box, *path):
        file.seek(begins)
        return file.read(min(ends - begins, 4096))
    return b""


def _seconds(head: bytes) -> float:
    """The duration in a movie or media header (8.2.2), in seconds."""
    wide = head[:1] == b"\x01"
    scale, length = (head[20:24], head[24:32]) if wide else (head[12:16], head[16:20])
    return int.from_bytes(length) / int.from_bytes(scale) if int.from_bytes(scale) else 0.0


def _picture(file: BinaryIO, track: Box) -> dict[str, Any]:
    """Codec, size and pictures per second of a video track; nothing of another one."""
    if _first(file, track, b"mdia", b"hdlr")[8:12] != b"vide":
        return {}
    sample = _first(file, track, b"mdia", b"minf", b"stbl", b"stsd")[8:]
    times = _first(file, track, b"mdia", b"minf", b"stbl", b"stsz")
    seconds, pictures = _seconds(_first(file, track, b"mdia", b"mdhd")), int.from_bytes(times[8:12])
    return {
        "codec": sample[4:8].decode("ascii", "replace"),
        "width": int.from_bytes(sample[32:34]),
        "height": int.from_bytes(sample[34:36]),
        "fps": round(pictures / seconds, 2) if seconds else 0,
    }


def film_facts(file: BinaryIO) -> dict[str, Any]:
    """Duration in seconds, codec, width, height and pictures per second of an MP4; Damaged when it is none."""
    whole: Box = (b"", 0, file.seek(0, io.SEEK_END))
    kinds: dict[bytes, Box] = {}
    for box in _boxes(file, whole[1], whole[2]):
        kinds.setdefault(box[0], box)
    if b"moov" not in kinds:
        raise Damaged("视频没有索引（moov），可能没有录完，无法播放。")
    if b"mdat" not in kinds:
        raise Damaged("视频没有画面数据。")
    movie = kinds[b"moov"]
    pictures = [facts for track in _inside(file, movie, b"trak") if (facts := _picture(file, track))]
    seconds = _seconds(_first(file, movie, b"mvhd"))
    if not pictures:
        raise Damaged("文件里没有视频画面。")
    if seconds <= 0 and b"moof" not in kinds:  # a film in fragments says its length elsewhere
        raise Damaged("视频时长为零。")
    return {"seconds": round(seconds, 1), **pictures[0]}


def _film(file: BinaryIO) -> tuple[str, dict[str, Any]]:
    try:
        return "", film_facts(file)
    except Damaged as damaged:
        return str(damaged), {}


def main() -> None:
    """Inspect stdin as the kind named on the command line."""
    kind = sys.argv[1]
    file: BinaryIO = sys.stdin.buffer
    if not file.seekable():
        file = io.BytesIO(file.read())
    if kind == "rows":
        _write_rows(file.read())
        return
    facts: dict[str, Any] = {}
    if kind == "photo":
        sys.stdout.write(json.dumps(photo(file.read())))
        return
    if kind == "pdf":
        problem = pdf_problem(file)
    elif kind in ("jpg", "png"):
        problem = image_problem(file)
    elif kind in ("mp4", "mov"):
        problem, facts = _film(file)
    else:
        problem = zip_problem(file, kind)
    sys.stdout.write(json.dumps({"problem": problem, "facts": facts}))


if __name__ == "__main__":
    main()
