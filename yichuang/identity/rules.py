"""May this be done? Pure checks that raise a sentence for the person."""

from collections.abc import Collection, Container, Set
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yichuang.base.errors import Forbidden, Invalid, NotVisible, Refused
from yichuang.identity.data import Actor, ActorKind, MandateFacts, MandateScope, Power, Role

#: Roles that see or change what others did: their accounts need a second factor outside a trial.
SECOND_FACTOR_ROLES = frozenset({Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR})

#: Who may see applicants in plain text, for a recorded purpose. Which applicants: the caller checks.
PARTY_READERS = frozenset({Role.CLERK, Role.OFFICER, Role.CHIEF_OFFICER, Role.SUPERVISOR})


def needs_second_factor(actor: Actor) -> bool:
    """Whether the actor's roles ask for a second factor (双因素认证)."""
    return actor.has(*SECOND_FACTOR_ROLES)


def check_administrator(actor: Actor) -> None:
    """Accounts are changed by an administrator (or by the platform itself at installation)."""
    if actor.kind is not ActorKind.SYSTEM and not actor.has(Role.ADMINISTRATOR):
        raise Forbidden(_("只有系统管理员可以管理账号，请联系本中心的系统管理员。"), code="not_administrator")


def check_chief(actor: Actor) -> int:
    """The department whose chief officer acts. Raises `Forbidden` for anybody else."""
    if not actor.has(Role.CHIEF_OFFICER) or actor.department_id is None:
        raise Forbidden(_("代班由本部门的首席代表安排。"), code="not_the_chief")
    return actor.department_id


def check_substitution(
    pair: Set[int], officers: Container[int], first: date, last: date, today: date
) -> None:
    """Two different officers of the department, and days to come in their order. Raises `Invalid`."""
    if any(one not in officers for one in pair) or len(pair) < 2:
        sentence = _("请从本部门的审批人员中选择请假的人和代班的人，不能是同一个人。")
        raise Invalid(sentence, code="no_colleague", field="substitute")
    if not first <= last or last < today:
        sentence = _("结束日期不能早于开始日期，也不能早于今天。请重新选择日期。")
        raise Invalid(sentence, code="date", field="last")


def check_not_self(actor: Actor, staff_id: int) -> None:
    """Nobody takes away their own power by a slip: one administrator would be left without any."""
    if actor.kind is ActorKind.STAFF and actor.id == staff_id:
        raise Refused(
            _("不能停用自己的账号或取消自己的管理员角色，请由另一位系统管理员操作。"), code="own_account"
        )


def check_roles(roles: Collection[Role]) -> None:
    """A member of staff has at least one role."""
    if not roles:
        raise Invalid(_("请至少选择一个角色。"), code="roles_missing", field="roles")


def check_party_reader(actor: Actor, party_id: int) -> None:
    """The platform, the party itself, staff who handle or inspect cases. To others there is no such party."""
    own = actor.kind is ActorKind.APPLICANT and actor.id == party_id
    if actor.kind is not ActorKind.SYSTEM and not own and not actor.has(*PARTY_READERS):
        raise NotVisible(_("没有找到该申请人。"), code="party_not_visible")


def check_seat(actor: Actor, *, counter_exists: bool) -> None:
    """A clerk sits at a counter of her own centre."""
    if not actor.has(Role.CLERK):
        raise Forbidden(_("只有窗口人员需要选择窗口，请联系系统管理员核对您的角色。"), code="not_clerk")
    if not counter_exists:
        raise Invalid(_("本中心没有这个窗口，请从列表中重新选择。"), code="counter_unknown", field="counter")


def check_mandate(scope: MandateScope, department_key: str, item_key: str, department_name: str) -> None:
    """The centre may act for the department on this item (改革规定 art. 5: receiving power is delegated).

    Raises `Forbidden` that says which mandate is missing, expired, not yet in force, or does not go so far,
    and what to do. Mandates that come closest to covering the act are named first.
    """
    if scope.covers(department_key, item_key):
        return
    words = {"department": department_name, "act": _power_label(scope.power)}
    given = scope.mandates.get(department_key, ())
    if not given:
        sentence = _(
            "%(department)s还没有委托本中心%(act)s，请联系%(department)s签发业务委托书，或引导申请人到该部门办理。"
        )
        raise Forbidden(sentence % words, code="mandate_missing")
    naming = [mandate for mandate in given if mandate.names(item_key)]
    if not naming:
        sentence = _(
            "%(department)s的业务委托书（%(number)s）不包括此事项，请联系%(department)s补充委托后再%(act)s。"
        )
        raise Forbidden(sentence % (words | {"number": given[0].number}), code="mandate_item")
    raise _nearest_refusal(scope, naming, words)


def _nearest_refusal(scope: MandateScope, naming: list[MandateFacts], words: dict[str, str]) -> Forbidden:
    """Of mandates that name the item but do not cover the act: why the closest one does not."""
    empowering = [mandate for mandate in naming if scope.power in mandate.powers]
    early = min(
        (mandate for mandate in empowering if mandate.valid_from > scope.on),
        key=lambda mandate: mandate.valid_from,
        default=None,
    )
    if early is not None:
        words |= {"number": early.number, "day": f"{early.valid_from:%Y-%m-%d}"}
        sentence = _(
            "%(department)s的业务委托书（%(number)s）自%(day)s起生效，此前请引导申请人到该部门%(act)s。"
        )
        return Forbidden(sentence % words, code="mandate_early")
    if empowering:
        last = max(empowering, key=lambda mandate: mandate.valid_until or mandate.valid_from)
        words |= {"number": last.number, "day": f"{last.valid_until or last.valid_from:%Y-%m-%d}"}
        sentence = _(
            "%(department)s的业务委托书（%(number)s）已于%(day)s到期，请联系%(department)s续签，登记后再%(act)s。"
        )
        return Forbidden(sentence % words, code="mandate_expired")
    words["number"] = naming[0].number
    words["powers"] = _("、").join(_power_label(power) for power in Power if power in naming[0].powers)
    sentence = _(
        "%(department)s的业务委托书（%(number)s）只委托了%(powers)s，没有委托%(act)s，请联系%(department)s补充委托。"
    )
    return Forbidden(sentence % words, code="mandate_power")


def _power_label(power: Power) -> str:
    names = {
        Power.RECEIVE: pgettext("power", "收件"),
        Power.ACCEPT: pgettext("power", "受理"),
        Power.DELIVER: pgettext("power", "送达"),
    }
    return names[power]
