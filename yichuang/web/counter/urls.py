"""Addresses of the counter (窗口受理)."""

from django.urls import path

from yichuang.web.counter import amending, applications, cases, courier, drafts, home, papers

app_name = "counter"
urlpatterns = [
    path("", home.home, name="home"),
    path("find/", home.find, name="find"),
    path("search/", home.search, name="search"),
    path("start/", drafts.start, name="start"),
    path("drafts/<uuid:key>/", drafts.draft, name="draft"),
    path("drafts/<uuid:key>/keep/", drafts.keep, name="keep"),
    path("drafts/<uuid:key>/discard/", drafts.discard, name="discard"),
    path("drafts/<uuid:key>/files/<slug:material>/", papers.of_draft, name="draft_paper"),
    path("applications/<slug:number>/", applications.application, name="application"),
    path("applications/<slug:number>/accept/", applications.accept, name="accept"),
    path("applications/<slug:number>/hand-over/", applications.hand_over, name="hand_over"),
    path("applications/<slug:number>/amend/", amending.amend, name="amend"),
    path("applications/<slug:number>/parcel/", courier.parcel, name="parcel"),
    path("applications/<slug:number>/answer/", applications.answer, name="answer"),
    path("applications/<slug:number>/withdraw/", applications.withdraw, name="withdraw"),
    path("applications/<slug:number>/message/", applications.send_papers, name="send_papers"),
    path("cases/<slug:number>/", cases.case, name="case"),
    path("cases/<slug:number>/correction/", cases.ask_correction, name="ask_correction"),
    path("cases/<slug:number>/decline/", cases.decline, name="decline"),
    path("cases/<slug:number>/corrected/", cases.correct, name="correct"),
    path("cases/<slug:number>/supplied/", cases.cure, name="cure"),
    path("files/<slug:number>/notices/<int:notice_id>/", papers.notice, name="notice"),
    path("files/<slug:number>/licences/<slug:case_number>/", papers.licence, name="licence"),
    path("files/<slug:number>/materials/<slug:material>/", papers.material, name="material"),
]
