"""The certificate as a document (MG 16-17): what stands on it, that it is made once, that everything fits."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from pypdf import PdfReader

from gongxue.certificates.documents import certificate_pdf, document_of, print_run, sheets_of
from gongxue.certificates.documents.guilloche import ground, rosette_of
from gongxue.certificates.documents.sheet import TEMPLATE
from gongxue.certificates.models import Certificate, IssuedDocument
from gongxue.certificates.queries import serials_of
from gongxue.certificates.tasks import prepare_documents
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.store import path_of, read
from gongxue.foundation.pages.typesetter import (
    PAGES_PER_FILE,
    CannotTypeset,
    FontsMissing,
    GlyphsMissing,
    font_folder,
    typeset,
    uncovered,
)
from tests.cast import ClassAtFixture, FreshDatabase, Race, at
from tests.certificates.reading import boxes_of, pages_of

UNKNOWN = "\U00020001"  # a character of Extension B that none of our fonts has


def test_a_certificate_prints_everything_that_the_guide_asks_for(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    certificate = c.certificates[0]
    serial = serials_of([certificate])[certificate.pk]
    (text,) = pages_of(certificate_pdf(certificate))
    assert text.startswith("工学一体化教师培训合格证书")
    printed = [
        certificate.holder, certificate.person.id_number.reveal(), "2023年6月12日至2023年6月18日", "三级", "机械类",
        "工学一体化课程教学实施、工学一体化课程考核实施、教学场所使用管理", f"{certificate.periods}课时", "合格",
        "邢台技师学院", "发证机构印", f"证书编号{certificate.number}", f"证书序列号{serial}", "平台不代绘印章",
    ]  # fmt: skip
    assert [words for words in printed if words not in text] == []


def test_the_paper_is_a_lying_a4_of_one_page(class_at: ClassAtFixture) -> None:
    (page,) = PdfReader(io.BytesIO(certificate_pdf(class_at("issued").certificates[0]))).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (842, 595)


def test_serial_stands_bottom_left_and_number_centred_under_the_text(class_at: ClassAtFixture) -> None:
    certificate = class_at("issued").certificates[0]
    words = boxes_of(certificate_pdf(certificate))
    left, top, right, _ = words[certificate.number]
    label = words["证书编号"]
    assert abs((label[0] + right) / 2 - 842 / 2) < 4 and label[3] > top
    assert top > words["课程内容：工学一体化课程教学实施、工学一体化课程考核实施、教学场所使用管理"][3]
    serial = words[serials_of([certificate])[certificate.pk]]
    assert serial[2] < 842 * 0.3 and serial[1] > 595 * 0.85 and left > serial[2]


def test_the_same_certificate_is_the_same_document_whenever_it_is_made(class_at: ClassAtFixture) -> None:
    one, other = class_at("issued", headcount=4).certificates[:2]
    assert certificate_pdf(one) == certificate_pdf(one)
    assert certificate_pdf(one) != certificate_pdf(other)


def test_a_backbone_certificate_names_its_own_content(class_at: ClassAtFixture) -> None:
    certificate = class_at(
        "issued", institution="017", level="G", category="信息类", headcount=1
    ).certificates[0]
    (text,) = pages_of(certificate_pdf(certificate))
    assert "骨干教师" in text and certificate.number[11] == "G"
    assert certificate.courses and "".join(certificate.courses.split()) in text


def test_the_longest_names_and_contents_stay_on_one_page(class_at: ClassAtFixture) -> None:
    certificate = class_at("issued", headcount=1).certificates[0]
    certificate.holder = "阿卜杜热西提·买买提吐尔逊江·" * 3
    certificate.holder = certificate.holder[:40]
    certificate.courses = ("工学一体化学习任务教学资源开发、" * 20)[:300]
    certificate.institution.name = "内蒙古自治区人力资源和社会保障" * 5 + "技师学院"
    (text,) = pages_of(certificate_pdf(certificate))
    for words in (certificate.holder, certificate.courses, certificate.institution.name, certificate.number):
        assert words in text


def test_a_print_run_has_a_page_for_each_in_number_order(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    pages = pages_of(print_run(c.tc))
    assert len(pages) == len(c.certificates) > 1
    for page, certificate in zip(pages, c.certificates, strict=True):
        assert certificate.holder in page and certificate.number in page
        assert serials_of([certificate])[certificate.pk] in page
        assert certificate.person.id_number.reveal() in page
    assert "加盖印章后生效" in pages[0] and "数字签名" not in pages[0]


def test_a_class_without_certificates_has_no_print_run(class_at: ClassAtFixture) -> None:
    assert print_run(class_at("confirmed").tc) == b""


def test_documents_come_one_by_one(class_at: ClassAtFixture) -> None:
    stream = sheets_of(class_at("issued").certificates)
    certificate, document = next(stream)
    assert certificate.number in pages_of(document)[0]


# Kept once -----------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_the_document_is_made_once_and_stays_the_same(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    certificate = c.certificates[0]
    first = document_of(certificate, c.now)
    again = document_of(certificate, c.now + timedelta(days=400))
    assert again.pk == first.pk and read(again) == read(first)
    row = IssuedDocument.objects.inside(certificate=certificate).get()
    assert (row.serial, row.template) == (serials_of([certificate])[certificate.pk], "certificate/1")
    assert first.name == f"工学一体化教师培训合格证书_{certificate.number}.pdf"


def test_the_stored_bytes_are_sealed(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    file = document_of(c.certificates[0], c.now)
    stored = path_of(file.digest).read_bytes()
    assert file.sealed and b"%PDF" not in stored and read(file).startswith(b"%PDF-1.7")


@pytest.mark.postgresql
def test_two_first_calls_at_once_leave_one_document(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("issued", headcount=1)
    certificate = c.certificates[0]

    def call() -> StoredFile:
        return document_of(certificate, c.now)

    files = race(call, call, call)
    assert len({file.pk for file in files}) == 1
    assert IssuedDocument.objects.inside(certificate=certificate).count() == 1
    assert StoredFile.objects.filter(media_type="application/pdf").count() == 1


def test_preparing_a_class_makes_what_is_missing_and_nothing_twice(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    document_of(c.certificates[0], c.now)
    assert prepare_documents.func(c.tc.pk) == len(c.certificates) - 1
    assert prepare_documents.func(c.tc.pk) == 0
    assert IssuedDocument.objects.inside(certificate__in=c.certificates).count() == len(c.certificates)


# Characters and fonts -----------------------------------------------------------------------------------------------


def test_a_character_without_a_glyph_is_named_and_nothing_is_kept(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    certificate: Certificate = c.certificates[0]
    certificate.holder = f"张{UNKNOWN}"
    with pytest.raises(GlyphsMissing, match=r"U\+20001.*没有生成") as missing:
        document_of(certificate, c.now)
    assert missing.value.characters == {UNKNOWN}
    assert IssuedDocument.objects.inside(certificate=certificate).count() == 0


def test_names_can_be_checked_before_anything_is_printed() -> None:
    assert uncovered("阿卜杜热西提·买买提，㛃䶮𬸪 ABC 019") == set()
    assert uncovered(f"王{UNKNOWN}\u3400") >= {UNKNOWN}


def test_a_control_character_is_refused_in_words(class_at: ClassAtFixture) -> None:
    certificate = class_at("issued").certificates[0]
    certificate.holder = "张\x07三"
    with pytest.raises(CannotTypeset, match="没有生成"):
        certificate_pdf(certificate)


def test_missing_fonts_say_what_to_run(settings: LazySettings, tmp_path: Path) -> None:
    settings.ASSETS_DIR = tmp_path
    with pytest.raises(FontsMissing, match="make setup"):
        font_folder()


def test_a_file_never_has_more_pages_than_the_typesetter_bears() -> None:
    with pytest.raises(ValueError, match="1000 at most"):
        typeset(TEMPLATE, {}, at(date(2023, 6, 1)), pages=PAGES_PER_FILE + 1)


# Against forgery -----------------------------------------------------------------------------------------------------


def test_the_packaged_sheet_is_the_one_that_is_drawn() -> None:
    assert (TEMPLATE.parent / "ground.svg").read_text(encoding="utf-8") == ground()


def test_every_certificate_has_a_rosette_of_its_own() -> None:
    drawn = {rosette_of(f"1300920220630{i:02d}", "00" * 16) for i in range(40)}
    assert len(drawn) == 40
    assert rosette_of("130092022063001", "aa") != rosette_of("130092022063001", "ab")


def test_a_rosette_is_drawn_for_ever_as_it_was_printed() -> None:
    drawn = rosette_of("130092022063001", "aa")
    assert hashlib.sha256(drawn.encode()).hexdigest()[:16] == "0b53ed40ff7af028"
