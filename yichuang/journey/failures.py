"""Steps that have failed for good: noting why, listing them for who can help, trying one again.

The queue keeps a failed job with its arguments but not its error. So every failing try leaves an entry in
the ledger with the error's class and code; its text, which may name a person, stays in the log.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app as current_app
from procrastinate.contrib.django.models import ProcrastinateJob

from yichuang.base.errors import Forbidden, NotVisible, Overtaken, Refused
from yichuang.cases.models import Application, Case
from yichuang.identity.data import SYSTEM, Actor, Role
from yichuang.ledger.actions import Record, record
from yichuang.ledger.models import Entry
from yichuang.ledger.queries import entries

#: What the manager reads of each step.
STEP_NAMES: dict[str, Promise] = {
    "issue_receipt": gettext_lazy("出具收件凭证"),
    "issue_acceptance_notice": gettext_lazy("出具受理通知书"),
    "await_acceptance": gettext_lazy("开始计算受理期限"),
    "await_delivery": gettext_lazy("开始计算送达期限"),
    "issue_revocation": gettext_lazy("出具撤销受理决定书"),
    "issue_withdrawal": gettext_lazy("出具撤回申请确认书"),
    "issue_deemed_withdrawal": gettext_lazy("出具视为撤回申请通知书"),
    "act_on_rung": gettext_lazy("处理亮灯"),
    "remind_of_opinions": gettext_lazy("提醒征求意见已有结果"),
    "issue_decline_notice": gettext_lazy("出具不予受理决定书"),
    "issue_correction_notice": gettext_lazy("出具一次性告知书"),
    "issue_result": gettext_lazy("制证并出具决定书"),
    "issue_hand_over_receipt": gettext_lazy("出具送达回证"),
    "dispatch_to_partner": gettext_lazy("发送到部门系统"),
    "begin_review_at_partner": gettext_lazy("登记部门系统已接收"),
    "apply_partner_answer": gettext_lazy("采用部门系统的答复"),
    "join_sisters": gettext_lazy("启动后续事项"),
    "issue_termination": gettext_lazy("出具终止办理告知书"),
    "issue_reopened": gettext_lazy("出具重新审查告知书"),
    "reckon_clocks": gettext_lazy("重新计算期限"),
    "issue_joint_extension": gettext_lazy("出具整体延长期限告知书"),
    "tell_joint_extension": gettext_lazy("短信告知整体延长期限"),
    "issue_inquiry": gettext_lazy("出具征询意见书"),
    "tell_inquiry": gettext_lazy("短信征询申请人"),
    "issue_pre_decision": gettext_lazy("出具预审意见书"),
    "issue_reopening": gettext_lazy("出具恢复审查告知书"),
    "issue_rectification": gettext_lazy("出具责令改正通知书"),
    "tell_rectification": gettext_lazy("短信告知责令改正"),
    "issue_rescission": gettext_lazy("撤销证照并出具撤销决定书"),
    "issue_procedure_notice": gettext_lazy("出具特别程序告知书"),
    "issue_hearing_right": gettext_lazy("出具听证告知书"),
    "tell_hearing": gettext_lazy("短信告知听证权利"),
    "issue_clock_correction": gettext_lazy("出具计时更正告知书"),
    "tell_clock_correction": gettext_lazy("短信告知计时更正"),
    "issue_extension": gettext_lazy("出具延长期限告知书"),
    "issue_closing_notice": gettext_lazy("出具办结通知"),
    "close_case": gettext_lazy("办结"),
    "tell_received": gettext_lazy("短信告知收件"),
    "tell_accepted": gettext_lazy("短信告知受理"),
    "tell_correction": gettext_lazy("短信告知补正"),
    "tell_procedure": gettext_lazy("短信告知特别程序"),
    "tell_extension": gettext_lazy("短信告知延长期限"),
    "tell_parcel": gettext_lazy("短信告知邮寄"),
    "remind_of_return": gettext_lazy("提醒窗口邮件退回"),
    "tell_ready": gettext_lazy("短信通知领取"),
    "look_at_import": gettext_lazy("核对导入文件"),
    "take_in_import": gettext_lazy("导入目录"),
}
#: What to do before trying again, by the code of a refusal or the class of another error.
_REMEDIES: dict[str, Promise] = {
    "seal_key_missing": gettext_lazy("部门还没有电子印章，请系统管理员导入后再试。"),
    "seal_key_expired": gettext_lazy("部门的电子印章已到期，请系统管理员更换后再试。"),
    "template_missing": gettext_lazy("目录缺少文书模板，请在documents中补上，重新发布后再试。"),
    "calendar_ends": gettext_lazy("工作日历不够长，请在calendar.yaml中录入放假安排，重新发布后再试。"),
    "OperationalError": gettext_lazy("当时连不上数据库，恢复之后直接再试。"),
}
_ASK = gettext_lazy("请把编号和时间告诉系统管理员，详细原因在日志里。")
_TASKS = ("journey:step", "journey:react")
#: Failed jobs are few; where they are not, these are enough to see why.
_SHOWN = 100
_WATCHERS = (Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class FailedStep:
    """A step that was given up. `subject`: the number of the case, application or import that waits for it."""

    job_id: int
    step: str  # "": the job that plans the steps of an act
    step_name: str
    queue: str
    subject: str
    error: str  # class and code
    remedy: str  # what to do before trying again
    attempts: int
    failed_at: datetime | None


def note(step: str, entry_id: int, error: Exception, *, now: datetime) -> None:
    """Leave the class of the error in the ledger. Where the database itself is gone, the log has to do."""
    facts = {"step": step, "error": type(error).__name__}
    if isinstance(error, Refused):
        facts["code"] = error.code
    with suppress(DatabaseError):
        record(
            [Record("step.failed", "entry", entry_id, facts)],
            actor_kind=SYSTEM.kind,
            actor_id=SYSTEM.id,
            now=now,
        )


def failed_steps(actor: Actor) -> list[FailedStep]:
    """The steps that nobody tries any more, the newest first; a manager sees those of the own centre.

    Raises `Forbidden` for whoever does not watch over the journey.
    """
    if not actor.has(*_WATCHERS):
        raise Forbidden(_("只有中心管理、督查和系统管理人员可以查看未完成的后续步骤。"), code="not_a_watcher")
    jobs = list(
        ProcrastinateJob.objects.filter(status="failed", task_name__in=_TASKS).order_by("-id")[:_SHOWN]
    )
    return _visible(actor, jobs)


def retry(*, actor: Actor, job_id: int, now: datetime) -> FailedStep:
    """Put a failed step back into its queue. Raises `Overtaken` where somebody has done so already."""
    if not actor.has(Role.MANAGER, Role.ADMINISTRATOR):
        raise Forbidden(_("只有中心管理和系统管理人员可以重试后续步骤。"), code="not_the_manager")
    with transaction.atomic(durable=True):
        job = (
            ProcrastinateJob.objects.select_for_update()
            .filter(id=job_id, task_name__in=_TASKS)
            .order_by("id")
            .first()
        )
        if job is None or job.status != "failed":
            raise Overtaken(_("这一步已经重试或已经完成，请刷新页面查看。"), code="not_failed")
        found = _visible(actor, [job])
        if not found:
            raise NotVisible(_("没有这一步，或您无权查看。"))
        facts = {"task": job.task_name, **job.args}
        record(
            [Record("step.retried", "job", job_id, facts)], actor_kind=actor.kind, actor_id=actor.id, now=now
        )
        current_app.job_manager.retry_job_by_id(job_id, retry_at=now)
    return found[0]


def _entry_ids(job: ProcrastinateJob) -> list[int]:
    """The entries that the job follows from: one for a step, those of an act for the job that plans its steps."""
    return [job.args["entry_id"]] if "entry_id" in job.args else list(job.args.get("entry_ids", ()))


def _visible(actor: Actor, jobs: Sequence[ProcrastinateJob]) -> list[FailedStep]:
    """The jobs as rows, without those that stem from other centres' applications."""
    known = {entry.id: entry for entry in entries([each for job in jobs for each in _entry_ids(job)])}
    numbers = _numbers(actor, known.values())
    told = _notes(known)
    rows = []
    for job in jobs:
        subjects = [numbers[entry_id] for entry_id in _entry_ids(job) if entry_id in numbers]
        if subjects:
            step = job.args.get("step", "")
            rows.append(_row(job, step, subjects[0], told.get((_entry_ids(job)[0], step), [])))
    return rows


def _row(job: ProcrastinateJob, step: str, subject: str, told: Sequence[Entry]) -> FailedStep:
    newest = told[-1] if told else None
    error = (newest.facts["error"], newest.facts.get("code", "")) if newest else ("", "")
    return FailedStep(
        job_id=job.id,
        step=step,
        step_name=str(STEP_NAMES[step]) if step in STEP_NAMES else _("安排后续步骤"),
        queue=job.queue_name,
        subject=subject,
        error=" · ".join(part for part in error if part),
        remedy=str(_REMEDIES.get(error[1] or error[0], _ASK)),
        attempts=len(told) or job.attempts,
        failed_at=newest.at if newest else None,
    )


def _notes(known: Iterable[int]) -> dict[tuple[int, str], list[Entry]]:
    """The failing tries of each (entry, step), oldest first."""
    notes: dict[tuple[int, str], list[Entry]] = {}
    found = Entry.objects.filter(verb="step.failed", subject_kind="entry", subject_id__in=list(known))
    for entry in found.order_by("id"):
        notes.setdefault((entry.subject_id, entry.facts["step"]), []).append(entry)
    return notes


def _numbers(actor: Actor, known: Iterable[Entry]) -> dict[int, str]:
    """The number of the case, application or import that each entry belongs to, where the actor may know it."""
    cases: dict[int, int] = {}
    applications: dict[int, int] = {}
    imports: dict[int, str] = {}
    for entry in known:
        if entry.subject_kind == "import":
            imports[entry.id] = _("第%(number)d次目录导入") % {"number": entry.subject_id}
            continue
        case_id = entry.subject_id if entry.subject_kind == "case" else entry.facts.get("case_id")
        if case_id is not None:
            cases[entry.id] = case_id
        else:
            applications[entry.id] = entry.facts.get("application", entry.subject_id)
    case_rows = Case.objects.filter(id__in=cases.values())
    application_rows = Application.objects.filter(id__in=applications.values())
    if not actor.has(Role.SUPERVISOR, Role.ADMINISTRATOR):
        case_rows = case_rows.filter(application__centre_id=actor.department_id)
        application_rows = application_rows.filter(centre_id=actor.department_id)
    case_numbers = dict(case_rows.values_list("id", "number"))
    application_numbers = dict(application_rows.values_list("id", "number"))
    return {
        **imports,
        **{entry: case_numbers[row] for entry, row in cases.items() if row in case_numbers},
        **{
            entry: application_numbers[row]
            for entry, row in applications.items()
            if row in application_numbers
        },
    }
