"""The components as template tags; `/design` shows each with an example. No tag reads the database."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

import segno
from django import template
from django.forms import BoundField, CheckboxInput, FileInput, PasswordInput, Select, Textarea
from django.forms.widgets import Input
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yichuang.cases.states import OUTCOME_NAMES, STAGE_NAMES, Outcome, Stage
from yichuang.catalogue.authoring.states import STAGE_NAMES as PROPOSAL_STAGE_NAMES
from yichuang.catalogue.authoring.states import Stage as ProposalStage
from yichuang.deadlines.data import Light
from yichuang.feedback.data import GRADE_NAMES
from yichuang.web.looks import (
    GRADE_MOUTHS,
    LIGHT_NAMES,
    OUTCOME_TONES,
    PROPOSAL_TONES,
    SOURCE_SIGNS,
    STAGE_TONES,
)

register = template.Library()

#: Element types of the catalogue → kind of input.
_KINDS = {
    "phone": "tel",
    "choice": "select",
    "citizen_number": "code",
    "organisation_code": "code",
    "project_code": "code",
    "address": "text",
}

#: Levels of Django's messages → tones.
_MESSAGE_TONES = {"success": "good", "warning": "wait", "error": "bad", "debug": "info"}


@register.inclusion_tag("ui/field.html")
def field(
    name: str,
    label: str,
    *,
    value: Any = "",
    kind: str = "text",
    hint: str = "",
    error: str = "",
    required: bool = True,
    width: str = "40",
    options: Iterable[tuple[str, str]] = (),
    source: str = "",
    source_name: str = "",
    autocomplete: str = "off",
    readonly: bool = False,
    autofocus: bool = False,
    wide: bool = False,
    card: str = "",
    key: str = "",
    accept: str = ".pdf,.jpg,.jpeg,.png",
    suggestions: str = "",
) -> dict[str, Any]:
    """A labelled input with hint and error.

    `kind`: text, number, tel, email, password, date, search, code (an ID number), textarea, select (with
    `options` as value and label), file, or an element type of the catalogue. `width`: 4, 8, 12, 20 or 40
    Latin letters. `source` and `source_name`: where a filled-in value came from (see `source`). `card`: the
    field of an ID card that the card reader fills in here. `key`: the keyboard shortcut that leads here.
    `accept`: what the names of the files to choose from end with.
    `suggestions`: the id of a `<datalist>` to choose from.
    """
    kind = _KINDS.get(kind, kind)
    described = [f"{name}-hint"] if hint else []
    described += [f"{name}-error"] if error else []
    return {
        "name": name,
        "label": label,
        "value": "" if value is None else value,
        "kind": kind,
        "type": "text" if kind == "code" else kind,
        "hint": hint,
        "error": error,
        "required": required,
        "width": width,
        "options": [(str(key), text) for key, text in options],
        "chosen": str(value),
        "source": source,
        "source_name": source_name,
        "autocomplete": autocomplete,
        "readonly": readonly,
        "autofocus": autofocus,
        "wide": wide,
        "card": card,
        "key": key,
        "suggestions": suggestions,
        "described": " ".join(described),
        "checked": False,
        "accept": accept,
    }


@register.inclusion_tag("ui/field.html")
def form_field(
    bound: BoundField, *, width: str = "40", source: str = "", source_name: str = ""
) -> dict[str, Any]:
    """The same for a field of a Django form (log-in and account pages use them)."""
    widget = bound.field.widget
    kinds: tuple[tuple[type, str], ...] = (
        (Textarea, "textarea"),
        (Select, "select"),
        (FileInput, "file"),
        (PasswordInput, "password"),
    )
    kind = next((kind for cls, kind in kinds if isinstance(widget, cls)), "")
    if not kind:
        kind = widget.input_type if isinstance(widget, Input) and widget.input_type else "text"
    options = [(str(key), str(text)) for key, text in widget.choices] if isinstance(widget, Select) else []
    context: dict[str, Any] = field(
        bound.html_name,
        str(bound.label),
        value="" if kind in {"password", "file"} else bound.value(),
        kind=kind,
        hint=str(bound.help_text),
        error=" ".join(str(error) for error in bound.errors),
        required=bound.field.required,
        width=width,
        options=options,
        source=source,
        source_name=source_name,
        autocomplete=str(widget.attrs.get("autocomplete", "off")),
        autofocus="autofocus" in widget.attrs,
    )
    context["checked"] = isinstance(widget, CheckboxInput) and bool(bound.value())
    return context


@register.inclusion_tag("ui/choices.html")
def choices(
    name: str,
    label: str,
    options: Iterable[Sequence[str]],
    *,
    value: str | Collection[str] = "",
    kind: str = "radio",
    hint: str = "",
    error: str = "",
    row: bool = False,
    required: bool = True,
) -> dict[str, Any]:
    """A question with cards to choose from: radio (one) or checkbox (any). `options`: (value, label[, hint])."""
    chosen = {value} if isinstance(value, str) else {str(each) for each in value}
    cards = [
        {
            "id": name if number == 0 else f"{name}-{number}",
            "value": option[0],
            "label": option[1],
            "hint": option[2] if len(option) > 2 else "",
            "checked": str(option[0]) in chosen,
        }
        for number, option in enumerate(options)
    ]
    return {
        "name": name,
        "label": label,
        "cards": cards,
        "kind": kind,
        "hint": hint,
        "error": error,
        "row": row,
        "required": required and kind == "radio",
        "optional": not required,
    }


@register.inclusion_tag("ui/rating.html")
def rating(label: str, *, name: str = "grade", value: str = "", error: str = "") -> dict[str, Any]:
    """好差评: five grades with faces and words."""
    grades = [
        {"value": grade.value, "label": text, "mouth": GRADE_MOUTHS[grade], "checked": grade.value == value}
        for grade, text in GRADE_NAMES.items()
    ]
    return {"name": name, "label": label, "grades": grades, "error": error}


@register.inclusion_tag("ui/errors.html")
def error_summary(errors: Iterable[tuple[str, str]], *, focus: bool = True) -> dict[str, Any]:
    """All that is wrong, told once, at the top; each line leads to its field. `errors`: (field name, sentence)."""
    return {"errors": list(errors), "focus": focus}


@register.inclusion_tag("ui/page_head.html")
def page_head(title: str, *, lead: str = "", crumbs: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """The head of a page. `crumbs`: (label, address) of the pages above this one."""
    return {"title": title, "lead": lead, "crumbs": list(crumbs)}


# Signs of one element stand here: a list shows a hundred of them, and a template of its own for each would cost
# more than all the rest of the line.


@register.simple_tag
def pill(text: str, tone: str = "plain") -> SafeString:
    """A state in a word. `tone`: plain, going, wait, good or bad."""
    return format_html('<span class="pill pill--{}">{}</span>', tone, text)


@register.simple_tag
def stage(value: str, outcome: str = "") -> SafeString:
    """The stage of a case; a refusal shows as one until the case is closed."""
    if outcome == Outcome.REFUSED:
        return pill(str(OUTCOME_NAMES[Outcome.REFUSED]), OUTCOME_TONES[Outcome.REFUSED])
    return pill(str(STAGE_NAMES[Stage(value)]), STAGE_TONES[Stage(value)])


@register.simple_tag
def proposal_stage(value: str) -> SafeString:
    """The stage of a proposal (草案)."""
    found = ProposalStage(value)
    return pill(str(PROPOSAL_STAGE_NAMES[found]), PROPOSAL_TONES[found])


@register.simple_tag
def light(value: str | None, text: str = "") -> SafeString:
    """A clock's light (`Light`) with its words, or none where no clock runs."""
    colour = Light(value).value if value else "none"
    words = text or (LIGHT_NAMES[Light(value)] if value else "")
    return format_html('<span class="light light--{}">{}</span>', colour, words)


@register.simple_tag
def source(kind: str, name: str = "") -> SafeString:
    """Where a value came from: a `SourceKind`, "applicant" or "down"; `name` is the register or licence."""
    sign, meaning = SOURCE_SIGNS[kind]
    html = '<span class="source source--{}"><b aria-hidden="true">{}</b>{}</span>'
    return format_html(html, kind, sign, name or meaning)


@register.inclusion_tag("ui/alert.html")
def alert(sentence: str, tone: str = "info") -> dict[str, Any]:
    """A sentence that must be seen. `tone`: info, good, wait or bad (bad is read out at once)."""
    return {"sentence": sentence, "tone": _MESSAGE_TONES.get(tone, tone)}


@register.inclusion_tag("ui/pages.html")
def pages(*, previous: str = "", following: str = "", shown: str = "") -> dict[str, Any]:
    """Keyset pages: addresses of the page before and after, and what is shown now."""
    return {"previous": previous, "following": following, "shown": shown}


@register.inclusion_tag("ui/figure.html")
def figure(label: str, was: float, now: float, unit: str) -> dict[str, Any]:
    """One of the 四减: the figure before and now, as numbers and as two bars."""
    longest = max(was, now) or 1
    return {
        "label": label,
        "was": was,
        "now": now,
        "unit": unit,
        "was_width": round(100 * was / longest, 1),
        "now_width": max(round(100 * now / longest, 1), 1),
    }


@register.inclusion_tag("ui/qr.html")
def qr(text: str, caption: str) -> dict[str, Any]:
    """A QR code as inline SVG with its caption, which also stands for the picture when it is read out."""
    return {"svg": mark_safe(_drawn(text)), "caption": caption}  # noqa: S308 - drawn from modules, holds no text


@lru_cache(maxsize=500)
def _drawn(text: str) -> str:
    """The code as SVG. Drawing takes milliseconds, and an open page asks again every few seconds."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None)
