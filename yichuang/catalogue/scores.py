"""How good the guides of each department are (事项质量): what the rules of quality find, counted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.rules.findings import Finding
from yichuang.catalogue.rules.quality import QUALITY_RULES


@dataclass(frozen=True, slots=True)
class Score:
    """A department's items, those in which no rule finds anything, and what was found: (title of the rule, number)."""

    department: str
    items: int
    sound: int
    found: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """The share of items without a finding, 0 to 1."""
        return self.sound / self.items


def scores(catalogue: Catalogue, findings: Iterable[Finding]) -> list[Score]:
    """A score for every department that has items, the lowest first."""
    titles = {rule.name: str(rule.title) for rule in QUALITY_RULES}
    items: dict[str, set[str]] = {}
    for item in catalogue.items.values():
        items.setdefault(item.department, set()).add(item.key)
    poor: set[str] = set()
    found: dict[str, Counter[str]] = {}
    for finding in findings:
        poor.add(finding.item)
        department = catalogue.items[finding.item].department
        found.setdefault(department, Counter())[titles[finding.rule]] += 1
    made = [
        Score(
            catalogue.department_names.get(department, department),
            len(keys),
            len(keys - poor),
            tuple(found.get(department, Counter()).most_common()),
        )
        for department, keys in items.items()
    ]
    return sorted(made, key=lambda score: (score.share, score.department))
