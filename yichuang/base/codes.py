"""Numbers that a state gives: checked with a sentence that says which check failed.

Sources: GB 11643 (公民身份号码), GB 32100-2015 (统一社会信用代码), YD/T (mobile numbers, 11 digits),
the national platform of investment projects (投资项目统一代码).
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _
from stdnum import numdb
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.util import isdigits

from yichuang.base.errors import Invalid

#: Year and month, region, trade, kind of approval, serial number. No check character.
_PROJECT_CODE = re.compile(r"(\d{4})-?(\d{6})-?(\d{2})-?(\d{2})-?(\d{6})", re.ASCII)
#: What a Chinese keyboard types for a hyphen.
_DASHES = str.maketrans("—–−‐‑", "-----")


def _compact(typed: str) -> str:
    """Without blanks and in capitals; full-width characters of a Chinese keyboard count as what they show."""
    return "".join(unicodedata.normalize("NFKC", typed).split()).upper()


def check_citizen_number(number: str, *, field: str | None = None) -> str:
    """The compact 公民身份号码, or `Invalid` saying whether length, characters, birth date, region or check fails."""
    compact = _compact(number)
    if len(compact) != 18:
        sentence = _("身份证号应为18位，现在是%(length)d位，请核对后重新输入。") % {"length": len(compact)}
        raise Invalid(sentence, code="citizen_number_length", field=field)
    try:
        _validate_citizen_number(compact)
    except InvalidFormat as error:
        sentence = _("身份证号只能由17位数字和1位校验码(数字或X)组成，请核对后重新输入。")
        raise Invalid(sentence, code="citizen_number_format", field=field) from error
    except InvalidChecksum as error:
        sentence = _("身份证号最后一位校验码不符，通常是有一位数字输错，请对照证件核对。")
        raise Invalid(sentence, code="citizen_number_check", field=field) from error
    except (InvalidComponent, ValidationError) as error:
        sentence = _("身份证号中的地区或出生日期不存在，请对照证件核对前14位。")
        raise Invalid(sentence, code="citizen_number_component", field=field) from error
    return compact


def _validate_citizen_number(number: str) -> None:
    # ric.validate also wants the division to have existed in the year of birth. Numbers were given out
    # from 1984 on by where a person was then registered: people older than their district hold valid ones.
    if not isdigits(number[:17]) or not (isdigits(number[17]) or number[17] == "X"):
        raise InvalidFormat
    if number[17] != ric.calc_check_digit(number):
        raise InvalidChecksum
    try:
        citizen_birth_date(number)
    except ValueError as error:
        raise InvalidComponent from error
    if not _is_region(number[:6]):
        raise InvalidComponent


@lru_cache(maxsize=5000)
def _is_region(code: str) -> bool:
    """Whether a code of GB/T 2260 is or was given to a region. The tables are long, a city's people few of them."""
    return all(properties for _part, properties in numdb.get("cn/loc").info(code))


def citizen_birth_date(number: str) -> date:
    """The birth date inside a valid 公民身份号码."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def check_organisation_code(code: str, *, field: str | None = None) -> str:
    """The compact 统一社会信用代码, or `Invalid` saying which check fails."""
    compact = _compact(code)
    try:
        uscc.validate(compact)
    except InvalidLength as error:
        sentence = _("统一社会信用代码应为18位，现在是%(length)d位，请核对后重新输入。") % {
            "length": len(compact)
        }
        raise Invalid(sentence, code="organisation_code_length", field=field) from error
    except InvalidFormat as error:
        sentence = _("统一社会信用代码不使用字母I、O、S、V、Z，且第3至8位为数字，请对照执照核对。")
        raise Invalid(sentence, code="organisation_code_format", field=field) from error
    except ValidationError as error:
        sentence = _("统一社会信用代码最后一位校验码不符，通常是有一位输错，请对照执照核对。")
        raise Invalid(sentence, code="organisation_code_check", field=field) from error
    return compact


def check_project_code(code: str, *, field: str | None = None) -> str:
    """The 投资项目统一代码 as 24 characters, 4-6-2-2-6 with hyphens (typed with or without them), or `Invalid`."""
    compact = _compact(code).translate(_DASHES)
    parts = _PROJECT_CODE.fullmatch(compact)
    if parts is None:
        sentence = _(
            "投资项目代码应为24位，按4、6、2、2、6位数字用连字符分开，例如 2605-330802-04-01-990001，"
            "请对照备案凭证核对。"
        )
        raise Invalid(sentence, code="project_code", field=field)
    return "-".join(parts.groups())


def check_phone(phone: str, *, field: str | None = None) -> str:
    """An 11-digit mainland mobile number, or `Invalid`."""
    compact = _compact(phone).replace("-", "").removeprefix("+86")
    if len(compact) != 11 or not isdigits(compact) or compact[0] != "1":
        raise Invalid(_("手机号应为以1开头的11位数字，请核对后重新输入。"), code="phone", field=field)
    return compact
