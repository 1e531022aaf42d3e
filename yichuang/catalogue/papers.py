"""文书: which legal documents there are, and how each looks."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_type_hints

from yichuang.catalogue.paper_facts import (
    AcceptanceFacts,
    ClockCorrectionFacts,
    ClosingFacts,
    CorrectionFacts,
    DeclineFacts,
    DeemedWithdrawalFacts,
    DeliveryFacts,
    ExtensionFacts,
    GapAcceptanceFacts,
    GrantFacts,
    HearingFacts,
    HearingRightFacts,
    InquiryFacts,
    PreDecisionFacts,
    ReceiptFacts,
    RectificationFacts,
    RefusalFacts,
    ReopeningFacts,
    RescissionFacts,
    ReviewReopenedFacts,
    RevocationFacts,
    SpecialProcedureFacts,
    TerminationFacts,
    WithdrawalFacts,
)


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
    RECTIFICATION = "rectification"  # 责令改正通知书
    CLOCK_CORRECTION = "clock_correction"  # 计时更正告知书
    INQUIRY = "inquiry"  # 征询意见书


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
    NoticeKind.CLOCK_CORRECTION: _form(
        ("计时更正告知书", "更"), "clock-correction", _DECIDING, ClockCorrectionFacts
    ),
    NoticeKind.INQUIRY: _form(("征询意见书", "征"), "inquiry", "业务专用章", InquiryFacts),
    NoticeKind.RECTIFICATION: _form(
        ("责令改正通知书", "责改"), "rectification", _DECIDING, RectificationFacts
    ),
    NoticeKind.REVIEW_REOPENED: _form(
        ("恢复审查告知书", "恢审"), "review-reopened", _DECIDING, ReviewReopenedFacts
    ),
    NoticeKind.HEARING_RIGHT: _form(("听证告知书", "听告"), "hearing-right", _DECIDING, HearingRightFacts),
    NoticeKind.HEARING: _form(("听证通知书", "听通"), "hearing", _DECIDING, HearingFacts),
    NoticeKind.CLOSING: _form(("办结通知", "办结"), "closing", "办结专用章", ClosingFacts),
}
