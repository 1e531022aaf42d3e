"""Judging a document that somebody holds: by its code, or by the file itself. Nothing that is shown is kept."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yichuang.base.clock import local
from yichuang.base.pdf import verify as seals
from yichuang.base.pdf.document import spaced_code
from yichuang.base.pdf.verify import SealReport
from yichuang.identity.seal_keys import trust_roots
from yichuang.licences import copies
from yichuang.licences import queries as licence_queries
from yichuang.licences.data import LicenceFacts, PublicLicence
from yichuang.licences.models import Status
from yichuang.notices import queries as notice_queries
from yichuang.notices.data import NoticeFacts


class Verdict(StrEnum):
    """What can be said of a document."""

    GENUINE = "genuine"  # issued here, the same to the last byte
    NO_LONGER = "no_longer"  # genuine, but it does not hold today
    CODE_KNOWN = (
        "code_known"  # a document with this code was issued; whether it is the one in hand, the holder sees
    )
    ALTERED = "altered"  # sealed, and changed afterwards
    APPENDED = "appended"  # sealed, and something was added behind the seal
    UNREGISTERED = "unregistered"  # a good seal of ours, but no document of the register
    STRANGE_SEAL = "strange_seal"  # sealed by somebody unknown
    UNKNOWN = "unknown"  # no such code
    NO_SEAL = "no_seal"  # a PDF without a seal, or one that cannot be read
    NOT_PDF = "not_pdf"


#: Headline, tone, and what it means for whoever holds the document.
_WORDS: dict[Verdict, tuple[Promise, str, Promise]] = {
    Verdict.GENUINE: (
        gettext_lazy("真件"),
        "good",
        gettext_lazy("这份文件由下面的部门签发，盖章之后一个字节都没有改动。"),
    ),
    Verdict.NO_LONGER: (
        gettext_lazy("真件，但现在不管用"),
        "wait",
        gettext_lazy("文件确实由下面的部门签发，也没有改动，但今天已经不在有效状态，不能再用来证明什么。"),
    ),
    Verdict.CODE_KNOWN: (
        gettext_lazy("有这份文件"),
        "good",
        gettext_lazy(
            "请拿手里的文件和下面逐行对照：每一行都相同才是真件，有一行不同就是假的。最可靠的办法是上传电子文件查验。"
        ),
    ),
    Verdict.ALTERED: (
        gettext_lazy("被改动过"),
        "bad",
        gettext_lazy(
            "文件在盖章之后被人改动过，内容不可信。请向持有人索要原始文件，或输入验真码查看原件信息。"
        ),
    ),
    Verdict.APPENDED: (
        gettext_lazy("盖章之后被添加过内容"),
        "bad",
        gettext_lazy("添加的部分不受印章保护，不可信。请向持有人索要下载时的原始文件，不要另存或者批注。"),
    ),
    Verdict.UNREGISTERED: (
        gettext_lazy("印章是真的，但没有登记这份文件"),
        "wait",
        gettext_lazy(
            "印章有效，盖章之后也没有改动，但签发登记里没有一模一样的文件：它可能是部门之间查询数据的凭据，"
            "或者转存时被软件改写过的副本。请上传下载时的原始文件，或输入文件上的验真码。"
        ),
    ),
    Verdict.STRANGE_SEAL: (
        gettext_lazy("不是这里签发的"),
        "bad",
        gettext_lazy(
            "上面的电子印章不是本平台认可的机构制作的，不能确认是谁盖的章。请向声称签发的部门核实。"
        ),
    ),
    Verdict.UNKNOWN: (
        gettext_lazy("没有这份文件"),
        "bad",
        gettext_lazy("签发登记里没有这个验真码。请对照文件核对后重新输入；仍查不到的，不要相信这份文件。"),
    ),
    Verdict.NO_SEAL: (
        gettext_lazy("无法认定"),
        "bad",
        gettext_lazy("这里没有签发过这份文件，文件里也没有可以查验的电子印章。请上传下载时的原始PDF文件。"),
    ),
    Verdict.NOT_PDF: (
        gettext_lazy("这不是PDF文件"),
        "wait",
        gettext_lazy(
            "照片、截图和扫描件查不出真假。请上传下载时的原始PDF文件；只有纸件的，请输入上面的验真码。"
        ),
    ),
}
_STATES: dict[Status, Promise] = {
    Status.VALID: gettext_lazy("有效"),
    Status.REVOKED: gettext_lazy("已撤销"),
    Status.CANCELLED: gettext_lazy("已注销"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """What is told of an issued document to whoever holds it; the holder's name is masked."""

    title: str
    number: str
    department: str
    issued_at: datetime
    case_number: str
    code: str
    holder: str = ""
    state: str = ""  # whether it holds today; "" for documents that do not run out
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict in large plain words, and what it is about."""

    verdict: Verdict
    document: Document | None = None
    signer: str = ""

    @property
    def headline(self) -> str:
        """The verdict in a few words."""
        return str(_WORDS[self.verdict][0])

    @property
    def tone(self) -> str:
        """good, wait or bad."""
        return _WORDS[self.verdict][1]

    @property
    def sentence(self) -> str:
        """What it means, and what to do next."""
        return str(_WORDS[self.verdict][2])


def judge_code(code: str, now: datetime) -> Judgement:
    """The document that was issued with this verification code (验真码); at most three queries."""
    document = _document(licence_queries.by_code(code), now) or _document(notice_queries.by_code(code), now)
    document = document or _copy(copies.by_code(code), now)
    if document is None:
        return Judgement(Verdict.UNKNOWN)
    return Judgement(Verdict.CODE_KNOWN if document.holds else Verdict.NO_LONGER, document)


def judge_file(content: bytes, now: datetime) -> Judgement:
    """The file as it is: issued here to the last byte, else what its seal says of it. Never raises."""
    digest = hashlib.sha256(content).digest()
    document = _document(licence_queries.find_by_digest(digest), now)
    document = document or _document(notice_queries.find_by_digest(digest), now)
    document = document or _copy(copies.find_by_digest(digest), now)
    if document is not None:
        return Judgement(Verdict.GENUINE if document.holds else Verdict.NO_LONGER, document)
    if not content.startswith(b"%PDF-"):
        return Judgement(Verdict.NOT_PDF)
    report = seals.verify(content, trust_roots())
    return Judgement(_verdict(report), signer=report.signer)


def _verdict(report: SealReport) -> Verdict:
    if not report.sealed:
        return Verdict.NO_SEAL
    if not report.intact:
        return Verdict.ALTERED
    if not report.trusted:
        return Verdict.STRANGE_SEAL
    return Verdict.UNREGISTERED if report.covers_whole_document else Verdict.APPENDED


def _document(found: PublicLicence | NoticeFacts | None, now: datetime) -> Document | None:
    if found is None:
        return None
    if isinstance(found, NoticeFacts):
        return Document(
            title=found.title,
            number=found.number,
            department=found.department_name,
            issued_at=found.issued_at,
            case_number=found.case_number or found.application_number,
            code=spaced_code(found.verify_code),
        )
    licence = found.licence
    return Document(
        title=licence.type_name,
        number=licence.number,
        department=licence.department_name,
        issued_at=licence.issued_at,
        case_number=licence.case_number,
        code=spaced_code(licence.verify_code),
        holder=found.masked_holder,
        state=_state(licence, now),
        holds=licence.holds_on(local(now).date()),
    )


def _copy(found: copies.PublicCopy | None, now: datetime) -> Document | None:
    """A watermarked copy (加注件): it holds for its purpose, until its day, and no longer than the licence."""
    original = _document(found.original if found else None, now)
    if found is None or original is None:
        return None
    facts = {"requester": found.requester, "purpose": found.purpose, "day": found.expires_on.isoformat()}
    good = local(now).date() <= found.expires_on
    words = _("仅供%(requester)s用于%(purpose)s，%(day)s之后无效")
    if not good:
        words = _("仅供%(requester)s用于%(purpose)s，已于%(day)s到期")
    return replace(
        original,
        title=_("%(title)s（加注件）") % {"title": original.title},
        issued_at=found.made_at,
        code=spaced_code(found.code),
        state=words % facts if original.holds else original.state,
        holds=original.holds and good,
    )


def _state(licence: LicenceFacts, now: datetime) -> str:
    """Whether and until when a licence holds."""
    today = local(now).date()
    if licence.status != Status.VALID:
        return str(_STATES[licence.status])
    if today < licence.valid_from:
        return _("%(day)s起才生效") % {"day": licence.valid_from.isoformat()}
    if licence.valid_until is None:
        return _("有效（长期）")
    if today > licence.valid_until:
        return _("已于%(day)s到期") % {"day": licence.valid_until.isoformat()}
    return _("有效，至%(day)s") % {"day": licence.valid_until.isoformat()}
