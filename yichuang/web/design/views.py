"""The design system on one page, and the frame of the staff's pages with a sample list in it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yichuang.web.design import samples
from yichuang.web.http import Request


@require_safe
def design(request: Request) -> HttpResponse:
    """Every component in every state, each with the tag or classes that make it."""
    return render(request, "design/design.html", samples.components())


@require_safe
def staff(request: Request) -> HttpResponse:
    """The dense layout for members of staff, with made-up cases."""
    return render(request, "design/staff.html", samples.work_list())
