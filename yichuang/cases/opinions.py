"""Reads of rounds of opinions (征求意见): those of a case for who handles it, and those that a department was asked in.

An asked department's officers see the question, what it is about, and their own answer; nothing else of the case.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yichuang.base.errors import Invalid, NotVisible, Overtaken
from yichuang.cases import queries, remarks
from yichuang.cases.data import CaseRow
from yichuang.cases.models import Opinion, OpinionRound
from yichuang.cases.queries import PAGE_ROWS, ApplicationRow
from yichuang.cases.states import ANSWER_NAMES, MOVES, SUPPORT_NAMES, Answer, Support, Verb
from yichuang.catalogue.facts import JoinRule, NoAnswer
from yichuang.catalogue.words import word
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import Actor, DepartmentFacts, Role


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """What one department was asked; `answer` None: it has not answered. `late`: its answer changed nothing."""

    id: int
    department: str
    answer: Answer | None
    answer_name: str
    text: str
    answered_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round; `support` None: it is open. `binding`: nothing is decided until it has ended."""

    position: int
    question: str
    asked_at: datetime
    until: date
    join: JoinRule
    no_answer: NoAnswer
    binding: bool
    support: Support | None
    opinions: tuple[OpinionRow, ...]

    @property
    def rule(self) -> str:
        """How the answers are joined, in words."""
        return _("%(join)s；逾期未答复%(silent)s") % {"join": word(self.join), "silent": word(self.no_answer)}

    @property
    def support_name(self) -> str:
        """How it ended, in words; "" while it is open."""
        return str(SUPPORT_NAMES[self.support]) if self.support else ""

    @property
    def missing(self) -> str:
        """Who has not answered yet, in words."""
        return "、".join(one.department for one in self.opinions if one.answer is None)


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A line of the list of what a department was asked."""

    id: int
    item_name: str
    case_number: str
    department: str  # who asks
    asked_at: datetime
    until: date
    is_open: bool
    answer_name: str  # "": not answered
    late: bool


def may_be_asked(own_id: int) -> Mapping[str, DepartmentFacts]:
    """Whom a department may ask, by key: every other department, and no service centre."""
    known = identity_queries.departments().items()
    return {key: one for key, one in known if one.id != own_id and not one.is_centre}


def rounds_of(case_id: int) -> list[RoundRow]:
    """The rounds of a case that the caller may see, the newest first; two queries."""
    found = OpinionRound.objects.filter(case_id=case_id).select_related("question")
    rows = list(found.order_by("-position"))
    answers = Opinion.objects.filter(round__in=rows).select_related("remark").order_by("id")
    names = {one.id: one.short_name for one in identity_queries.departments().values()}
    given: dict[int, list[OpinionRow]] = {}
    for one in answers:
        given.setdefault(one.round_id, []).append(
            OpinionRow(
                one.id,
                names.get(one.department_id, ""),
                Answer(one.answer) if one.answer else None,
                _name(one.answer),
                remarks.text_of(one.remark) if one.remark else "",
                one.answered_at,
                one.late,
            )
        )
    return [_round(row, given.get(row.id, ())) for row in rows]


def _round(row: OpinionRound, given: Collection[OpinionRow]) -> RoundRow:
    return RoundRow(
        position=row.position,
        question=remarks.text_of(row.question),
        asked_at=row.asked_at,
        until=row.until,
        join=JoinRule(row.join_rule),
        no_answer=NoAnswer(row.no_answer),
        binding=row.binding,
        support=Support(row.support) if row.support else None,
        opinions=tuple(given),
    )


def _name(answer: str) -> str:
    return str(ANSWER_NAMES[Answer(answer)]) if answer else ""


def check_no_round(case_id: int, *, binding_only: bool = True) -> None:
    """No round is open, or none that a decision waits for. Raises `Invalid` or `Overtaken` saying who is missing."""
    one = OpinionRound.objects.filter(case_id=case_id, closed_at=None).first()
    if one is None or (binding_only and not one.binding):
        return
    names = {each.id: each.short_name for each in identity_queries.departments().values()}
    missing = one.opinions.filter(answer="").order_by("id").values_list("department_id", flat=True)
    words = {"names": "、".join(names.get(each, "") for each in missing), "until": one.until.isoformat()}
    if binding_only:
        sentence = _("还在等%(names)s的意见（期限%(until)s），征求意见结束之后才能作出决定。")
        raise Invalid(sentence % words, code="opinions_open")
    sentence = _("已经在征求意见，还在等%(names)s（期限%(until)s）。结束之后可以再征求一次。")
    raise Overtaken(sentence % words, code="opinions_open")


def awaited(case_id: int) -> list[int]:
    """The departments whose answers an open round still waits for."""
    found = Opinion.objects.filter(round__case_id=case_id, round__closed_at=None, answer="")
    return list(found.order_by("id").values_list("department_id", flat=True))


# ── For the departments that are asked ───────────────────────────────────────────────────────────


def _asked_of(actor: Actor) -> QuerySet[Opinion]:
    if actor.department_id is None or not actor.has(Role.OFFICER, Role.CHIEF_OFFICER):
        return Opinion.objects.none()
    return Opinion.objects.filter(department_id=actor.department_id)


def _open(found: QuerySet[Opinion]) -> QuerySet[Opinion]:
    stages = sorted(MOVES[Verb.CLOSE_OPINIONS].origins)
    return found.filter(answer="", round__closed_at=None, round__case__stage__in=stages)


def asked(actor: Actor, opinion_id: int) -> Opinion:
    """What the actor's department was asked. Raises `NotVisible`."""
    found = (
        _asked_of(actor).filter(id=opinion_id).select_related("round__case__application", "round__question")
    )
    row = found.first()
    if row is None:
        raise NotVisible(_("没有这次征求意见，或者征求的不是本部门。"))
    return row


def open_count(actor: Actor) -> int:
    """How many answers the actor's department owes."""
    return _open(_asked_of(actor)).count()


def asked_list(
    actor: Actor, *, open_only: bool = True, before: int | None = None, rows: int = PAGE_ROWS
) -> tuple[Sequence[AskedRow], int | None]:
    """What the actor's department was asked, the newest first, and the key of the next page; two queries at most."""
    found = _open(_asked_of(actor)) if open_only else _asked_of(actor)
    if before is not None:
        found = found.filter(id__lt=before)
    page = list(found.select_related("round__case").order_by("-id")[: rows + 1])
    names = {one.id: one.short_name for one in identity_queries.departments().values()}
    lines = [
        AskedRow(
            id=one.id,
            item_name=one.round.case.item_name,
            case_number=one.round.case.number,
            department=names.get(one.round.case.department_id, ""),
            asked_at=one.round.asked_at,
            until=one.round.until,
            is_open=one.round.closed_at is None,
            answer_name=_name(one.answer),
            late=one.late,
        )
        for one in page[:rows]
    ]
    return lines, page[rows - 1].id if len(page) > rows else None


def asked_about(actor: Actor, opinion_id: int, *, now: datetime) -> tuple[ApplicationRow, CaseRow, RoundRow]:
    """The case that the actor's department is asked about, and the question with its own answer alone."""
    row = asked(actor, opinion_id)
    whole = queries.application_rows([row.round.case.application], now=now)[0]
    case = next(one for one in whole.cases if one.id == row.round.case_id)
    own = next(one for each in rounds_of(case.id) for one in each.opinions if one.id == opinion_id)
    return whole, case, _round(row.round, [own])


def asked_names(actor: Actor, case_numbers: Collection[str]) -> Mapping[str, tuple[int, str]]:
    """Of these cases, those that the actor's department was asked about: number → (opinion, item)."""
    found = _asked_of(actor).filter(round__case__number__in=case_numbers).order_by("id")
    return {
        number: (opinion_id, name)
        for opinion_id, number, name in found.values_list(
            "id", "round__case__number", "round__case__item_name"
        )
    }
