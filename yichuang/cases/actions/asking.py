"""征求意见, 联合审查: other departments are asked about a case, answer, and their answers are joined by rule.

The case's clocks run on: the law lets time stand still for special procedures only, and asking another organ is none
of them (行政许可法 art. 45).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.errors import Overtaken
from yichuang.cases import clocks, opinions, remarks, rules
from yichuang.cases.actions.review import check_not_elsewhere, lock_for_review
from yichuang.cases.joined import support
from yichuang.cases.locking import lock_case
from yichuang.cases.models import Case, Opinion, OpinionRound
from yichuang.cases.states import MOVES, Answer, Support, Verb
from yichuang.cases.writing import change
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.facts import JoinRule, NoAnswer
from yichuang.deadlines import keeping
from yichuang.deadlines.clocks import due
from yichuang.deadlines.data import ClockKind, Limit
from yichuang.deadlines.keeping import NewClock
from yichuang.deadlines.queries import calendar
from yichuang.identity.data import SYSTEM, Actor


def ask_opinions(
    *, actor: Actor, case_id: int, departments: Sequence[str], question: str, within: Limit, now: datetime
) -> None:
    """Ask other departments, by their keys, for their opinions within a limit; the item says how they are joined.

    Raises `Invalid` where nobody, the own department, a stranger or nothing is asked, and for a limit that is none;
    `Overtaken` while a round is open; else as `decide`.
    """
    text = rules.check_remark(question, what=_("征求意见的内容"), field="question", is_told=False)
    rules.check_answer_within(within)
    with transaction.atomic(durable=True):
        case = lock_for_review(actor, case_id, now)
        check_not_elsewhere(case)
        opinions.check_no_round(case_id, binding_only=False)
        organs = opinions.may_be_asked(case.department_id)
        asked = rules.check_asked(departments, organs)
        said = catalogue_queries.item_version(case.item_version_id).authority.opinions
        until = local(due(calendar(), now, within).at).date()
        keeping.start([NewClock(ClockKind.OPINIONS, clocks.SUBJECT, case_id, within)], now=now)
        one = OpinionRound.objects.create(
            case=case,
            position=case.opinion_rounds.count() + 1,
            question_id=remarks.write(case_id, "question", text, actor=actor, now=now),
            join_rule=said.join,
            no_answer=said.no_answer,
            binding=said.binding,
            asked_at=now,
            until=until,
        )
        Opinion.objects.bulk_create(Opinion(round=one, department_id=organs[key].id) for key in asked)
        facts = {
            "round": one.position,
            "departments": [organs[key].id for key in asked],
            "remark": one.question_id,
            "limit": within.value,
            "unit": within.unit,
            "until": until.isoformat(),
            "join": said.join,
            "no_answer": said.no_answer,
            "binding": said.binding,
        }
        change([case], Verb.ASK_OPINIONS, [facts], actor=actor, now=now)


def give_opinion(*, actor: Actor, opinion_id: int, answer: Answer, text: str, now: datetime) -> None:
    """Answer for the actor's department, once; the round ends when no answer to come can change how.

    What comes after its end, or after the decision, is kept and marked as late. Raises `NotVisible` where the
    department was not asked, `Invalid` without conditions or reasons, `Overtaken` where it has answered already or
    the case has ended otherwise.
    """
    words = rules.check_answer(answer, text)
    with transaction.atomic(durable=True):
        case = lock_case(opinions.asked(actor, opinion_id).round.case_id)
        opinion = Opinion.objects.select_related("round").get(id=opinion_id)
        if opinion.answer:
            raise Overtaken(_("本部门已经答复过了，请刷新页面查看。"), code="answered")
        one = opinion.round
        is_late = one.closed_at is not None or case.stage not in MOVES[Verb.CLOSE_OPINIONS].origins
        opinion.answer, opinion.late = answer, is_late
        opinion.answered_by, opinion.answered_at = actor.id, now
        if words:
            opinion.remark_id = remarks.write(case.id, "opinion", words, actor=actor, now=now)
        opinion.save(update_fields=["answer", "late", "answered_by", "answered_at", "remark"])
        facts = {
            "round": one.position,
            "department": opinion.department_id,
            "answer": answer,
            "late": is_late,
            **({"remark": opinion.remark_id} if words else {}),
        }
        change([case], Verb.GIVE_OPINION, [facts], actor=actor, now=now)
        if not is_late:
            _close_if_certain(case, one, now, is_over=False)


def lapse(*, case_id: int, now: datetime) -> None:
    """The date of the answers has passed: a round in which silence agrees ends. Safe to repeat, and for an old date."""
    with transaction.atomic(durable=True):
        case = lock_case(case_id)
        one = OpinionRound.objects.filter(case=case, closed_at=None, until__lt=local(now).date()).first()
        if one is not None and case.stage in MOVES[Verb.CLOSE_OPINIONS].origins:
            _close_if_certain(case, one, now, is_over=True)


def _close_if_certain(case: Case, one: OpinionRound, now: datetime, *, is_over: bool) -> None:
    rows = one.opinions.order_by("id").values_list("answer", flat=True)
    answers = [Answer(answer) if answer else None for answer in rows]
    found = support(JoinRule(one.join_rule), NoAnswer(one.no_answer), answers, is_over=is_over)
    if found is not None:
        _close(case, one, found, now)


def _close(case: Case, one: OpinionRound, found: Support, now: datetime) -> None:
    one.support, one.closed_at = found, now
    one.save(update_fields=["support", "closed_at"])
    keeping.stop(clocks.SUBJECT, [case.id], [ClockKind.OPINIONS], now=now)
    facts = {"round": one.position, "support": found}
    change([case], Verb.CLOSE_OPINIONS, [facts], actor=SYSTEM, now=now)
