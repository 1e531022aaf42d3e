"""一证通办: the items that somebody gets with one credential, for all else the city has already."""

from yichuang.catalogue.data import Catalogue, Item, Necessity

_PERSON = "1"  # 自然人, GB/T 39046 A.4


def id_card_only(catalogue: Catalogue) -> tuple[Item, ...]:
    """The items for persons that need the ID card and nothing else, whatever is answered to their questions."""
    return tuple(item for item in _nothing_to_bring(catalogue) if _PERSON in item.subjects)


def code_only(catalogue: Catalogue) -> tuple[Item, ...]:
    """The items for organisations that need the organisation's or the project's code and nothing else."""
    return tuple(item for item in _nothing_to_bring(catalogue) if _PERSON not in item.subjects)


def _nothing_to_bring(catalogue: Catalogue) -> list[Item]:
    return [
        item
        for item in catalogue.items.values()
        if all(
            entry.necessity is Necessity.OPTIONAL or _settled(catalogue, item, entry.material)
            for entry in item.materials
        )
    ]


def _settled(catalogue: Catalogue, item: Item, material: str) -> bool:
    """What an item of the city makes is at hand; a register answers only under a grant (浙江规定 art. 39)."""
    granted = catalogue.granted.get(item.key, {})
    entries = (entry.partition(":") for entry in catalogue.materials[material].stands_in)
    return any(kind != "resource" or target in granted for kind, _colon, target in entries)
