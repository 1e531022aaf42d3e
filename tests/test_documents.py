"""Documents: rendered as PDF/A, sealed over every byte, judged when somebody shows one."""

import re
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.misc import PdfReadError

from tests.papers import Authority, authority, material, needs_poppler, said_by
from yichuang.base.pdf.document import (
    CODE_LENGTH,
    Heading,
    Template,
    make,
    new_code,
    read_code,
    read_template,
    spaced_code,
)
from yichuang.base.pdf.render import has_glyph, plain, render, shown
from yichuang.base.pdf.seal import SealMaterial, seal
from yichuang.base.pdf.verify import SealReport, verify

NOW = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
SHEET = '#set text(font: "Noto Serif SC", lang: "zh")\n#let data = json(bytes(sys.inputs.data))\n#data.name'


@pytest.fixture(scope="module")
def trusted() -> Authority:
    return authority(NOW)


@pytest.fixture(scope="module")
def key(trusted: Authority) -> SealMaterial:
    return material(trusted, NOW)


@pytest.fixture(scope="module")
def sealed(key: SealMaterial) -> bytes:
    return seal(render(SHEET, {"name": "林知夏"}, at=NOW), key, now=NOW, reason="受理通知书")


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────


@needs_poppler
def test_what_a_person_typed_is_shown_as_text_and_never_read_as_markup(tmp_path: Path) -> None:
    typed = '#read("/etc/passwd") *x* $y$ ] \\ "引号" #{1+1}'
    text = said_by("pdftotext", render(SHEET, {"name": typed}), tmp_path)
    assert re.sub(r"\s", "", typed) in re.sub(r"\s", "", text).replace("“", '"').replace("”", '"')


def test_a_template_cannot_read_the_machine_s_files() -> None:
    with pytest.raises(RuntimeError, match="not found"):
        render('#read("/etc/passwd")', {})
    with pytest.raises(RuntimeError, match="escape"):
        render('#read("../../../../../etc/passwd")', {})


@needs_poppler
def test_a_page_embeds_its_fonts_and_says_that_it_is_pdf_a_after_sealing_too(
    sealed: bytes, tmp_path: Path
) -> None:
    assert b"<pdfaid:part>2</pdfaid:part>" in sealed
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in sealed
    fonts = said_by("pdffonts", sealed, tmp_path).splitlines()[2:]
    assert fonts
    assert all(" yes yes yes " in line for line in fonts)


def test_two_threads_render_at_the_same_time_without_mixing() -> None:
    pages: dict[str, bytes] = {}

    def work(name: str) -> None:
        for turn in range(10):
            pages[f"{name}{turn}"] = render(SHEET, {"name": f"{name}{turn}"}, at=NOW)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("王", "李")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(page == render(SHEET, {"name": name}, at=NOW) for name, page in pages.items())
    assert len(pages) == 20


@pytest.mark.parametrize("char", "㛃䶮禤𬱟𫖯〇·")
def test_rare_characters_of_names_have_a_glyph(char: str) -> None:
    assert has_glyph(char)
    assert shown(char) == char


def test_a_character_without_a_glyph_is_named_by_its_code_and_not_lost() -> None:
    assert shown("𠮷野") == "〔U+20BB7〕野"
    assert render(SHEET, {"name": "𠮷野😀"}).startswith(b"%PDF-")


def test_marks_that_cannot_be_seen_are_left_out() -> None:
    assert shown("葛\U000e0100\u200b城\x07市\n二行") == "葛城市\n二行"
    assert shown("\ud800") == "〔U+D800〕"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12))
def test_any_text_makes_a_page(text: str) -> None:
    assert render(SHEET, {"name": text}).startswith(b"%PDF-")


def test_every_character_of_gb_2312_has_a_glyph() -> None:
    """`has_glyph` takes this for granted."""
    chars = "".join(
        bytes((row, cell)).decode("gb2312", "ignore")
        for row in range(0xA1, 0xF8)
        for cell in range(0xA1, 0xFF)
    )
    assert len(chars) > 7000
    assert render(SHEET, {"name": chars}).startswith(b"%PDF-")


def test_dates_are_written_in_chinese_and_moments_on_the_city_s_clock() -> None:
    facts = {"on": date(2026, 3, 9), "at": NOW, "n": 3, "none": None, "list": [date(2026, 12, 1)]}
    assert plain(facts) == {
        "on": "2026年3月9日",
        "at": "2026年3月9日 09:30",
        "n": 3,
        "none": None,
        "list": ["2026年12月1日"],
    }
    with pytest.raises(TypeError, match="bytes"):
        plain({"x": b"bytes"})


# ── Seals ────────────────────────────────────────────────────────────────────────────────────────


@needs_poppler
def test_pdfsig_finds_the_signature_valid_and_over_the_whole_document(sealed: bytes, tmp_path: Path) -> None:
    said = said_by("pdfsig", sealed, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "衢州市公安局" in said
    assert "ETSI.CAdES.detached" in said


@needs_poppler
def test_pdfsig_finds_a_changed_document_out(sealed: bytes, tmp_path: Path) -> None:
    changed = bytearray(sealed)
    changed[1000] ^= 1
    assert "Signature is Valid." not in said_by("pdfsig", bytes(changed), tmp_path)


def test_a_good_seal_is_reported_with_its_owner_and_time(sealed: bytes, trusted: Authority) -> None:
    report = verify(sealed, [trusted.pem])
    assert report == SealReport(
        sealed=True,
        intact=True,
        covers_whole_document=True,
        signer="衢州市公安局",
        signed_at=NOW,
        trusted=True,
        problems=(),
    )
    assert report.good


def container_of(sealed: bytes) -> tuple[int, int]:
    """Where the signature itself lies, as hexadecimal digits: the only bytes that it cannot cover."""
    start = sealed.index(b"/Contents <") + len(b"/Contents <")
    return start, sealed.index(b">", start)


def test_one_flipped_byte_anywhere_is_noticed(sealed: bytes, trusted: Authority) -> None:
    start, end = container_of(sealed)
    for place in [*range(0, start, 211), *range(end, len(sealed), 13)]:
        changed = bytearray(sealed)
        changed[place] ^= 1
        report = verify(bytes(changed), [trusted.pem])
        assert not report.good, place
        assert report.problems, place


def test_nothing_can_be_hidden_in_the_room_behind_the_signature(sealed: bytes, trusted: Authority) -> None:
    _start, end = container_of(sealed)
    changed = sealed[: end - 8] + b"deadbeef" + sealed[end:]
    report = verify(changed, [trusted.pem])
    assert not report.covers_whole_document
    assert not report.good


def test_bytes_added_behind_the_seal_are_noticed(sealed: bytes, trusted: Authority) -> None:
    report = verify(sealed + b"\n% more", [trusted.pem])
    assert report.intact
    assert not report.covers_whole_document
    assert "追加" in report.problems[0]


def test_the_seal_of_a_stranger_is_intact_but_not_trusted(trusted: Authority) -> None:
    forged = seal(render(SHEET, {"name": "x"}), material(authority(NOW), NOW), now=NOW)
    report = verify(forged, [trusted.pem])
    assert report.intact
    assert not report.trusted
    assert not report.good
    assert "不能确认盖章单位" in report.problems[0]
    assert not verify(forged).trusted


def test_a_seal_set_after_its_certificate_ran_out_is_not_trusted(
    key: SealMaterial, trusted: Authority
) -> None:
    late = datetime(2028, 1, 1, tzinfo=UTC)
    assert not verify(seal(render(SHEET, {"name": "x"}), key, now=late), [trusted.pem]).trusted


def test_a_seal_stays_trusted_after_its_certificate_ran_out(trusted: Authority) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    issuer = authority(long_ago)
    old = seal(render(SHEET, {"name": "x"}), material(issuer, long_ago), now=long_ago)
    assert verify(old, [trusted.pem, issuer.pem]).good


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"PK\x03\x04",
        b"%PDF-",
        b"%PDF-1.7\nrubbish",
        b"%PDF-1.7\n" + b"<<" * 5000,
        bytes(range(256)) * 50,
    ],
    ids=range(6),
)
def test_rubbish_gets_a_report_and_no_error(rubbish: bytes) -> None:
    report = verify(rubbish)
    assert not report.sealed
    assert report.problems


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_cut_or_shuffled_pdf_stops_the_judge(
    data: st.DataObject, sealed: bytes, trusted: Authority
) -> None:
    container = container_of(sealed)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(sealed)), st.integers(0, len(sealed)))))
    broken = sealed[:start] + data.draw(st.binary(max_size=50)) + sealed[end:]
    report = verify(broken, [trusted.pem])
    assert broken == sealed or container[0] <= start <= end <= container[1] or not report.good


def test_an_unsealed_pdf_says_that_it_has_no_seal() -> None:
    report = verify(render(SHEET, {"name": "x"}))
    assert not report.sealed
    assert "没有电子印章" in report.problems[0]


def test_only_a_pdf_can_be_sealed(key: SealMaterial) -> None:
    with pytest.raises(PdfReadError):
        seal(b"not a pdf", key, now=NOW)


def test_the_private_key_does_not_show_itself(key: SealMaterial) -> None:
    assert b"PRIVATE" in key.private_key_pem
    assert "PRIVATE" not in repr(key)


# ── Codes and templates ──────────────────────────────────────────────────────────────────────────


def test_a_code_is_read_back_however_it_was_typed() -> None:
    code = new_code()
    assert len(code) == CODE_LENGTH
    assert read_code(spaced_code(code)) == code
    assert read_code(f" {spaced_code(code).lower()} ") == code
    assert read_code("oOiIlL") == "001111"


@given(st.text(max_size=400))
def test_no_typed_code_is_longer_than_a_code_can_be(typed: str) -> None:
    assert len(read_code(typed)) <= CODE_LENGTH + 1


def test_a_template_comes_with_all_that_it_imports() -> None:
    sources = {"a": '#import "b.typ": *', "b": '#import "c.typ": *\n#import "a.typ": x', "c": "text"}
    assert read_template("a", sources.__getitem__) == Template(
        sources["a"], {"b.typ": sources["b"], "c.typ": "text", "a.typ": sources["a"]}
    )


@needs_poppler
def test_a_paper_bears_its_heading_and_its_code(key: SealMaterial, tmp_path: Path) -> None:
    source = (
        '#set page(width: 60cm)\n#set text(font: "Noto Sans SC", lang: "zh")\n'
        "#let frame = json(bytes(sys.inputs.data)).frame\n"
        "#frame.title #frame.number #frame.department #frame.issued_on #frame.code #frame.address"
        '#image(bytes(frame.qr), format: "svg", width: 2cm)'
    )
    heading = Heading("受理通知书", "市公安局受字〔2026〕1号", "衢州市公安局", "受理专用章")
    pdf = make(Template(source, {}), heading, {}, code="0123456789ABCDEF", material=key, now=NOW)
    text = re.sub(r"\s", "", said_by("pdftotext", pdf, tmp_path, "-raw"))
    assert "受理通知书市公安局受字〔2026〕1号衢州市公安局2026年3月9日0123-4567-89AB-CDEF" in text
    assert text.endswith("/verify")
