"""Verification of documents (验真): by the code printed on them, or by the file. Nothing uploaded is stored."""

from collections.abc import Callable, Iterable
from typing import Any, cast

import structlog
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from yichuang.base.clock import now
from yichuang.base.pdf.document import CODE_LENGTH, read_code
from yichuang.web.http import Request
from yichuang.web.portal.judging import Judgement, Verdict, judge_code, judge_file

log = structlog.get_logger(__name__)

#: Opening and checking a file takes processor time. A whole hall may come in by one address.
_UPLOADS = {"upload": "60/m/ip"}
#: What a form takes besides its file.
_FRAME_BYTES = 10_000


class _InMemory(MemoryFileUploadHandler):
    """Keeps an upload of any size in memory: nothing is written to a disk, not even for the time of the request."""

    def handle_raw_input(self, *_args: Any, **_kwargs: Any) -> None:
        self.activated = True


@csrf_exempt  # the check itself reads the upload: it follows in `_upload`, after the size is known
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: Request) -> HttpResponseBase:
    """The two ways to verify; a POST is a file, `?code=` a code typed without script."""
    if request.method == "POST":
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_UPLOAD_BYTES + _FRAME_BYTES:
            most = settings.MAX_UPLOAD_BYTES // 1_000_000
            sentence = _("文件超过%(most)d MB。这里签发的文件都小得多，请上传下载时的原始PDF文件。")
            return _page(request, [("file", sentence % {"most": most})], status=413)
        if not ratelimit.consume(request, app="yichuang.verify", action="upload", config=_UPLOADS):
            sentence = _("这个网络地址查验得太频繁，请过一分钟再试；也可以输入文件上的验真码。")
            return _page(request, [("file", sentence)], status=429)
        request.upload_handlers = [_InMemory(request)]
        return _upload(request)
    typed = request.GET.get("code")
    if typed is None:
        return _page(request)
    code = read_code(typed)
    if len(code) != CODE_LENGTH or not code.isascii():
        sentence = _("验真码是%(length)d位字母和数字，印在文件二维码旁边。请对照后重新输入。")
        return _page(request, [("code", sentence % {"length": CODE_LENGTH})], status=422)
    return redirect("verify_code", code)


@require_safe
def by_code(request: Request, code: str) -> HttpResponse:
    """The page that the QR code of every paper leads to."""
    judgement = judge_code(code, now())
    log.info("verified", way="code", verdict=judgement.verdict)
    return _judgement(request, judgement, status=404 if judgement.verdict is Verdict.UNKNOWN else 200)


def _upload_checked(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _page(request, [("file", _("请先选择要查验的文件。"))], status=422)
    judgement = judge_file(file.read(), now())
    log.info("verified", way="file", verdict=judgement.verdict)
    return _judgement(request, judgement)


_upload = cast(Callable[[HttpRequest], HttpResponse], csrf_protect(_upload_checked))


def _page(request: HttpRequest, errors: Iterable[tuple[str, str]] = (), *, status: int = 200) -> HttpResponse:
    faults = list(errors)
    context = {"errors": faults, "wrong": dict(faults), "typed": request.GET.get("code", "")}
    return render(request, "portal/verify.html", context, status=status)


def _judgement(request: HttpRequest, judgement: Judgement, *, status: int = 200) -> HttpResponse:
    return render(request, "portal/judgement.html", {"judgement": judgement}, status=status)
