"""Pages, by who looks at them. Each area of pages is a package with its own views."""

from django.urls import include, path

from yichuang.web import reminders
from yichuang.web.design import views as design
from yichuang.web.start import views as start

urlpatterns = [
    path("counter/", include("yichuang.web.counter.urls")),
    path("desk/", include("yichuang.web.desk.urls")),
    path("manage/", include("yichuang.web.manage.urls")),
    path("manage/catalogue/", include("yichuang.web.authoring.urls")),
    path("", include("yichuang.web.portal.urls")),
    path("", start.start, name="start"),
    path("reminders/<int:reminder_id>/dismiss/", reminders.dismiss, name="dismiss_reminder"),
    path("display", start.display, name="display"),
    path("healthz", start.healthz, name="healthz"),
    path("design", design.design, name="design"),
    path("design/staff", design.staff, name="design-staff"),
]
