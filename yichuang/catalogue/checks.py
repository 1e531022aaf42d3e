"""Checking what was typed into a field against its element (数据元)."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from yichuang.base import codes
from yichuang.base.errors import Invalid
from yichuang.catalogue.data import Element


def check_value(element: Element, typed: str) -> str:
    """The normalised value. Raises `Invalid` with the element's label, what is wrong, and what would be right."""
    value = typed.strip()
    match element.type:
        case "citizen_number":
            return codes.check_citizen_number(value, field=element.key)
        case "organisation_code":
            return codes.check_organisation_code(value, field=element.key)
        case "phone":
            return codes.check_phone(value, field=element.key)
        case "date":
            return _check_date(element, value)
        case "number":
            return _check_number(element, value)
        case "choice":
            if value not in element.choices:
                sentence = _("“%(label)s”请从列出的选项中选择。") % {"label": element.label}
                raise Invalid(sentence, code="choice", field=element.key)
            return value
    if len(value) > element.max_length:
        facts = {"label": element.label, "most": element.max_length, "length": len(value)}
        sentence = _("“%(label)s”最多%(most)d个字,现在是%(length)d个字,请缩短。") % facts
        raise Invalid(sentence, code="too_long", field=element.key)
    return value


def _check_date(element: Element, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        sentence = _("“%(label)s”应为日期,例如 2026-03-09。") % {"label": element.label}
        raise Invalid(sentence, code="date", field=element.key) from error


def _check_number(element: Element, value: str) -> str:
    try:
        return str(Decimal(value))
    except InvalidOperation as error:
        sentence = _("“%(label)s”应为数字,请去掉单位和其他文字。") % {"label": element.label}
        raise Invalid(sentence, code="number", field=element.key) from error
