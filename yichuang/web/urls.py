"""Pages, by who looks at them. Each area of pages is a package with its own views."""

from django.urls import path

from yichuang.web.start import views as start

urlpatterns = [
    path("", start.start, name="start"),
    path("design", start.design, name="design"),
    path("display", start.display, name="display"),
    path("healthz", start.healthz, name="healthz"),
]
