"""Judging a PDF that somebody shows: is its seal intact, over all of it, and whose is it.

Nothing that a stranger uploads may stop the page: whatever cannot be read is a report that says so.
"""

import asyncio
import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.utils.translation import gettext as _
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

log = structlog.get_logger(__name__)
# The report says why a certificate is not trusted; the names in a stranger's file do not belong in the log.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class SealReport:
    """What the seals of a PDF say. `problems` are sentences for the person who asks; empty where all is well.

    With several seals, `intact` and `trusted` hold for all of them, the rest is of the last one. `signed_at`
    is what the signer states: there is no time-stamp of a third party in it.
    """

    sealed: bool = False
    intact: bool = False
    covers_whole_document: bool = False
    signer: str = ""
    signed_at: datetime | None = None
    trusted: bool = False
    problems: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the document may be relied on as far as its seal goes."""
        return self.intact and self.covers_whole_document and self.trusted


def verify(pdf: bytes, roots: Iterable[bytes] = ()) -> SealReport:
    """The report on `pdf`. `roots` are certificates (PEM) whose seals are trusted; without any none is.

    Certificates are judged at the stated signing time and without asking any outside service. Never raises.
    """
    if not pdf.startswith(b"%PDF-"):
        return SealReport(problems=(_("这不是PDF文件，请上传下载得到的原始PDF文件。"),))
    trusted = [certificate for root in roots for certificate in load_certs_from_pemder_data(root)]
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        if not signatures:
            return SealReport(problems=(_("文件中没有电子印章，无法据此判断真伪。"),))
        return asyncio.run(_judge(signatures, trusted))
    except Exception as error:  # a parser fed with rubbish fails in any way it likes
        log.info("seal.unreadable", error=type(error).__name__)
        return SealReport(problems=(_("文件结构已损坏或不完整，无法读取其中的电子印章，请重新下载原件。"),))


async def _judge(signatures: list[EmbeddedPdfSignature], roots: list[Any]) -> SealReport:
    verdicts = [(signature, await _status(signature, roots)) for signature in signatures]
    last, status = verdicts[-1]
    intact = all(each.intact and each.valid for _signature, each in verdicts)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and _nothing_hidden(last)
    trusted = intact and all(each.trusted for _signature, each in verdicts)
    return SealReport(
        sealed=True,
        intact=intact,
        covers_whole_document=whole,
        signer=_name(last),
        signed_at=last.self_reported_timestamp,
        trusted=trusted,
        problems=_problems(intact=intact, whole=whole, trusted=trusted),
    )


def _problems(*, intact: bool, whole: bool, trusted: bool) -> tuple[str, ...]:
    if not intact:
        return (_("文件在盖章后被改动过，内容不可信，请以签发部门留存的原件为准。"),)
    found = []
    if not whole:
        found.append(_("盖章之后文件又被追加了内容，追加部分不受印章保护，请以下载的原件为准。"))
    if not trusted:
        found.append(_("印章证书不是本平台认可的机构签发的，不能确认盖章单位，请向签发部门核实。"))
    return tuple(found)


async def _status(signature: EmbeddedPdfSignature, roots: list[Any]) -> PdfSignatureStatus:
    # Later revisions are not analysed: what is not covered to the last byte is reported as that.
    context = ValidationContext(
        trust_roots=roots,
        moment=signature.self_reported_timestamp,
        best_signature_time=signature.self_reported_timestamp,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    return await async_validate_pdf_signature(signature, context, skip_diff=True)


def _nothing_hidden(signature: EmbeddedPdfSignature) -> bool:
    """Whether the room left behind the signature, which no signature covers, is empty as it was written."""
    container: bytes = signature.pkcs7_content
    # DER: a byte of type, then the length, itself in several bytes where it is 128 or more.
    digits = container[1] & 0x7F if container[1] & 0x80 else 0
    length = int.from_bytes(container[2 : 2 + digits]) if digits else container[1]
    return not container[2 + digits + length :].strip(b"\0")


def _name(signature: EmbeddedPdfSignature) -> str:
    subject = signature.signer_cert.subject.native
    return str(subject.get("common_name") or subject.get("organization_name") or "")
