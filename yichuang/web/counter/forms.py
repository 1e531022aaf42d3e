"""What a clerk typed and ticked, read from a request as it stands. The acts check it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid
from yichuang.cases.data import Person, Settlement
from yichuang.catalogue.data import SourceKind

#: Inputs of the draft page are named after what they hold: prefix + key.
ANSWER, VALUE, TICK = "a-", "v-", "m-"
#: The tick boxes of optional items, and the items that the page offered.
MEMBER, OFFERED = "member", "offered"
#: Every material whose tick box the page showed: an unticked box alone is not sent by browsers.
SHOWN = "shown"

_PAPER = Settlement(SourceKind.PAPER, checked=True)


@dataclass(frozen=True, slots=True)
class DraftInput:
    """The whole draft page as it was sent. `act`: the button; "" where the page was sent without one."""

    act: str
    revision: int
    answers: dict[str, str]
    values: dict[str, str]
    materials: dict[str, Settlement | None]
    choice: dict[str, bool]  # optional item → whether it is wanted
    applicant: Person | None
    agent: Person | None


def read_draft(sent: QueryDict) -> DraftInput:
    """The draft page; a revision that is no number counts as none that ever was."""
    revision = sent.get("revision", "")
    ticked = _starting(sent, TICK)
    return DraftInput(
        act=sent.get("act", ""),
        revision=int(revision) if revision.isdecimal() else -1,
        answers=_starting(sent, ANSWER),
        values=_starting(sent, VALUE),
        materials={key: _PAPER if key in ticked else None for key in sent.getlist(SHOWN)},
        choice={key: key in sent.getlist(MEMBER) for key in sent.getlist(OFFERED)},
        applicant=_person(sent, ""),
        agent=_person(sent, "agent_"),
    )


def read_ticked(sent: QueryDict) -> dict[str, Settlement]:
    """The materials ticked as seen on paper."""
    return dict.fromkeys(_starting(sent, TICK), _PAPER)


def read_date(text: str, *, field: str) -> date:
    """A date as browsers send it. Raises `Invalid`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(_("请填写完整的日期，例如2026-03-20。"), code="date", field=field) from error


def chosen(sent: QueryDict, name: str, known: Iterable[str]) -> list[str]:
    """The ticked values of `name` that the page offered."""
    offered = set(known)
    return [value for value in sent.getlist(name) if value in offered]


def _starting(sent: QueryDict, prefix: str) -> dict[str, str]:
    """Key → value of the inputs so named; the last value where one was sent twice."""
    return {
        name.removeprefix(prefix): sent.getlist(name)[-1].strip() for name in sent if name.startswith(prefix)
    }


def _person(sent: QueryDict, prefix: str) -> Person | None:
    """Nothing typed at all is nobody."""
    number, name, phone = (sent.get(f"{prefix}{part}", "").strip() for part in ("number", "name", "phone"))
    if not (number or name or phone):
        return None
    kind = "organisation" if sent.get(f"{prefix}kind") == "organisation" else "person"
    return Person(kind, number, name, phone)
