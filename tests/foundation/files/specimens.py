"""Files of every kind, good and hostile, made in memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pikepdf
import xlsxwriter
from PIL import Image

WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document>" + b"x" * 200 + b"</document>"}


def zipped(members: dict[str, bytes], compress: bool = True) -> bytes:
    """A zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def docx(**more: bytes) -> bytes:
    """A word file as small as can be."""
    return zipped({**WORD, **more})


def xlsx() -> bytes:
    """A workbook."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.add_worksheet().write(0, 0, "x")
    book.close()
    return made.getvalue()


def pdf(hostile: str = "", password: str = "") -> bytes:
    """One empty page, perhaps with something in it that we do not take."""
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        root = document.Root
        if hostile == "javascript":
            root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        elif hostile == "named javascript":
            action = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
            root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["x", action]))
        elif hostile == "inline in an annotation":
            action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            note = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action
            )
            document.pages[0].Annots = pikepdf.Array([note])
        elif hostile == "file in an annotation":
            data = document.make_stream(b"MZ", Type=pikepdf.Name.EmbeddedFile)
            spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="x.exe", EF=pikepdf.Dictionary(F=data))
            note = pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)
            document.pages[0].Annots = pikepdf.Array([note])
        elif hostile == "launch":
            document.pages[0].AA = pikepdf.Dictionary(
                O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
            )
        elif hostile == "xfa":
            root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=document.make_stream(b"<xfa/>"))
        elif hostile == "attachment":
            document.attachments["evil.exe"] = b"MZ"
        elif hostile == "no pages":
            del document.pages[0]
        encryption = pikepdf.Encryption(owner=password, user=password) if password else False
        document.save(made, encryption=encryption)
    return made.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    """A picture."""
    made = io.BytesIO()
    Image.new("RGB", size, "white").save(made, kind)
    return made.getvalue()


def pixel_flood() -> bytes:
    """A PNG of a few bytes that claims a hundred million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(30_001 * 10), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """Sixty kilobytes that inflate to sixty-four megabytes."""
    return zipped({**WORD, "word/media/x.bin": bytes(64 * 1024 * 1024)})


def lying_bomb() -> bytes:
    """A bomb whose directory says that the file inside is small."""
    data = bytearray(zipped({**WORD, "big.bin": bytes(40 * 1024 * 1024)}))
    size = struct.pack("<I", 40 * 1024 * 1024)
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = struct.pack("<I", 100)
    return bytes(data)


def overlapping() -> bytes:
    """A hundred entries of the directory that all point at the same compressed megabytes."""
    made = bytearray(zipped({"a": bytes(4 * 1024 * 1024), **WORD}))
    directory = made.find(b"PK\x01\x02")
    end = made.rfind(b"PK\x05\x06")
    first = bytes(made[directory : made.find(b"PK\x01\x02", directory + 4)])
    entries = b"".join(first[:46] + bytes([97 + i % 26]) + first[47:] for i in range(100)) + bytes(
        made[directory:end]
    )
    count = 100 + 3
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(entries), directory, 0)
    return bytes(made[:directory]) + entries + tail


def encrypted_zip() -> bytes:
    """A zip whose entries say that they are encrypted."""
    data = bytearray(docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def box(kind: bytes, *inside: bytes) -> bytes:
    """One box of a film."""
    content = b"".join(inside)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def mp4(seconds: int = 5, pictures: int = 125, frames: bytes = bytes(4000), index: bool = True) -> bytes:
    """A film as a phone writes it, with the boxes that players look for: 640 × 360, H.264."""
    header = bytes(4) + struct.pack(">IIII", 0, 0, 1000, seconds * 1000)
    sample = box(b"avc1", bytes(24), struct.pack(">HH", 640, 360), bytes(50))
    table = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), sample),
        box(b"stsz", bytes(4), struct.pack(">II", 32, pictures)),
    )
    media = box(
        b"mdia",
        box(b"mdhd", header + bytes(4)),
        box(b"hdlr", bytes(8), b"vide", bytes(13)),
        box(b"minf", table),
    )
    movie = box(b"moov", box(b"mvhd", header + bytes(80)), box(b"trak", media))
    begin = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isommp41")
    return begin + (movie if index else b"") + box(b"mdat", frames)


def ole() -> bytes:
    """The head of an old office file."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
