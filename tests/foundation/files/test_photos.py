"""One-inch photos: what is refused and why, what is warned of, what is left of the file that was sent."""

from __future__ import annotations

import io
import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gongxue.foundation.files.photos import read_photo
from gongxue.foundation.lifecycle.errors import RuleBroken
from tests.foundation.files.photos import lying_png, portrait, upload
from tests.prepared import Books

pytestmark = pytest.mark.usefixtures("books")


def says(file: SimpleUploadedFile) -> str:
    with pytest.raises(RuleBroken) as refused:
        read_photo(file)
    (breach,) = refused.value.breaches
    assert breach.way_out
    return breach.says


def test_a_photo_becomes_a_jpeg_of_25_to_35(books: Books) -> None:
    photo = read_photo(upload())
    with Image.open(io.BytesIO(photo.jpeg)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (photo.width, photo.height) == (413, 578)
    assert photo.warnings == ()


def test_what_is_larger_than_printing_needs_is_made_smaller(books: Books) -> None:
    photo = read_photo(upload(portrait((2500, 3500))))
    assert (photo.width, photo.height) == (590, 826)


@pytest.mark.parametrize("size", [(295, 413), (300, 420), (590, 826), (305, 415)])
def test_the_least_and_the_shape_are_taken(size: tuple[int, int]) -> None:
    assert read_photo(upload(portrait(size))).width == size[0]


SIZES = [
    ((294, 413), "至少需要"),
    ((295, 412), "至少需要"),
    ((413, 413), "宽高比"),
    ((590, 780), "宽高比"),
    ((826, 590), "宽高比"),
]


@pytest.mark.parametrize(("size", "words"), SIZES)
def test_too_small_and_another_shape_are_refused(size: tuple[int, int], words: str) -> None:
    assert words in says(upload(portrait(size)))


def test_a_picture_is_turned_as_the_camera_says_and_tells_nothing_else(books: Books) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    exif[0x010F] = "秘密相机"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    photo = read_photo(upload(portrait((578, 413), exif=exif)))
    assert (photo.width, photo.height) == (413, 578)
    with Image.open(io.BytesIO(photo.jpeg)) as picture:
        assert len(picture.getexif()) == 0
    assert "秘密".encode() not in photo.jpeg and b"Exif" not in photo.jpeg


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "CMYK", "1"])
def test_every_kind_of_picture_becomes_a_plain_one(mode: str) -> None:
    kind, name = ("JPEG", "a.jpg") if mode == "CMYK" else ("PNG", "a.png")
    made = io.BytesIO()
    Image.open(io.BytesIO(portrait())).convert(mode).save(made, kind)
    with Image.open(io.BytesIO(read_photo(upload(made.getvalue(), name)).jpeg)) as picture:
        assert picture.mode == "RGB"


def test_what_is_transparent_becomes_white(books: Books) -> None:
    made = io.BytesIO()
    Image.new("RGBA", (413, 578), (0, 0, 0, 0)).save(made, "PNG")
    photo = read_photo(upload(made.getvalue(), "a.png"))
    assert photo.warnings == ("照片近乎一片空白，请核对是否选错文件。",)


def busy() -> bytes:
    dice = random.Random(1)
    picture = Image.new("L", (413, 578))
    picture.putdata([dice.randrange(256) for _ in range(413 * 578)])
    made = io.BytesIO()
    picture.save(made, "JPEG")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (portrait(ground="#0a0a0a"), "偏暗"), (busy(), "背景"),
        (portrait(ground="#ffffff"), ""),
    ],
)  # fmt: skip
def test_what_should_be_looked_at_again_is_said_and_not_refused(data: bytes, words: str) -> None:
    warnings = "".join(read_photo(upload(data)).warnings)
    assert words in warnings if words else warnings == ""


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (upload(b"", "a.jpg"), "空文件"), (upload(portrait(), "a.gif"), "不接受“.gif”"), (upload(portrait(), "a"), "不接受"),
        (upload(b"%PDF-1.7 hello", "a.jpg"), "不是 jpg"), (upload(portrait(kind="PNG"), "a.jpg"), "不是 jpg"),
        (upload(b"\xff\xd8\xff" + b"0" * 500, "a.jpg"), "已损坏"), (upload(portrait()[:600], "a.jpg"), "已损坏"),
        (upload(b"\x89PNG\r\n\x1a\n" + b"0" * 99, "a.png"), "已损坏"), (upload(lying_png(60_000, 60_000), "a.png"), "像素过大"),
        (upload(lying_png(413, 578), "a.png"), "已损坏"), (upload(b"GIF89a" + portrait(), "a.jpg"), "不是 jpg"),
        (upload(b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024), "a.jpg"), "超过 10 MB"),
        (upload(b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "a.svg"), "不接受"),
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_in_words(file: SimpleUploadedFile, words: str) -> None:
    assert words in says(file)


def test_damaged_bytes_never_break_the_reader(books: Books) -> None:
    """A few of many: each is taken or refused in words."""
    dice = random.Random(7)
    whole = portrait()
    for _ in range(6):
        broken = bytearray(whole)
        for _ in range(dice.randrange(1, 40)):
            broken[dice.randrange(20, len(broken))] = dice.randrange(256)
        try:
            assert read_photo(upload(bytes(broken))).jpeg
        except RuleBroken as refused:
            assert refused.breaches[0].rule == "upload.photo"
