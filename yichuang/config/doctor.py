"""`yichuang doctor`: the checks in order, a line for each finding, a remedy under each that is not well."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from yichuang.base.errors import Refused
from yichuang.config import checks
from yichuang.config.checks import Finding
from yichuang.config.runtime import CannotStart

#: What stands lower needs what stands higher.
CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    checks.configuration,
    checks.disk,
    checks.database,
    checks.schema,
    checks.database_settings,
    checks.time_of_day,
    checks.catalogue,
    checks.seals,
    checks.ledger,
    checks.jobs,
)
#: Where one of these is not well, nothing after it can be asked.
_NEEDED = (checks.configuration, checks.database, checks.schema)


def examine(report: Callable[[str], None], *, retry: bool = False) -> int:
    """Run the checks; 0 where everything is well, else 1. `retry` puts failed jobs back into the queue after."""
    sound = True
    for check in CHECKS:
        try:
            findings = list(check())
        except (CannotStart, Refused) as error:
            findings = [Finding(False, _("检查没有完成"), str(error))]
        for finding in findings:
            report(f"{'✓' if finding.well else '✗'} {finding.text}")
            if not finding.well:
                report(f"    → {finding.remedy}")
        well = all(finding.well for finding in findings)
        sound = sound and well
        if not well and check in _NEEDED:
            return 1
    if retry:
        report(_("重新排队的任务：%(count)d 个") % {"count": checks.retry_failed_jobs()})
    return 0 if sound else 1
