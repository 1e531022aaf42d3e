"""What a person sees when the platform itself fails. Nothing here asks the database: it may be what failed."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yichuang.base.errors import RETRY_SECONDS


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: 503 with the time to come again where the database does not answer, else 500.

    Reached from inside any middleware, so the request may not know its actor yet.
    """
    out_of_reach = isinstance(sys.exception(), OperationalError | InterfaceError)
    status = 503 if out_of_reach else 500
    response = render(None, "500.html", {"out_of_reach": out_of_reach}, status=status)
    if out_of_reach:
        response["Retry-After"] = RETRY_SECONDS
    return response
