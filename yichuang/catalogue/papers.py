"""文书: which legal documents there are, and what each needs to know.

Facts are shown as they are given: the caller decides what is masked. `date` and `datetime` values are
written in Chinese by the renderer. What a TypedDict marks `NotRequired` may be left out: its line then
does not appear.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NotRequired, TypedDict, get_type_hints


class NoticeKind(StrEnum):
    """Stored: a value may be added, never changed."""

    RECEIPT = "receipt"  # 收件凭证
    ACCEPTANCE = "acceptance"  # 受理通知书
    DECLINE = "decline"  # 不予受理决定书
    CORRECTION = "correction"  # 一次性告知（补正）通知书
    GRANT = "grant"  # 准予决定书
    REFUSAL = "refusal"  # 不予许可决定书
    DELIVERY = "delivery"  # 送达回证
    GAP_ACCEPTANCE = "gap_acceptance"  # 先予受理（容缺）通知书
    REVOCATION = "revocation"  # 撤销受理决定书
    WITHDRAWAL = "withdrawal"  # 撤回申请确认书
    DEEMED_WITHDRAWAL = "deemed_withdrawal"  # 视为撤回申请通知书
    TERMINATION = "termination"  # 终止办理告知书
    RESCISSION = "rescission"  # 撤销决定书
    SPECIAL_PROCEDURE = "special_procedure"  # 特别程序告知书
    EXTENSION = "extension"  # 延长期限告知书
    PRE_DECISION = "pre_decision"  # 预审意见书（模拟审批）
    REVIEW_REOPENED = "review_reopened"  # 恢复审查告知书
    REOPENING = "reopening"  # 重新审查告知书
    CLOSING = "closing"  # 办结通知
    HEARING_RIGHT = "hearing_right"  # 听证告知书
    HEARING = "hearing"  # 听证通知书


class ReceivedItem(TypedDict):
    """An item of the application and who performs it."""

    name: str
    department: str


class ReceivedMaterial(TypedDict):
    """A material, how it was settled (“数据共享（公安局）”, “窗口核验原件”), and how many copies were taken."""

    name: str
    source: str
    copies: NotRequired[str]


class ReceiptFacts(TypedDict):
    """收件凭证, one an application."""

    applicant: str
    applicant_number: str
    received_at: datetime
    items: list[ReceivedItem]
    materials: list[ReceivedMaterial]
    subject: NotRequired[str]  # the bundle or item
    place: NotRequired[str]
    clerk: NotRequired[str]
    query_code: NotRequired[str]


class AcceptanceFacts(TypedDict):
    """受理通知书, one a case."""

    applicant: str
    item: str
    received_on: date
    accepted_on: date
    limit: str  # “1个工作日”
    due_on: NotRequired[date]
    fees: NotRequired[str]
    phone: NotRequired[str]
    mandate_number: NotRequired[str]


class DeclineFacts(TypedDict):
    """不予受理决定书. `competent_organ`: who has the power, where it is not ours."""

    applicant: str
    item: str
    received_on: date
    reasons: list[str]
    legal_basis: NotRequired[str]
    competent_organ: NotRequired[str]


class MissingThing(TypedDict):
    """Something to be supplied, and what it must look like."""

    name: str
    requirement: str


class CorrectionFacts(TypedDict):
    """一次性告知（补正）通知书: `missing` is everything, told once; `due_on` is the last day."""

    applicant: str
    item: str
    received_on: date
    missing: list[MissingThing]
    due_on: date
    phone: NotRequired[str]


class GapAcceptanceFacts(AcceptanceFacts):
    """先予受理（容缺）通知书: what is missing, and by when it must follow."""

    missing: list[MissingThing]
    until: date


class RevocationFacts(TypedDict):
    """撤销受理决定书."""

    applicant: str
    item: str
    accepted_on: date
    reasons: list[str]


class WithdrawalFacts(TypedDict):
    """撤回申请确认书."""

    applicant: str
    item: str
    received_on: date
    withdrawn_on: date


class DeemedWithdrawalFacts(TypedDict):
    """视为撤回申请通知书. `due_on`: the date that was told for the correction."""

    applicant: str
    item: str
    received_on: date
    due_on: date


class TerminationFacts(TypedDict):
    """终止办理告知书: a case ends because of a sister, as its bundle declares."""

    applicant: str
    item: str
    received_on: date
    reasons: list[str]


class RescissionFacts(TypedDict):
    """撤销决定书: a decision already in force is taken back. `licence`: what is to be given back with it."""

    applicant: str
    item: str
    decided_on: date
    reasons: list[str]
    licence: NotRequired[str]


class SpecialProcedureFacts(TypedDict):
    """特别程序告知书 (行政许可法 art. 45): which, why, and how long it is expected to take."""

    applicant: str
    item: str
    accepted_on: date
    procedure: str
    reasons: list[str]
    begins_on: date
    limit: str  # “20个工作日”
    until: date
    legal_basis: NotRequired[str]
    phone: NotRequired[str]


class HearingRightFacts(TypedDict):
    """听证告知书 (行政许可法 art. 46, 47): what it would be about (`reasons`), and until when it may be asked for."""

    applicant: str
    item: str
    accepted_on: date
    reasons: list[str]
    due_on: date
    legal_basis: NotRequired[str]
    phone: NotRequired[str]


class HearingFacts(TypedDict):
    """听证通知书 (行政许可法 art. 48): when and where it is held; its time does not count."""

    applicant: str
    item: str
    held_at: datetime
    place: str
    legal_basis: NotRequired[str]
    phone: NotRequired[str]


class ExtensionFacts(TypedDict):
    """延长期限告知书 (行政许可法 art. 42): by how much, why, and until when now."""

    applicant: str
    item: str
    accepted_on: date
    due_before: date
    limit: str  # “10个工作日”
    due_on: date
    reasons: list[str]
    legal_basis: NotRequired[str]
    phone: NotRequired[str]


class GrantFacts(TypedDict):
    """准予决定书. `item_type`: GB/T 39046 A.1; “01” (行政许可) changes the title."""

    applicant: str
    item: str
    accepted_on: date
    item_type: NotRequired[str]
    decision: NotRequired[str]
    licence: NotRequired[str]
    validity: NotRequired[str]
    conditions: NotRequired[str]
    legal_basis: NotRequired[str]
    predecided_on: NotRequired[date]  # of the pre-decision that became this one


class RefusalFacts(TypedDict):
    """不予许可决定书 (行政许可法 38: reasons and remedies)."""

    applicant: str
    item: str
    accepted_on: date
    reasons: list[str]
    item_type: NotRequired[str]
    legal_basis: NotRequired[str]
    predecided_on: NotRequired[date]


class ExpectedResult(TypedDict):
    """An item whose granting a pre-decision expects, and who performs it."""

    item: str
    department: str


class PreDecisionFacts(TypedDict):
    """预审意见书（模拟审批）: what would be decided if what is expected comes true. `outcome`: in words."""

    applicant: str
    item: str
    accepted_on: date
    expects: list[ExpectedResult]
    outcome: str
    reasons: list[str]


class ReviewReopenedFacts(TypedDict):
    """恢复审查告知书: how what arrived differs from what a pre-decision expected, and the new date."""

    applicant: str
    item: str
    predecided_on: date
    differences: list[str]
    due_on: NotRequired[date]


class ReopeningFacts(TypedDict):
    """重新审查告知书: what was annulled, by which document and why; it is reviewed anew from `begins_on`."""

    applicant: str
    item: str
    annulled: str
    reasons: list[str]
    begins_on: date
    due_on: NotRequired[date]


class DeliveredDocument(TypedDict):
    """A paper that was handed over."""

    name: str
    number: str
    department: str


class DeliveryFacts(TypedDict):
    """送达回证. `confirmed_by`: how the receiver confirmed, where not by hand (“人脸识别”)."""

    applicant: str
    applicant_number: str
    delivered_at: datetime
    method: str
    documents: list[DeliveredDocument]
    waybill: NotRequired[str]  # carrier and number
    place: NotRequired[str]
    receiver: NotRequired[str]
    relation: NotRequired[str]
    clerk: NotRequired[str]
    confirmed_by: NotRequired[str]


class EndedItem(TypedDict):
    """An item of the application, who handled it, how it ended (“准予”, “已撤回”) and when."""

    name: str
    department: str
    result: str
    ended_on: date


class ClosingFacts(TypedDict):
    """办结通知, one an application: nothing of it is being handled any more."""

    applicant: str
    subject: str
    received_on: date
    results: list[EndedItem]


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind looks: its title, the word in its number (文号), its template, its seal, what it must and may know."""

    title: str
    word: str
    template: str
    seal_words: str
    required: frozenset[str]
    facts: frozenset[str]  # all that the template may show
    permit_title: str = ""  # the title where the item is a permit (行政许可)


def _form(words: tuple[str, str], template: str, seal_words: str, facts: Any, permit_title: str = "") -> Form:
    known = frozenset(get_type_hints(facts))
    return Form(*words, template, seal_words, facts.__required_keys__, known, permit_title)


_ACCEPTING = "受理专用章"
_DECIDING = "行政审批专用章"

FORMS: dict[NoticeKind, Form] = {
    NoticeKind.RECEIPT: _form(("收件凭证", "收"), "receipt", "收件专用章", ReceiptFacts),
    NoticeKind.ACCEPTANCE: _form(("受理通知书", "受"), "acceptance", _ACCEPTING, AcceptanceFacts),
    NoticeKind.DECLINE: _form(("不予受理决定书", "不受"), "decline", _ACCEPTING, DeclineFacts),
    NoticeKind.CORRECTION: _form(
        ("一次性告知（补正）通知书", "补"), "correction", _ACCEPTING, CorrectionFacts
    ),
    NoticeKind.GRANT: _form(("准予决定书", "准"), "grant", _DECIDING, GrantFacts, "准予行政许可决定书"),
    NoticeKind.REFUSAL: _form(
        ("不予准许决定书", "不准"), "refusal", _DECIDING, RefusalFacts, "不予行政许可决定书"
    ),
    NoticeKind.DELIVERY: _form(("送达回证", "送"), "delivery", "送达专用章", DeliveryFacts),
    NoticeKind.GAP_ACCEPTANCE: _form(
        ("先予受理（容缺）通知书", "容受"), "gap-acceptance", _ACCEPTING, GapAcceptanceFacts
    ),
    NoticeKind.REVOCATION: _form(("撤销受理决定书", "撤受"), "revocation", _ACCEPTING, RevocationFacts),
    NoticeKind.WITHDRAWAL: _form(("撤回申请确认书", "撤"), "withdrawal", _ACCEPTING, WithdrawalFacts),
    NoticeKind.DEEMED_WITHDRAWAL: _form(
        ("视为撤回申请通知书", "视撤"), "deemed-withdrawal", _ACCEPTING, DeemedWithdrawalFacts
    ),
    NoticeKind.TERMINATION: _form(("终止办理告知书", "终"), "termination", _DECIDING, TerminationFacts),
    NoticeKind.RESCISSION: _form(("撤销决定书", "撤决"), "rescission", _DECIDING, RescissionFacts),
    NoticeKind.SPECIAL_PROCEDURE: _form(
        ("特别程序告知书", "特"), "special-procedure", _DECIDING, SpecialProcedureFacts
    ),
    NoticeKind.EXTENSION: _form(("延长期限告知书", "延"), "extension", _DECIDING, ExtensionFacts),
    NoticeKind.PRE_DECISION: _form(
        ("预审意见书（模拟审批）", "预审"), "pre-decision", _DECIDING, PreDecisionFacts
    ),
    NoticeKind.REOPENING: _form(("重新审查告知书", "重审"), "reopening", _DECIDING, ReopeningFacts),
    NoticeKind.REVIEW_REOPENED: _form(
        ("恢复审查告知书", "恢审"), "review-reopened", _DECIDING, ReviewReopenedFacts
    ),
    NoticeKind.HEARING_RIGHT: _form(("听证告知书", "听告"), "hearing-right", _DECIDING, HearingRightFacts),
    NoticeKind.HEARING: _form(("听证通知书", "听通"), "hearing", _DECIDING, HearingFacts),
    NoticeKind.CLOSING: _form(("办结通知", "办结"), "closing", "办结专用章", ClosingFacts),
}
