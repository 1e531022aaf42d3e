"""The REST interface: one OpenAPI document at /api/openapi.json, read at /api/docs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI

from yichuang.api import applications, catalogue, partners
from yichuang.base.errors import Refused

api = NinjaAPI(
    title="一窗 Yichuang",
    version="1",
    description="One window: catalogue and plans, applications, and the answers of departments' own systems.",
    urls_namespace="api",
    docs_url=None,
)
api.add_router("/", catalogue.router, tags=["catalogue"])
api.add_router("/", applications.router, tags=["applications"])
api.add_router("/partners", partners.router, tags=["partners"])


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Every refusal has the same shape: code for programs, sentence for people, field if one is at fault."""
    body: dict[str, Any] = {"code": error.code, "message": str(error), "field": error.field}
    fields = getattr(error, "fields", None)
    if fields is not None:
        body |= {"fields": fields, "materials": list(getattr(error, "materials", ()))}
    return api.create_response(request, body, status=error.status)


urlpatterns = [path("", api.urls)]
