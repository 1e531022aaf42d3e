"""Conditions in words: what is said means what is written, and what words cannot say stays as it is."""

import pytest

from yichuang.catalogue.condition_words import every_answer, from_words, in_words

ASKED = {
    "married": ("婚姻状况？", {"yes": "已婚", "no": "未婚", "was": "离异"}),
    "rented": ("是否租房？", {"y": "是", "n": "否"}),
}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("married == 'yes'", "“婚姻状况？”为“已婚”"),
        ("married != 'yes'", "“婚姻状况？”不为“已婚”"),
        ("married in ['no', 'was']", "“婚姻状况？”为“未婚”或“离异”"),
        ("married == 'yes' and rented == 'y'", "“婚姻状况？”为“已婚”，并且“是否租房？”为“是”"),
        ("married == 'yes' or rented != 'y'", "“婚姻状况？”为“已婚”，或者“是否租房？”不为“是”"),
    ],
)
def test_words_and_expression_mean_each_other(expression: str, words: str) -> None:
    assert in_words(expression, ASKED) == words
    assert from_words(words, ASKED) == expression


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "area > 144",
        "married == 'perhaps'",
        "unknown == 'yes'",
        'married == "yes"',
        "married == 'yes' and (rented == 'y' or rented == 'n')",
        "married == 'yes' and rented == 'y' or married == 'no'",
    ],
)
def test_what_words_cannot_say_stays_an_expression(expression: str) -> None:
    assert in_words(expression, ASKED) == expression
    assert from_words(expression, ASKED) == expression


def test_every_answer_that_is_offered_is_understood() -> None:
    offered = list(every_answer(ASKED))
    assert len(offered) == 5
    assert all(from_words(words, ASKED) != words for words in offered)
