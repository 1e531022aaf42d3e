"""Where the faults of a proposal are told: each at its field, or the nearest thing around it, and all at the top."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from yichuang.catalogue.authoring.missing import is_missing
from yichuang.catalogue.authoring.typed import Content
from yichuang.web.authoring.parts import Component, Section


@dataclass(frozen=True, slots=True)
class Told:
    """A fault at the top of the page: the input that it leads to ("": none), what that is called, what is wrong."""

    name: str
    label: str
    sentence: str
    is_missing: bool  # nothing is there yet


def labels_of(sections: Iterable[Section]) -> dict[str, str]:
    """Name of every input and of what is around it → what it is called, in the order of the form."""
    found: dict[str, str] = {}
    for section in sections:
        for component in section.components:
            found.update(_labels_of(component, () if component.label == section.title else (section.title,)))
    return found


def _labels_of(component: Component, around: tuple[str, ...]) -> dict[str, str]:
    here = around if component.form == "more" else (*around, component.label)
    found = {component.name: " › ".join(here)}
    for part in component.parts:
        found.update(_labels_of(part, here))
    for number, row in enumerate(component.rows, start=1):
        inside = here if component.form == "fixed" else (*here, row.title or str(number))
        found[row.name] = " › ".join(inside)
        for part in row.parts:
            found.update(_labels_of(part, inside))
    return found


def told_at_the_top(
    labels: Mapping[str, str], placed: Mapping[str, list[str]], content: Content
) -> tuple[Told, ...]:
    """Every fault in the order of the form; first those that belong to no field."""
    order = {name: number for number, name in enumerate(("", *labels))}
    found = [
        Told(name, labels.get(name, ""), sentence, is_missing(content, place))
        for place, told in placed.items()
        for name in (nearest(place, labels),)
        for sentence in told
    ]
    return tuple(sorted(found, key=lambda each: order[each.name]))


def nearest(place: str, names: Iterable[str]) -> str:
    """The input, or the nearest thing around it, where a fault is shown; "" where there is none."""
    known = set(names)
    while place and place not in known:
        place = place.rpartition("-")[0]
    return place


def with_stray_faults(section: Section, placed: Mapping[str, list[str]], labels: Iterable[str]) -> Section:
    """The faults of the section counted, and those of places that have no input shown at the nearest that has."""
    own = {name for component in section.components for name in _labels_of(component, ())}
    stray: dict[str, list[str]] = {}
    wrong = 0
    for place, sentences in placed.items():
        at = nearest(place, labels)
        if at in own:
            wrong += len(sentences)
            if at != place:
                stray.setdefault(at, []).extend(sentences)
    components = tuple(_with_errors(component, stray) for component in section.components)
    return replace(section, components=components, wrong=wrong)


def _with_errors(component: Component, stray: Mapping[str, list[str]]) -> Component:
    if not stray:
        return component
    rows = tuple(
        replace(
            row,
            error=" ".join([row.error, *stray.get(row.name, ())]).strip(),
            parts=tuple(_with_errors(part, stray) for part in row.parts),
        )
        for row in component.rows
    )
    error = " ".join([component.error, *stray.get(component.name, ())]).strip()
    parts = tuple(_with_errors(part, stray) for part in component.parts)
    return replace(component, error=error, parts=parts, rows=rows)
