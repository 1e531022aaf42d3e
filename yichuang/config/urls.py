"""Every address of the installation."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("yichuang.web.account.urls")),
    path("api/", include("yichuang.api.urls")),
    path("", include("yichuang.web.urls")),
]

handler500 = "yichuang.web.failing.server_error"
