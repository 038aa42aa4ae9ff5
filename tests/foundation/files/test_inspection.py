"""What a file really is: hostile ones are refused in Chinese in bounded time and memory, good ones are taken."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gongxue.foundation.files import inspection
from gongxue.foundation.files.inspection import MEDIA_TYPES, inspect_file
from gongxue.foundation.files.uploads import PRODUCTS
from tests.foundation.files import specimens as s

GOOD: dict[str, Callable[[], bytes]] = {
    "方案.pdf": s.pdf, "照片.jpg": lambda: s.picture("JPEG"), "照片.JPEG": lambda: s.picture("JPEG"), "图.png": s.picture,
    "工作页.docx": s.docx, "表.xlsx": s.xlsx, "课件.pptx": lambda: s.zipped({"ppt/presentation.xml": b"<p/>"}),
    "资料.zip": lambda: s.zipped({"教案/一.txt": "教案".encode()}), "旧.doc": s.ole, "旧.xls": s.ole, "课.mp4": s.mp4, "手机.mov": s.mp4,
}  # fmt: skip

REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip bomb": ("a.docx", s.bomb, "压缩包解压后过大"),
    "bomb that lies about its size": ("a.zip", s.lying_bomb, ""),
    "overlapping entries": ("a.zip", s.overlapping, ""),
    "encrypted zip": ("a.docx", s.encrypted_zip, "文件已加密"),
    "too many members": ("a.zip", lambda: s.zipped({str(i): b"" for i in range(2001)}), "压缩包内文件过多"),
    "path out of the archive": ("a.zip", lambda: s.zipped({"../../etc/passwd": b"x"}), "不安全的路径"),
    "absolute path": ("a.zip", lambda: s.zipped({"/etc/passwd": b"x"}), "不安全的路径"),
    "windows path": ("a.zip", lambda: s.zipped({"..\\..\\x": b"x"}), "不安全的路径"),
    "macro": ("a.docx", lambda: s.docx(**{"word/vbaProject.bin": b"x"}), "宏"),
    "macro in disguise": ("a.docx", lambda: s.docx(**{"word/VBAPROJECT.BIN": b"x"}), "宏"),
    "workbook called word file": ("a.docx", s.xlsx, "不是 docx 格式"),
    "zip called word file": ("a.docx", lambda: s.zipped({"x": b"x"}), "不是 docx 格式"),
    "truncated word file": ("a.docx", lambda: s.docx()[:-30], "已损坏"),
    "damaged word file": ("a.docx", lambda: s.docx()[:70] + b"\x00" * 20 + s.docx()[90:], ""),
    "script": ("a.pdf", lambda: s.pdf("javascript"), "脚本"),
    "script by name": ("a.pdf", lambda: s.pdf("named javascript"), "脚本"),
    "script in an annotation": ("a.pdf", lambda: s.pdf("inline in an annotation"), "脚本"),
    "file in an annotation": ("a.pdf", lambda: s.pdf("file in an annotation"), "附件"),
    "launch action": ("a.pdf", lambda: s.pdf("launch"), "启动动作"),
    "xfa form": ("a.pdf", lambda: s.pdf("xfa"), "XFA"),
    "attachment": ("a.pdf", lambda: s.pdf("attachment"), "附件"),
    "password": ("a.pdf", lambda: s.pdf(password="geheim"), "密码"),
    "no pages": ("a.pdf", lambda: s.pdf("no pages"), "没有页面"),
    "truncated pdf": ("a.pdf", lambda: s.pdf()[:60], "已损坏"),
    "pdf of rubbish": ("a.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 50, "已损坏"),
    "pixel flood": ("a.png", s.pixel_flood, "像素过大"),
    "truncated picture": ("a.png", lambda: s.picture()[:40], "已损坏"),
    "picture of rubbish": ("a.jpg", lambda: b"\xff\xd8\xff" + bytes(500), "已损坏"),
    "wrong extension": ("a.pdf", s.picture, "可能改过扩展名"),
    "program called pdf": ("a.pdf", lambda: b"MZ" + bytes(500), "可能改过扩展名"),
    "program": ("a.exe", lambda: b"MZ" + bytes(500), "不接受“.exe”文件"),
    "page": ("a.html", lambda: b"<script>alert(1)</script>", "不接受“.html”文件"),
    "drawing with script": ("a.svg", lambda: b"<svg onload='alert(1)'/>", "不接受“.svg”文件"),
    "no extension": ("a", s.pdf, "不接受"),
    "film of rubbish": ("a.mp4", lambda: bytes(64), "可能改过扩展名"),
    "film without its index": ("a.mp4", lambda: s.mp4(index=False), "没有索引（moov）"),
    "film that broke off": ("a.mp4", lambda: s.mp4()[:-100], "视频不完整"),
    "film without pictures": ("a.mp4", lambda: s.mp4().replace(b"vide", b"soun"), "没有视频画面"),
    "film without frames": ("a.mp4", lambda: s.mp4().replace(b"mdat", b"free"), "没有画面数据"),
    "film of no length": ("a.mp4", lambda: s.mp4(seconds=0), "视频时长为零"),
    "page called film": ("a.mp4", lambda: b"\0\0\0\x10ftypisom" + b"<script>alert(1)</script>" * 9, "视频不完整"),
    "head of a film": ("a.mp4", lambda: s.box(b"ftyp", b"isom", bytes(4)), "没有索引"),
    "empty": ("a.pdf", lambda: b"", "可能改过扩展名"),
}  # fmt: skip


def look(name: str, data: bytes) -> Any:
    return inspect_file(SimpleUploadedFile(name, data), PRODUCTS.types)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_taken_for_what_it_is(name: str) -> None:
    found = look(name, GOOD[name]())
    assert found.breaches == []
    suffix = name.rsplit(".", 1)[1].lower()
    assert found.media_type == MEDIA_TYPES["jpg" if suffix == "jpeg" else suffix]


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_or_broken_file_is_refused_with_a_sentence_and_a_way_out(case: str) -> None:
    name, make, says = REFUSED[case]
    found = look(name, make())
    assert [b.rule for b in found.breaches] == ["upload.type"]
    assert says in found.breaches[0].says and found.breaches[0].way_out
    assert found.media_type == ""


def test_the_child_is_bounded_in_memory_time_and_output(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        given.update(options)
        return subprocess.CompletedProcess(command, 0, b'{"problem": ""}')

    monkeypatch.setattr(subprocess, "run", run)
    look("a.pdf", s.pdf())
    assert given["timeout"] == inspection.SECONDS + 5
    assert given["preexec_fn"] is inspection._bounds


def test_a_child_that_dies_or_hangs_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, -9, b"")

    def hangs(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        raise subprocess.TimeoutExpired(command, 25)

    for behaviour, says in ((dies, "文件结构异常"), (hangs, "检查文件超时")):
        monkeypatch.setattr(subprocess, "run", behaviour)
        assert says in look("a.pdf", s.pdf()).breaches[0].says


def test_a_parser_that_wants_more_memory_than_it_may_is_stopped_by_the_system() -> None:
    script = "x = bytearray(900 * 1024 * 1024); x[0] = 1; print('got it')"
    ran = subprocess.run(
        ["python3", "-c", script], capture_output=True, preexec_fn=inspection._bounds, check=False
    )
    assert ran.returncode != 0 and b"got it" not in ran.stdout


def test_a_film_tells_its_length_size_and_codec() -> None:
    found = look("课.mp4", s.mp4(seconds=90, pictures=2250))
    assert found.facts == {"seconds": 90.0, "codec": "avc1", "width": 640, "height": 360, "fps": 25.0}


def test_boxes_without_end_are_given_up_in_bounded_time() -> None:
    nested = b""
    for _ in range(400):
        nested = s.box(b"trak", nested)
    for hostile in (
        s.box(b"free") * 120_000,
        s.box(b"moov", nested),
        s.box(b"moov", s.box(b"trak") * 90_000),
    ):
        assert look("a.mp4", s.box(b"ftyp", b"isom", bytes(4)) + hostile + s.box(b"mdat")).breaches


def test_a_file_on_the_disk_is_read_by_the_child_itself(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(s.mp4())
    with (tmp_path / "x").open("rb") as file:
        assert inspection._is_on_disk(file)
        assert inspection.inspect_stream(file, "课.mp4", ("mp4",)).facts["seconds"] == 5.0
