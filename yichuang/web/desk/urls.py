"""Addresses of the officers' desk (审批工作台)."""

from django.urls import path

from yichuang.web.desk import (
    approval,
    cases,
    hearings,
    home,
    in_turn,
    inspecting,
    opinion_drafts,
    papers,
    procedures,
    revising,
    substitutes,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", home.search, name="search"),
    path("substitutes/", substitutes.substitutes, name="substitutes"),
    path("substitutes/add/", substitutes.add, name="set_substitute"),
    path("substitutes/<int:substitution_id>/end/", substitutes.end, name="end_substitution"),
    path("chosen/", in_turn.choose, name="choose"),
    path("chosen/claim/", in_turn.claim, name="claim_each"),
    path("chosen/grant/", in_turn.grant, name="grant_each"),
    path("cases/<slug:number>/", cases.case, name="case"),
    path("cases/<slug:number>/claim/", cases.claim, name="claim"),
    path("cases/<slug:number>/unclaim/", cases.unclaim, name="unclaim"),
    path("cases/<slug:number>/hand-on/", cases.hand_on, name="hand_on"),
    path("cases/<slug:number>/opinion/", opinion_drafts.keep, name="keep_opinion"),
    path("cases/<slug:number>/decide/", cases.decide, name="decide"),
    path("cases/<slug:number>/procedure/begin/", procedures.begin, name="begin_procedure"),
    path("cases/<slug:number>/procedure/end/", procedures.end, name="end_procedure"),
    path("cases/<slug:number>/hearing/", hearings.tell, name="tell_hearing"),
    path("cases/<slug:number>/hearing/answer/", hearings.answer, name="answer_hearing"),
    path("cases/<slug:number>/hearing/call/", hearings.call, name="call_hearing"),
    path("cases/<slug:number>/extension/", approval.propose_extension, name="propose_extension"),
    path("cases/<slug:number>/approve/", approval.approve, name="approve"),
    path("cases/<slug:number>/return/", approval.return_proposal, name="return_proposal"),
    path("cases/<slug:number>/inspect/", inspecting.inspect, name="inspect"),
    path("cases/<slug:number>/credit/repair/", revising.repair_credit, name="repair_credit"),
    path("cases/<slug:number>/rescind/", revising.rescind, name="rescind"),
    path("cases/<slug:number>/reopen/", revising.reopen, name="reopen"),
    path("cases/<slug:number>/materials/<slug:material>/", papers.material, name="material"),
    path("cases/<slug:number>/notices/<int:notice_id>/", papers.notice, name="notice"),
    path("cases/<slug:number>/licence/", papers.licence, name="licence"),
]
