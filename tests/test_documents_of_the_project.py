"""The project's own documents: every link leads to a file that is there, and every picture is one."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey import LARGEST, PICTURES

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]
#: An inline link or picture, and a reference at the foot of a page.
_LINKS = (
    re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)"),
    re.compile(r"^\[[^\]]+\]:\s*(\S+)", re.MULTILINE),
)
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def links(document: Path) -> Iterator[tuple[str, str]]:
    """(path, heading) of every link of a document that stays inside the project."""
    text = _CODE.sub("", document.read_text(encoding="utf-8"))
    for pattern in _LINKS:
        for target in pattern.findall(text):
            if not re.match(r"[a-z]+:", target):
                path, _mark, heading = target.partition("#")
                yield path, heading


def headings(document: Path) -> set[str]:
    """The anchors that a page of Markdown has."""
    lines = re.findall(r"^#+\s+(.+?)\s*$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    dead = []
    for path, heading in links(document):
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (heading and heading not in headings(target)):
            dead.append(f"{path}#{heading}" if heading else path)
    assert dead == []


def test_every_picture_of_the_documents_is_shown_and_small() -> None:
    shown = {
        (document.parent / path).resolve()
        for document in DOCUMENTS
        for path, _heading in links(document)
        if path.endswith(".png")
    }
    taken = set(PICTURES.glob("*"))
    assert taken == {path for path in shown if path.parent == PICTURES}
    for picture in sorted(taken):
        content = picture.read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n"), picture.name
        width, height = struct.unpack(">II", content[16:24])
        assert (width, height) in {(1440, 900), (390, 844)} or picture.stem == "licence", picture.name
        assert len(content) <= LARGEST, picture.name
