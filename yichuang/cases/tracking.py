"""Following an application without an account: number and query code, with a lock after wrong guesses."""

import hmac
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from yichuang.base.crypto import decrypt_text
from yichuang.base.errors import Invalid, NotVisible
from yichuang.base.ids import is_public_number
from yichuang.cases.actions.receipt import CODE_CONTEXT
from yichuang.cases.models import Application
from yichuang.identity.data import Actor, ActorKind

#: Six digits bear no more than this many guesses …
FAILURES = 5
#: … in this time.
LOCK = timedelta(minutes=15)

_FAIL = """
UPDATE cases_application
SET query_failures = CASE WHEN query_failures + 1 >= %s THEN 0 ELSE query_failures + 1 END,
    query_locked_until = CASE WHEN query_failures + 1 >= %s THEN %s ELSE query_locked_until END
WHERE id = %s
"""


def open_by_code(number: str, code: str, *, now: datetime) -> Actor:
    """The applicant's view of this one application, opened by number and query code.

    Raises `Invalid` for a mistyped number, `NotVisible` for a wrong pair (which of the two is wrong is not
    told), and after five wrong codes `NotVisible` for fifteen minutes whatever is given.
    """
    compact = number.strip().upper().replace(" ", "").replace("-", "")
    if not is_public_number(compact):
        raise Invalid(
            _("申报号应为12位，末位是校验码。请对照收件凭证核对后重新输入。"), code="number", field="number"
        )
    row = (
        Application.objects.filter(number=compact)
        .values_list("id", "party_id", "query_code", "query_locked_until")
        .first()
    )
    wrong = NotVisible(_("申报号或查询密码不对。请对照收件凭证重新输入。"), code="wrong_code", field="code")
    if row is None:
        raise wrong
    application_id, party_id, stored, locked_until = row
    if locked_until is not None and locked_until > now:
        raise NotVisible(
            _("查询密码多次输错，请15分钟后再试，或携带证件到任一窗口查询。"), code="locked", field="code"
        )
    if not hmac.compare_digest(decrypt_text(stored, CODE_CONTEXT).encode(), code.strip().encode()):
        with connection.cursor() as cursor:
            cursor.execute(_FAIL, [FAILURES, FAILURES, now + LOCK, application_id])
        raise wrong
    return Actor(ActorKind.APPLICANT, party_id, only_application=compact)
