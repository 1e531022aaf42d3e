"""Files chosen for materials, read from a request as they stand, and stored once every one of them can be."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from yichuang.base import files
from yichuang.base.errors import Invalid
from yichuang.cases.data import Settlement
from yichuang.catalogue.data import SourceKind

#: An input for files is named after the material: prefix + key.
FILE = "f-"


def read_uploads(sent: "MultiValueDict[str, UploadedFile[Any]]") -> dict[str, tuple[str, bytes]]:
    """Material → name and content of the file chosen for it; of a file that is too large only the beginning."""
    chosen = {name: sent.getlist(name)[-1] for name in sent if name.startswith(FILE)}
    return {
        name.removeprefix(FILE): (upload.name or "", upload.read(settings.MAX_UPLOAD_BYTES + 1))
        for name, upload in chosen.items()
    }


def store_uploads(
    sent: "MultiValueDict[str, UploadedFile[Any]]", *, offered: Collection[str], checked: bool, now: datetime
) -> dict[str, Settlement]:
    """Store what was chosen for the materials that the page `offered`; how each is settled by it.

    `checked`: somebody of the counter has seen the original. Raises `Invalid` naming the input of the first file that
    cannot be taken; then none is stored.
    """
    uploads = {key: upload for key, upload in read_uploads(sent).items() if key in offered}
    media_types = {key: _media_type(key, *upload) for key, upload in uploads.items()}
    return {
        key: Settlement(
            SourceKind.UPLOAD, file_id=files.store(name, media_types[key], content, now=now), checked=checked
        )
        for key, (name, content) in uploads.items()
    }


def _media_type(key: str, name: str, content: bytes) -> str:
    try:
        return files.check_upload(name, content)
    except Invalid as refusal:
        raise Invalid(str(refusal), code=refusal.code, field=FILE + key) from refusal
