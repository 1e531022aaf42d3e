"""What `yichuang up` prints when everything runs: where to go and as whom."""

import unicodedata

from django.conf import settings

from yichuang.identity.data import TRIAL_PASSWORD, Role
from yichuang.identity.models import Party, Staff

_ROLES = {
    Role.CLERK: "窗口人员 clerk",
    Role.OFFICER: "审批人员 officer",
    Role.CHIEF_OFFICER: "首席代表 chief officer",
    Role.MANAGER: "中心管理 manager",
    Role.SUPERVISOR: "督查 supervisor",
    Role.ADMINISTRATOR: "系统管理 administrator",
}
_WIDTH = 72


def lines() -> list[str]:
    """The table, line by line; on a trial with the accounts to try and a warning that cannot be overlooked."""
    rows = [
        ("网上办事 portal", f"{settings.PUBLIC_URL}/"),
        ("登录 log in", f"{settings.PUBLIC_URL}/accounts/login/"),
    ]
    if settings.SIMULATORS:
        rows.append(("手机短信 text messages", f"http://127.0.0.1:{settings.SIMULATORS_PORT + 3}/"))
    told = ["", "━" * _WIDTH, "  一窗 Yichuang", ""]
    if settings.TRIAL:
        told += [
            "  ！试用环境：资料全部虚构，请勿录入真实的个人信息。",
            "  ！TRIAL: everything in it is invented. Enter no real person's data.",
            "",
        ]
    told += [_row(*row) for row in rows]
    if settings.TRIAL:
        told += [
            "",
            f"  试用账号 accounts，密码 password: {TRIAL_PASSWORD}",
            *(_row(*row) for row in _accounts()),
        ]
    return [*told, "━" * _WIDTH]


def _accounts() -> list[tuple[str, str]]:
    staff = list(Staff.objects.filter(is_active=True).order_by("id").values_list("user__username", "roles"))
    rows = []
    for role, label in _ROLES.items():
        names = [username for username, roles in staff if role.value in roles]
        if names:
            rows.append((label, "  ".join(names[:3]) + (" …" if len(names) > 3 else "")))
    applicants = Party.objects.exclude(user=None).order_by("id").values_list("user__username", flat=True)[:3]
    if applicants:
        rows.append(("申请人 applicant", "  ".join(applicants)))
    return rows


def _row(label: str, value: str) -> str:
    return f"    {label}{' ' * max(26 - _columns(label), 1)}{value}"


def _columns(text: str) -> int:
    """How many columns of a terminal `text` takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
