"""What the frame of a page needs: display choices and the staff's navigation."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.template import RequestContext
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yichuang.web import navigation
from yichuang.web.display import Size, Theme

register = template.Library()


def _address(context: RequestContext, **choice: str) -> str:
    """The link that makes a choice and comes back to this page; after a refused POST, to the start page."""
    request = context["request"]
    here = request.get_full_path() if request.method == "GET" else reverse("start")
    return f"{reverse('display')}?{urlencode({**choice, 'next': here})}"


@register.inclusion_tag("ui/size.html", takes_context=True)
def size_switch(context: RequestContext) -> dict[str, Any]:
    """The link into and out of large print (长辈版)."""
    if context["display"].size == Size.LARGE:
        return {"address": _address(context, size=Size.NORMAL), "label": _("退出长辈版")}
    return {"address": _address(context, size=Size.LARGE), "label": _("长辈版")}


@register.inclusion_tag("ui/display.html", takes_context=True)
def display_bar(context: RequestContext) -> dict[str, Any]:
    """Light or dark, and the language."""
    names = {Theme.AUTO: _("随设备"), Theme.LIGHT: _("浅色"), Theme.DARK: _("深色")}
    themes = [
        {
            "label": name,
            "current": context["display"].theme == theme,
            "address": _address(context, theme=theme),
        }
        for theme, name in names.items()
    ]
    languages = [
        {
            "label": name,
            "lang": code,
            "current": code == get_language(),
            "address": _address(context, language=code),
        }
        for code, name in settings.LANGUAGES
    ]
    return {"groups": ((_("颜色"), themes), (_("语言"), languages))}


@register.inclusion_tag("ui/staff_nav.html", takes_context=True)
def staff_nav(context: RequestContext) -> dict[str, Any]:
    """The places that the actor's roles open."""
    return {"places": navigation.places(context["actor"], context["request"].path)}
