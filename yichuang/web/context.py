"""What every template may use."""

from typing import Any

from django.conf import settings

from yichuang.web.http import Request


def page(request: Request) -> dict[str, Any]:
    """`trial` (is this a trial installation), `actor` (who looks), `display` (large print, light or dark)."""
    return {"trial": settings.TRIAL, "actor": request.actor, "display": request.display}
