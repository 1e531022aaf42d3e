"""The check-list of materials on the draft page: how each is settled, or how it may be."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from yichuang.cases.data import Settlement
from yichuang.cases.drafts import OpenDraft
from yichuang.catalogue.data import BY_ITSELF, Catalogue, Necessity, SourceKind
from yichuang.catalogue.planned import PlannedMaterial
from yichuang.web.counter.forms import TICK
from yichuang.web.uploads import FILE


@dataclass(frozen=True, slots=True)
class Slip:
    """A material of the check-list and how it is settled. `state`: done, ask, due, later, free or sister."""

    key: str
    name: str
    state: str
    necessity: Necessity
    source: str
    source_name: str
    because: str
    checkpoints: tuple[str, ...]
    items: tuple[str, ...]
    tick: str  # name of the tick box "seen on paper"; "" where there is none
    ticked: bool
    file: str  # name of the input for an upload; "" where there is none
    address: str  # of the file or the evidence of the query
    removable: bool
    error: str


def slip_of(
    catalogue: Catalogue, draft: OpenDraft, planned: PlannedMaterial, wrong: Mapping[str, str]
) -> Slip:
    """A material as the page shows it. `wrong`: sentences by the name of an input."""
    key = planned.material.key
    settled = draft.content.materials.get(key)
    by_itself = settled is None and planned.source in BY_ITSELF
    by_hand = not by_itself and (settled is None or settled.source is SourceKind.PAPER)
    source = settled.source if settled else planned.source
    reference = settled.reference if settled else planned.reference
    has_paper = settled is not None and (settled.file_id is not None or settled.evidence_id is not None)
    return Slip(
        key=key,
        name=planned.material.name,
        state=_state(planned, settled),
        necessity=planned.necessity,
        source=source if settled or by_itself else "",
        source_name=_source_name(catalogue, source, reference),
        because=str(planned.because),
        checkpoints=planned.checkpoints,
        items=tuple(catalogue.items[item].name for item in planned.items if item in catalogue.items),
        tick=TICK + key if by_hand else "",
        ticked=settled is not None,
        file=FILE + key if by_hand else "",
        address=reverse("counter:draft_paper", args=[draft.key, key]) if has_paper else "",
        removable=settled is not None and settled.source is SourceKind.UPLOAD,
        error=wrong.get(TICK + key, "") or wrong.get(FILE + key, ""),
    )


def _state(planned: PlannedMaterial, settled: Settlement | None) -> str:
    if settled is not None:
        return "done"
    if planned.source in BY_ITSELF:
        return "sister"
    if planned.source in {SourceKind.LICENCE, SourceKind.SHARED}:
        return "ask"  # the city may know it: read the card first
    return {Necessity.REQUIRED: "due", Necessity.SUPPLY_LATER: "later", Necessity.OPTIONAL: "free"}[
        planned.necessity
    ]


def _source_name(catalogue: Catalogue, source: SourceKind, reference: str) -> str:
    match source:
        case SourceKind.LICENCE if reference in catalogue.licence_types:
            return catalogue.licence_types[reference].name
        case SourceKind.SHARED if reference in catalogue.resources:
            return catalogue.resources[reference].name
        case SourceKind.SISTER | SourceKind.COMMITMENT if reference in catalogue.items:
            return catalogue.items[reference].name
        case _:
            return ""
