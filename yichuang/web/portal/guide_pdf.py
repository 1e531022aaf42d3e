"""The guide as PDF/A, made from the same values as its page."""

import io
from functools import lru_cache
from pathlib import Path

import segno
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yichuang.base.pdf.render import render
from yichuang.catalogue import stored
from yichuang.catalogue.guides import Guide


def pdf_of(guide: Guide, address: str) -> bytes:
    """The PDF/A of a guide; `address` opens its page and stands on it as a QR code."""
    code = io.BytesIO()
    segno.make(address, error="m", micro=False).save(code, kind="svg", border=0)
    facts = {
        "guide": {
            **stored.to_plain(guide),
            "must_bring": guide.must_bring,
            "results": guide.results,
            "is_open": guide.is_open,
        },
        "words": _words(guide),
        "address": address,
        "qr": code.getvalue().decode(),
    }
    return render(_template(), facts)


@lru_cache(maxsize=1)
def _template() -> str:
    return (Path(__file__).parent / "guide.typ").read_text(encoding="utf-8")


def _words(guide: Guide) -> dict[str, str]:
    """What stands on the paper beside the facts."""
    bring = ngettext("%(number)d 份", "%(number)d 份", guide.must_bring) % {"number": guide.must_bring}
    facts = {"version": guide.version, "release": guide.release}
    return {
        "title": _("办事指南"),
        "for_whom": _("谁能办"),
        "materials": _("要带的材料"),
        "materials_value": _("看您的情况") if guide.is_open else bring if guide.must_bring else _("不用带"),
        "promised": _("多久办好"),
        "fee": _("收费"),
        "situation": _("适用的情况"),
        "bring": _("要带什么"),
        "nothing": _("一份材料都不用交。"),
        "spared": _("这些都不用您交"),
        "course": _("怎么办"),
        "apply": _("您到任一综合窗口，填一张表"),
        "together": _("同时办"),
        "alone": _("部门办理"),
        "deliver": _("结果一次交给您"),
        "reductions": _("改革前后"),
        "questions": _("常见问题"),
        "scan": _("扫码看最新的指南"),
        "old": "" if guide.is_current else _("这一版已经不再执行，请扫码看现在的指南。"),
        "version": _("按公布的第 %(version)d 版生成（目录第 %(release)d 次发布）") % facts,
    }
