"""What each legal document needs to know (文书要素).

Facts are shown as they are given: the caller decides what is masked. `date` and `datetime` values are
written in Chinese by the renderer. What a TypedDict marks `NotRequired` may be left out: its line then
does not appear.
"""

from datetime import date, datetime
from typing import NotRequired, TypedDict


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
    barred_until: NotRequired[date]  # a promise was broken: until when no other is taken


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


class ClockCorrectionFacts(TypedDict):
    """计时更正告知书: which special procedure counts for nothing, why, and until when it is decided without it."""

    applicant: str
    item: str
    procedure: str
    begins_on: date
    reasons: list[str]
    due_before: date
    due_on: NotRequired[date]
    phone: NotRequired[str]


class ExtensionFacts(TypedDict):
    """延长期限告知书 (行政许可法 art. 42): by how much, why, and until when now. `approval`: of the government."""

    applicant: str
    item: str
    accepted_on: date
    due_before: date
    limit: str  # “10个工作日”
    due_on: date
    reasons: list[str]
    approval: NotRequired[str]
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
    inspect_within: NotRequired[str]  # granted on a commitment: within what it is inspected


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


class ItemLeft(TypedDict):
    """An item that is still open, and what becomes of it if the applicant goes on, or says nothing; in words."""

    item: str
    going_on: str
    in_silence: str


class InquiryFacts(TypedDict):
    """征询意见书: what was not granted by whom, what is left, and until when the applicant may say what she wants."""

    applicant: str
    subject: str
    item: str
    department: str
    asked_on: date
    until: date
    left: list[ItemLeft]


class RectificationFacts(TypedDict):
    """责令改正通知书: what was granted on a commitment is not as promised, and is to be put right."""

    applicant: str
    item: str
    decided_on: date
    reasons: list[str]
    until: date
    legal_basis: NotRequired[str]
    phone: NotRequired[str]


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
