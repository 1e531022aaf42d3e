"""Addresses of the centre's manager and supervisor (中心总览)."""

from django.urls import path

from yichuang.web.manage import exchange, quality, views

app_name = "manage"
urlpatterns = [
    path("", views.home, name="home"),
    path("ratings/", views.ratings, name="ratings"),
    path("partners/", views.partners, name="partners"),
    path("steps/", views.steps, name="steps"),
    path("steps/<int:job_id>/retry/", views.retry, name="retry"),
    path("mandates/", views.mandates, name="mandates"),
    path("standards/", quality.standards, name="standards"),
    path("catalogue/exchange/", exchange.exchange, name="exchange"),
    path("catalogue/exchange/export/<str:form>/", exchange.export, name="export"),
    path("catalogue/exchange/upload/", exchange.upload, name="upload"),
    path("catalogue/exchange/import/", exchange.preview, name="import"),
    path("catalogue/exchange/import/confirm/", exchange.confirm, name="confirm_import"),
]
