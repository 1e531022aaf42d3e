"""What the rules of quality find: values that need no folder, so that what is published can be asked as well."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise

from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.folder import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule finds in an item: in which element, what is wrong, what to do, and where the rule comes from."""

    item: str
    rule: str
    source: str
    place: Place  # relative to the item
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Look:
    """One rule's look at one item."""

    catalogue: Catalogue
    item: Item
    rule: "Rule"
    findings: list[Finding] = field(default_factory=list)

    def fault(self, place: Place, problem: str, remedy: str) -> None:
        """Note what is wrong."""
        source = str(self.rule.source)
        self.findings.append(Finding(self.item.key, self.rule.name, source, place, problem, remedy))


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule: `title` for people, `source` in law or practice, `check` notes what it finds."""

    title: str | Promise
    source: str | Promise
    check: Callable[[Item, Look], None]

    @property
    def name(self) -> str:
        """What the code calls the rule."""
        return self.check.__name__

    def look(self, item: Item, catalogue: Catalogue) -> list[Finding]:
        """What the rule finds in the item."""
        look = Look(catalogue, item, self)
        self.check(item, look)
        return look.findings
