"""What an operator does once at installation, before anybody can log in: the first administrator, the seals."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from yichuang.base import clock
from yichuang.base.clock import local
from yichuang.cases.actions import reckoning
from yichuang.config.runtime import CannotStart
from yichuang.identity.actions.seal_keys import import_seal_key
from yichuang.identity.actions.staff import create_staff
from yichuang.identity.data import SYSTEM, Role
from yichuang.identity.models import Department


def add_administrator(username: str, name: str, department: str, report: Callable[[str], None]) -> None:
    """Make an administrator's account, who makes all others on the pages. The password is asked for, not given.

    Raises `Refused` with what is wrong (name taken, unknown department, weak password).
    """
    password = getpass.getpass("密码 password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    create_staff(
        username=username,
        name=name,
        department_key=department,
        roles=[Role.ADMINISTRATOR],
        password=password,
        actor=SYSTEM,
        now=clock.now(),
    )
    report(f"已建立系统管理员 {username}，登录后可建立其他账号。Made; log in to make the other accounts.")


def reckon_clocks(*, dry_run: bool, report: Callable[[str], None]) -> None:
    """Reckon every open clock anew, as after a change of the calendar; tells each difference."""
    number = 0
    for moved in reckoning.reckon(why="asked", dry_run=dry_run, now=clock.now()):
        number += 1
        before, after = (f"{local(end):%Y-%m-%d %H:%M}" for end in (moved.before, moved.after))
        report(f"{moved.number} {moved.clock} {before} → {after}")
    done = "将会变动（没有写入）would move, nothing written" if dry_run else "已变动 moved"
    report(f"{number} 个期限{done}。")


def import_seal(department: str, certificate: Path, key: Path, report: Callable[[str], None]) -> None:
    """Take in a department's electronic seal (电子印章) from PEM files. Raises `Refused` or `CannotStart`."""
    found = Department.objects.filter(key=department).values_list("id", "name").first()
    if found is None:
        keys = " ".join(Department.objects.order_by("key").values_list("key", flat=True))
        raise CannotStart(
            f"没有部门 {department}。已发布的部门：{keys}",
            f"There is no department {department}; above are all.",
        )
    try:
        certificate_pem, key_pem = certificate.read_bytes(), key.read_bytes()
    except OSError as error:
        raise CannotStart(
            f"不能读取 {error.filename}:{error.strerror}。", "The file above cannot be read."
        ) from error
    import_seal_key(
        department_id=found[0],
        certificate_pem=certificate_pem,
        private_key_pem=key_pem,
        actor=SYSTEM,
        now=clock.now(),
    )
    report(f"已导入{found[1]}的电子印章。The seal is in use from now on.")
