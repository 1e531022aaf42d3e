"""Taking files in and giving them out. The type is what the content says, never what the name says."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from yichuang.base.crypto import decrypt, encrypt
from yichuang.base.errors import Invalid
from yichuang.base.models import StoredFile

_CONTEXT = "base_file.content"
#: First bytes → media type, for the kinds that a counter takes.
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file given out: plain bytes with the type that its content showed."""

    name: str
    media_type: str
    content: bytes


def check_upload(name: str, content: bytes) -> str:
    """The media type of an upload by its content. Raises `Invalid` for empty, oversized, unknown or disguised."""
    if not content:
        raise Invalid(_("文件“%(name)s”是空的，请重新选择文件。") % {"name": name}, code="file_empty")
    if len(content) > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // 1_000_000
        sentence = _("文件“%(name)s”超过%(limit)d MB，请压缩或分成几份后再上传。") % {
            "name": name,
            "limit": limit,
        }
        raise Invalid(sentence, code="file_too_large")
    media_type = next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)
    if media_type is None:
        sentence = _("文件“%(name)s”不是PDF、JPEG或PNG，请另存为其中一种格式后再上传。") % {"name": name}
        raise Invalid(sentence, code="file_type")
    return media_type


def store(name: str, media_type: str, content: bytes, *, now: datetime) -> int:
    """Store `content` (checked or made by the platform) and return the file's id."""
    row = StoredFile.objects.create(
        sha256=hashlib.sha256(content).digest(),
        media_type=media_type,
        size=len(content),
        name=name[:200],
        content=encrypt(content, _CONTEXT),
        created_at=now,
    )
    return row.id


def read(file_id: int) -> FileContent:
    """The file. The caller has checked the right to it and records the read."""
    row = StoredFile.objects.get(id=file_id)
    return FileContent(row.name, row.media_type, decrypt(row.content, _CONTEXT))


def media_types(ids: Iterable[int]) -> dict[int, str]:
    """The media type of each of these files, without opening any; one query."""
    return dict(StoredFile.objects.filter(id__in=set(ids)).values_list("id", "media_type"))


def delete(ids: Iterable[int]) -> None:
    """Delete files. The caller has made sure that nothing refers to them."""
    StoredFile.objects.filter(id__in=set(ids)).delete()
