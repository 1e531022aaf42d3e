"""Whether an item takes new applications on a day (生效日期, 取消日期). Cases that were received go on either way."""

from datetime import date

from django.utils.translation import gettext as _

from yichuang.catalogue.asking import as_bundle
from yichuang.catalogue.data import Catalogue, Item
from yichuang.catalogue.planned import Plan


def closed(item: Item, day: date) -> str:
    """Why nobody can apply for the item on `day`: from when, or since when; "" where everybody can."""
    if item.effective_date and day < item.effective_date:
        facts = {"name": item.name, "day": item.effective_date.isoformat()}
        return _("“%(name)s”从%(day)s起才接受申请，请在那天或以后来办。") % facts
    if item.cancel_date and day >= item.cancel_date:
        facts = {"name": item.name, "day": item.cancel_date.isoformat(), "phone": item.consult_phone}
        return (
            _("“%(name)s”从%(day)s起已经取消，不再接受新的申请；以前收下的继续办理。有疑问请拨打%(phone)s。")
            % facts
        )
    return ""


def closed_members(plan: Plan, day: date) -> tuple[str, ...]:
    """A sentence for each chosen item of a plan that is closed on `day`, with what to do about the others."""
    sentences = []
    for member in plan.members:
        sentence = closed(member.item, day) if member.chosen else ""
        if sentence and member.optional:
            sentence += _("可以先不选它，其他事项照常办理。")
        elif sentence and len(plan.members) > 1:
            sentence += _("其他事项可以分别单独申请。")
        sentences.append(sentence)
    return tuple(filter(None, sentences))


def closed_target(catalogue: Catalogue, key: str, day: date) -> str:
    """Why nobody at all can apply for a bundle or item on `day`: an item that is always part of it is closed."""
    bundle = as_bundle(catalogue, key)
    members = bundle.members if bundle else ()
    always = [catalogue.items[one.item] for one in members if not one.when and not one.optional]
    sentence = next(filter(None, (closed(item, day) for item in always)), "")
    return sentence + _("其他事项可以分别单独申请。") if sentence and len(members) > 1 else sentence
