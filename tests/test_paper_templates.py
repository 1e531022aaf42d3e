"""文书模板: every paper of the city makes a page that lasts; what is wrong in a template is found with its line."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typst

from tests.catalogue_folder import write_folder
from tests.city import CITY
from tests.factories import NOW
from tests.papers import DOCUMENTS, authority, material, needs_poppler, pdf_a_faults, said_by
from yichuang.base.pdf import render, trying
from yichuang.base.pdf.document import Template
from yichuang.base.pdf.seal import seal
from yichuang.base.pdf.trying import TOO_MUCH, Job, try_all
from yichuang.catalogue.checking import examine
from yichuang.catalogue.folder import Folder
from yichuang.catalogue.loading import read
from yichuang.catalogue.paper_samples import FACTS
from yichuang.catalogue.papers import FORMS, NoticeKind
from yichuang.catalogue.rules import papers as rules_of_papers
from yichuang.catalogue.rules.papers import facts_known, sample

TODAY = date(2026, 3, 9)
HEAD = '#set text(font: "Noto Serif SC")\n'


@pytest.fixture(scope="module")
def city() -> Folder:
    folder = read(CITY).folder
    assert folder is not None
    return folder


def page(source: str, **parts: str) -> Job:
    return Job(Template(source, {f"{name}.typ": text for name, text in parts.items()}), {})


def test_a_fact_without_a_sample_is_a_finding_with_its_place_and_stops_nothing(
    city: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = replace(FORMS[NoticeKind.DECLINE], facts=FORMS[NoticeKind.DECLINE].facts | {"moon_phase"})
    monkeypatch.setitem(FORMS, NoticeKind.DECLINE, form)
    rules_of_papers._faults.cache_clear()
    faults = examine(CITY, today=TODAY).faults
    rules_of_papers._faults.cache_clear()
    (fault,) = faults
    assert fault.path == "documents/decline.typ"
    assert "moon_phase" in str(fault)
    assert sample(city, "decline") is None


# ── The papers of the city ───────────────────────────────────────────────────────────────────────


def test_every_fact_of_every_paper_has_a_name_and_a_sample() -> None:
    assert {fact for form in FORMS.values() for fact in form.facts} == FACTS.keys()


@needs_poppler
@pytest.mark.parametrize("name", sorted(path.stem for path in DOCUMENTS.glob("*.typ")))
def test_every_template_makes_a_page_that_is_pdf_a_with_all_fonts_embedded_after_sealing_too(
    name: str, city: Folder, tmp_path: Path
) -> None:
    if facts_known(city, name) is None:
        pytest.skip("a part of others, or the evidence of a register")
    job = sample(city, name)
    assert job is not None
    made = try_all([job])[0]
    assert made.problem == ""
    sealed = seal(made.pdf, material(authority(NOW), NOW), now=NOW)
    for pdf in (made.pdf, sealed):
        assert pdf_a_faults(pdf) == []
        fonts = said_by("pdffonts", pdf, tmp_path).splitlines()[2:]
        assert fonts
        assert all(" yes yes yes " in line for line in fonts), fonts
        about = said_by("pdfinfo", pdf, tmp_path)
        assert "Encrypted:       no" in about
        assert "JavaScript:      no" in about


def test_making_samples_compiles_nothing_in_this_process(
    city: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler's threads do not live on in a forked worker, where every page would wait for them for ever."""

    def compiled(*_arguments: object) -> bytes:
        raise AssertionError("compiled in the process that asks")

    render.has_glyph.cache_clear()
    monkeypatch.setattr(render, "_compile", compiled)
    assert [name for name in city.templates if sample(city, name)]


def test_what_is_no_pdf_a_is_found_out() -> None:
    plain = typst.compile(b'#set text(font: "New Computer Modern")\nx')
    assert any("pdfaid" in fault for fault in pdf_a_faults(plain))
    assert "no output intent with its colour profile" in pdf_a_faults(plain)


# ── Faults ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (HEAD + '#let fact(key) = key\n#fact("aplicant")', 3, "没有“facts.aplicant”这个内容，是不是“applicant”"),
        (HEAD + "#let facts = (:)\n#facts.gone", 3, "没有“facts.gone”这个内容"),
        (HEAD + "\n\n#let frame = (:)\n#frame.numbr", 5, "没有“frame.numbr”这个内容，是不是“number”"),
        ('#import "bsae.typ": *', 1, '不能引入"bsae.typ"'),
        ('一\n#import "@preview/cetz:0.2.0": *', 2, "不能引入"),
        ('#let name = "a"\n#include name', 2, "不能引入name"),
        ('#eval("1")', 1, "模板里不能用eval()"),
        ('#read("/etc/passwd")', 1, "模板里不能用read()"),
        (HEAD + "\n#unknown", 3, "模板排不出来"),
        (HEAD + "#(1 +", 2, "模板排不出来"),
        (HEAD + "#while true {}", 2, "模板排不出来"),
    ],
)  # fmt: skip
def test_a_fault_in_a_template_is_found_with_its_line(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    name = "documents/acceptance.typ"
    root = write_folder(tmp_path)
    (root / name).write_text(text, encoding="utf-8")
    faults = examine(root, today=TODAY).faults
    assert [(fault.path, fault.line) for fault in faults] == [(name, line)], faults
    assert problem in faults[0].problem
    assert faults[0].remedy


def test_a_paper_without_its_template_is_a_fault(tmp_path: Path) -> None:
    faults = examine(write_folder(tmp_path, without=("documents/refusal.typ",)), today=TODAY).faults
    assert [(fault.path, fault.problem) for fault in faults] == [
        ("documents/refusal.typ", "缺少“不予准许决定书”的模板")
    ]


def test_a_fault_in_what_templates_share_is_told_there_and_once(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    (root / "documents/base.typ").write_text(f"{HEAD}#let red = 1\n#unknown\n", encoding="utf-8")
    for name in ("acceptance", "decline"):
        (root / f"documents/{name}.typ").write_text(f'#import "base.typ": *\n{HEAD}一', encoding="utf-8")
    faults = examine(root, today=TODAY).faults
    assert [(fault.path, fault.line) for fault in faults] == [("documents/base.typ", 3)]


def test_what_a_comment_says_is_no_fault(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    (root / "documents/acceptance.typ").write_text(
        f'// import what you like: facts.gone, eval("1")\n{HEAD}一', encoding="utf-8"
    )
    assert examine(root, today=TODAY).faults == ()


# ── In a process of its own ──────────────────────────────────────────────────────────────────────


def test_a_template_that_does_not_end_or_fills_the_memory_is_stopped_and_harms_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trying, "_SECONDS", 2)
    jobs = [
        page(f"{HEAD}一"),
        page("#for a in range(100000) { for b in range(100000) { let c = a * b } }"),
        page("#range(100000000).map(x => str(x) * 100).len()"),
        page(f"{HEAD}#gone"),
    ]
    made, endless, huge, wrong = try_all(jobs)
    assert made.pdf.startswith(b"%PDF-")
    assert {endless.problem, huge.problem} == {TOO_MUCH}
    assert wrong.problem == "unknown variable: gone"
    again = try_all(jobs)
    assert all(now is then for now, then in zip(again, (made, endless, huge, wrong), strict=True))
