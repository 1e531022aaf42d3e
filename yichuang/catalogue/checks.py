"""Checking what was typed into a field against its element (数据元)."""

import re
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from yichuang.base import codes
from yichuang.base.errors import Invalid
from yichuang.catalogue.data import Element

#: Neither exponents nor "NaN", which Decimal would take.
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,8})?")


def check_value(element: Element, typed: str) -> str:
    """The normalised value. Raises `Invalid` with the element's label, what is wrong, and what would be right."""
    value = typed.strip()
    check_number = _STATE_NUMBERS.get(element.type)
    if check_number is not None:
        return check_number(value, field=element.key)
    return _CHECKS.get(element.type, _check_text)(element, value)


def _check_text(element: Element, value: str) -> str:
    if len(value) > element.max_length:
        facts = {"label": element.label, "most": element.max_length, "length": len(value)}
        sentence = _("“%(label)s”最多%(most)d个字，现在是%(length)d个字，请缩短。") % facts
        raise Invalid(sentence, code="too_long", field=element.key)
    return value


def _check_choice(element: Element, value: str) -> str:
    if value not in element.choices:
        sentence = _("“%(label)s”请从列出的选项中选择。") % {"label": element.label}
        raise Invalid(sentence, code="choice", field=element.key)
    return value


def _check_date(element: Element, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        sentence = _("“%(label)s”应为日期，例如 2026-03-09。") % {"label": element.label}
        raise Invalid(sentence, code="date", field=element.key) from error


def _check_number(element: Element, value: str) -> str:
    if not _NUMBER.fullmatch(value):
        sentence = _("“%(label)s”应为数字，请去掉单位和其他文字。") % {"label": element.label}
        raise Invalid(sentence, code="number", field=element.key)
    return str(Decimal(value))


_STATE_NUMBERS = {
    "citizen_number": codes.check_citizen_number,
    "organisation_code": codes.check_organisation_code,
    "project_code": codes.check_project_code,
    "phone": codes.check_phone,
}
_CHECKS = {"date": _check_date, "number": _check_number, "choice": _check_choice}
