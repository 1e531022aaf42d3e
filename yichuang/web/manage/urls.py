"""Addresses of the centre's manager and supervisor (中心总览)."""

from django.urls import path

from yichuang.web.manage import cases, exchange, imports, papers, quality, views

app_name = "manage"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", cases.search, name="search"),
    path("cases/<slug:number>/", cases.case, name="case"),
    path("cases/<slug:number>/allow-correction/", cases.allow_correction, name="allow_correction"),
    path("cases/<slug:number>/extend-jointly/", cases.extend_jointly, name="extend_jointly"),
    path("cases/<slug:number>/strike-pause/", cases.strike_pause, name="strike_pause"),
    path("ratings/", views.ratings, name="ratings"),
    path("partners/", views.partners, name="partners"),
    path("steps/", views.steps, name="steps"),
    path("steps/<int:job_id>/retry/", views.retry, name="retry"),
    path("mandates/", views.mandates, name="mandates"),
    path("standards/", quality.standards, name="standards"),
    path("papers/", papers.listing, name="papers"),
    path("papers/proposals/<int:proposal_id>/", papers.proposal, name="paper_proposal"),
    path("papers/proposals/<int:proposal_id>/sample.pdf", papers.proposed_sample, name="paper_proposed"),
    path("papers/<slug:key>/", papers.paper, name="paper"),
    path("papers/<slug:key>/sample.pdf", papers.sample_page, name="paper_sample"),
    path("papers/<slug:key>/begin/", papers.begin, name="begin_paper"),
    path("catalogue/exchange/", exchange.exchange, name="exchange"),
    path("catalogue/exchange/export/<str:form>/", exchange.export, name="export"),
    path("catalogue/exchange/upload/", imports.upload, name="upload"),
    path("catalogue/exchange/imports/<int:import_id>/", imports.look, name="import"),
    path("catalogue/exchange/imports/<int:import_id>/confirm/", imports.confirm, name="confirm_import"),
    path("catalogue/exchange/imports/<int:import_id>/faults.csv", imports.faults, name="import_faults"),
]
