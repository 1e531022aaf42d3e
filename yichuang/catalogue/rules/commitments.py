"""告知承诺 in a guide: nobody is forced, and who commits has read all of it (浙江规定 art. 14)."""

from django.utils.translation import gettext as _

from yichuang.catalogue.conditions import UndefinedError, answer_of
from yichuang.catalogue.data import Item, Necessity
from yichuang.catalogue.rules.findings import Look


def a_commitment_is_chosen(item: Item, look: Look) -> None:
    """浙江规定 art. 14: the applicant may commit, and whoever says nothing takes the ordinary path."""
    said = item.commitment
    if said is None:
        return
    letter = next((entry for entry in item.materials if entry.material == said.letter), None)
    if letter is None or not letter.when or letter.necessity is not Necessity.REQUIRED:
        problem = _("承诺书“%(letter)s”要是本事项的必要材料，并且写明选择承诺的条件") % {
            "letter": said.letter
        }
        look.fault(("commitment", "letter"), problem, _("在materials中写上它，when写选择告知承诺的回答"))
        return
    try:
        forced = (
            answer_of(letter.when, {one.key: one.default for one in item.situations if one.default}) is True
        )
    except UndefinedError:
        return  # told by the check of conditions
    if forced:
        problem = _("不作回答就成了告知承诺，申请人没有选择")
        look.fault(("commitment", "letter"), problem, _("让问题的default是一般程序，或不写default"))


def a_commitment_is_told_whole(item: Item, look: Look) -> None:
    """浙江规定 art. 14: what the law requires, what is declared, what follows from a breach, and what it spares."""
    said = item.commitment
    if said is None:
        return
    parts = {
        "tells": said.tells,
        "declares": said.declares,
        "consequences": said.consequences,
        "basis": said.basis,
        "materials": said.materials,
    }
    for name, told in parts.items():
        if not told:
            problem = _("告知承诺没有写%(name)s") % {"name": name}
            look.fault(("commitment",), problem, _("写全告知、承诺、后果、依据和承诺后免交的材料"))
    asked = {entry.material for entry in item.materials} - {said.letter}
    for position, key in enumerate(said.materials):
        if key not in asked:
            problem = _("承诺后免交的“%(key)s”不是本事项的材料") % {"key": key}
            look.fault(("commitment", "materials", position), problem, _("改成materials中的一份材料，或删去"))
