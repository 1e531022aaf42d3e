"""What happens next: for every verb of the ledger, the steps that follow. This page is the whole of it.

Every step is its own job, safe to repeat and retried alone; a step that fails holds up no other.
Verbs that nothing follows from stand here too, so that a new verb cannot be forgotten (a test compares).
"""

from yichuang.cases.states import Verb
from yichuang.journey.steps import (
    Step,
    act_on_rung,
    apply_partner_answer,
    await_acceptance,
    begin_review_at_partner,
    close_case,
    dispatch_to_partner,
    issue_acceptance_notice,
    issue_correction_notice,
    issue_decline_notice,
    issue_deemed_withdrawal,
    issue_hand_over_receipt,
    issue_receipt,
    issue_result,
    issue_revocation,
    issue_withdrawal,
    release_followers,
    tell_accepted,
    tell_correction,
    tell_ready,
    tell_received,
)

REACTIONS: dict[str, tuple[Step, ...]] = {
    "application.received": (await_acceptance, issue_receipt, tell_received),
    Verb.RECEIVE: (),
    Verb.ASK_CORRECTION: (issue_correction_notice, tell_correction),
    Verb.CORRECT: (),
    Verb.DECLINE: (issue_decline_notice, release_followers, tell_ready),
    Verb.ALLOW_CORRECTION: (),
    Verb.WITHDRAW: (issue_withdrawal, release_followers, tell_ready),
    Verb.DEEM_WITHDRAWN: (issue_deemed_withdrawal, release_followers, tell_ready),
    Verb.ACCEPT: (issue_acceptance_notice, dispatch_to_partner, tell_accepted),
    Verb.ACCEPT_WITH_GAPS: (issue_acceptance_notice, dispatch_to_partner, tell_accepted),
    Verb.DEEM_ACCEPTED: (issue_acceptance_notice, dispatch_to_partner, tell_accepted),
    Verb.CURE_GAP: (dispatch_to_partner,),
    Verb.REVOKE_ACCEPTANCE: (issue_revocation, release_followers, tell_ready),
    Verb.RELEASE: (dispatch_to_partner,),
    Verb.CLAIM: (),
    Verb.UNCLAIM: (),
    Verb.BEGIN_REVIEW: (),
    Verb.DECIDE: (issue_result, release_followers),
    Verb.ISSUE: (tell_ready,),
    Verb.DELIVER: (close_case,),
    Verb.CLOSE: (),
    "dispatch.later": (begin_review_at_partner,),
    "dispatch.unknown": (),
    "dispatch.refused": (),
    "dispatch.contradicted": (),
    "dispatch.confirmed": (apply_partner_answer,),
    "clock.rung": (act_on_rung,),
    "hand_over.done": (issue_hand_over_receipt,),
    "message.queued": (),
    "message.sent": (),
    "message.failed": (),
}
