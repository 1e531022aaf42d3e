"""What the journey test is played with: an album of its pictures, and its people at their screens."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import DESKTOP, PHONE, open_context
from tests.papers import said_by
from tests.platform import ROOT, Platform, submission, until
from yichuang.identity.data import TRIAL_PASSWORD

PICTURES = ROOT / "docs" / "pictures"
#: A picture of the documents may not be larger, in bytes: a clone carries every one of them for ever.
LARGEST = 250_000


@dataclass(frozen=True)
class Album:
    """Pictures for the documents, taken where YICHUANG_SCREENSHOTS is 1; otherwise nobody is kept waiting."""

    taking: bool = field(default_factory=lambda: os.environ.get("YICHUANG_SCREENSHOTS") == "1")

    def take(self, page: Page, name: str) -> None:
        """What the window shows now."""
        if self.taking:
            page.screenshot(path=self._place(name), animations="disabled")
            self._weigh(name)

    def take_paper(self, pdf: bytes, name: str, folder: Path) -> None:
        """The first page of a PDF."""
        if self.taking:
            paper = folder / f"{name}.pdf"
            paper.write_bytes(pdf)
            self._place(name)
            command = ["pdftoppm", "-png", "-r", "84", "-singlefile", str(paper), str(PICTURES / name)]
            subprocess.run(command, check=True)
            self._weigh(name)

    def _place(self, name: str) -> Path:
        PICTURES.mkdir(exist_ok=True)
        return PICTURES / f"{name}.png"

    def _weigh(self, name: str) -> None:
        size = self._place(name).stat().st_size
        assert size <= LARGEST, f"{name} has {size} bytes"


#: Others at the counters while the pictures are taken: what they come for, and who they are.
_CROWD = (
    ("medical_insurance_transfer", "周牧川", "330821199309022711"),
    ("medical_insurance_transfer", "徐怀瑾", "330802197809252822"),
    ("medical_insurance_transfer", "郑书白", "330825199707302191"),
    ("housing_reform_proof", "吴敬亭", "330802198406112336"),
    ("elderly_benefit", "何秋山", "330802194502102754"),
    ("pension_transfer", "沈若溪", "330802199111192281"),
)


def fill_the_hall(platform: Platform) -> None:
    """Applications of other people, so that a picture shows a working day and not an empty hall."""
    clerk = platform.person("clerk2")
    for target, name, number in _CROWD:
        sent = submission(target, number=number)
        sent["applicant"]["name"] = name
        receipt = clerk.post("/api/applications", sent)
        assert receipt.status_code in {200, 201}, receipt.text
        accepted = clerk.post(f"/api/applications/{receipt.json()['number']}/accept")
        assert accepted.status_code == 200, accepted.text


@dataclass(frozen=True)
class Cast:
    """Everybody in the play, each at a screen of their own, on one platform."""

    platform: Platform
    browser: Browser

    @contextmanager
    def at_desk(self, username: str, start: str) -> Iterator[Page]:
        """Somebody of the staff at a desktop screen, logged in with the keyboard, at the page `start`."""
        with open_context(self.browser, DESKTOP) as context:
            page = context.new_page()
            page.goto(f"{self.platform.url}/accounts/login/?next={start}")
            expect(page.get_by_label("账号")).to_be_focused()
            page.keyboard.type(username)
            page.keyboard.press("Tab")
            page.keyboard.type(TRIAL_PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{self.platform.url}{start}")
            yield page

    @contextmanager
    def on_the_phone(self) -> Iterator[Page]:
        """The mother with her phone, at the start page."""
        with open_context(self.browser, PHONE) as context:
            page = context.new_page()
            page.goto(f"{self.platform.url}/")
            yield page


def reload_until(page: Page, text: str) -> None:
    """Look again until the page says so, as somebody does who waits."""

    def says() -> bool:
        page.reload()
        return page.get_by_text(text).count() > 0

    until(says, f"“{text}” on {page.url}")


def press(page: Page, key: str) -> None:
    """A shortcut of the page, once the script that listens for it runs."""
    page.locator("html[data-keys]").wait_for(state="attached")
    page.keyboard.press(key)


def code_of(pdf: bytes, folder: Path) -> str:
    """The code (验真码) printed on a paper."""
    found = re.search(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", said_by("pdftotext", pdf, folder))
    assert found is not None
    return found[0]
