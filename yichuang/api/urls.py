"""The REST interface: one OpenAPI document at /api/openapi.json."""

import json
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from yichuang.api import applications, approval, cases, catalogue, partners
from yichuang.base.errors import RETRY_SECONDS, Refused


class _TextParser(Parser):
    """JSON whose texts the database can hold: PostgreSQL has no character NUL."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        text = request.body.decode()
        if "\\u0000" in text:
            raise ValueError("NUL")
        body: dict[str, Any] = json.loads(text)
        return body


api = NinjaAPI(
    title="一窗 Yichuang",
    version="1",
    description="One window: catalogue and plans, applications, and the answers of departments' own systems.",
    urls_namespace="api",
    docs_url=None,
    parser=_TextParser(),
)
api.add_router("/", catalogue.router, tags=["catalogue"])
api.add_router("/", applications.router, tags=["applications"])
api.add_router("/", cases.router, tags=["cases"])
api.add_router("/", approval.router, tags=["cases"])
api.add_router("/partners", partners.router, tags=["partners"])


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Every refusal has the same shape: code for programs, sentence for people, field if one is at fault."""
    body: dict[str, Any] = {"code": error.code, "message": str(error), "field": error.field}
    fields = getattr(error, "fields", None)
    if fields is not None:
        body |= {"fields": fields, "materials": list(getattr(error, "materials", ()))}
    return api.create_response(request, body, status=error.status)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What was sent does not have the form of the OpenAPI document; `fields` says where and why."""
    faults = {".".join(map(str, fault["loc"])): str(fault["msg"]) for fault in error.errors}
    sentence = _("请求不符合接口文档，出错之处：%(places)s。") % {"places": "、".join(faults)}
    body = {"code": "malformed", "message": sentence, "field": next(iter(faults), None), "fields": faults}
    return api.create_response(request, body, status=422)


@api.exception_handler(HttpError)
def turned_away(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What is refused before any act is asked for: no JSON, no log-in, no CSRF token."""
    known = {
        400: ("unreadable", _("请求的内容不是有效的JSON，请检查后重新发送。")),
        401: ("not_logged_in", _("请先登录，再调用此接口。")),
        403: ("csrf", _("请求没有带有效的CSRF令牌。请在请求头 X-CSRFToken 中带上令牌后重新发送。")),
    }
    code, sentence = known.get(error.status_code, ("refused", str(error)))
    return api.create_response(
        request, {"code": code, "message": sentence, "field": None}, status=error.status_code
    )


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def out_of_reach(request: HttpRequest, _error: Exception) -> HttpResponse:
    """The database does not answer: nothing was done, and the same request may be sent again soon."""
    sentence = _("数据库暂时没有应答，这次请求没有办成。请稍后用同样的内容再发一次。")
    body = {"code": "out_of_reach", "message": sentence, "field": None}
    response = api.create_response(request, body, status=503)
    response["Retry-After"] = RETRY_SECONDS
    return response


urlpatterns = [path("", api.urls)]
