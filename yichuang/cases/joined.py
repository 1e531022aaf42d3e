"""合议: whether the departments that were asked support what is applied for. Pure."""

from collections.abc import Callable, Mapping, Sequence

from yichuang.cases.states import Answer, Support
from yichuang.catalogue.facts import JoinRule, NoAnswer

_FOR = frozenset({Answer.AGREES, Answer.AGREES_IF})


def _all_agree(answers: Sequence[Answer]) -> bool:
    return all(one in _FOR for one in answers)


def _majority(answers: Sequence[Answer]) -> bool:
    concerned = [one for one in answers if one is not Answer.NOT_OURS]
    return 2 * sum(one in _FOR for one in concerned) > len(concerned)


def _none_objects(answers: Sequence[Answer]) -> bool:
    return Answer.OBJECTS not in answers


_RULES: Mapping[JoinRule, Callable[[Sequence[Answer]], bool]] = {
    JoinRule.ALL_AGREE: _all_agree,
    JoinRule.MAJORITY: _majority,
    JoinRule.NONE_OBJECTS: _none_objects,
}


def support(
    rule: JoinRule, no_answer: NoAnswer, answers: Sequence[Answer | None], *, is_over: bool
) -> Support | None:
    """How the round ends; None while an answer that is still to come (None) may change that.

    `is_over`: its date has passed. Who has been silent then agrees, or is waited for, as `no_answer` says.
    """
    given = [one for one in answers if one is not None]
    silent = len(answers) - len(given)
    to_come = [Answer.AGREES] if is_over and no_answer is NoAnswer.AGREES else [Answer.AGREES, Answer.OBJECTS]
    ends = {_RULES[rule]([*given, *[one] * silent]) for one in to_come}
    if len(ends) > 1:
        return None
    return Support.SUPPORTED if ends.pop() else Support.NOT_SUPPORTED
