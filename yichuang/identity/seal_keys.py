"""The electronic seals of departments (电子印章): fetching one to seal with, and whom to trust.

How seals come to be is `actions/seal_keys.py`.
"""

from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_pem_x509_certificates
from django.db.models import F
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.crypto import decrypt
from yichuang.base.errors import Refused
from yichuang.base.pdf.seal import SealMaterial
from yichuang.identity.models import Department, SealKey

PRIVATE_KEY_CONTEXT = "identity_seal_key.private_key"


class SealKeyMissing(Refused):
    """The department has no seal at all."""

    code = "seal_key_missing"


class SealKeyExpired(Refused):
    """The department's last seal has run out."""

    code = "seal_key_expired"


def seal_key(department_id: int, now: datetime) -> SealMaterial:
    """What sealing in the department's name needs. Raises `SealKeyMissing` or `SealKeyExpired`; one query."""
    row = (
        SealKey.objects.filter(department_id=department_id, valid_from__lte=now)
        .annotate(department_name=F("department__name"))
        .order_by("-valid_until")
        .first()
    )
    if row is None:
        name = Department.objects.get(id=department_id).name
        sentence = _(
            "%(name)s还没有可用的电子印章，文书和证照暂不能签发。请系统管理员为该部门导入印章证书，导入后会自动继续。"
        )
        raise SealKeyMissing(sentence % {"name": name})
    if row.valid_until <= now:
        sentence = _(
            "%(name)s的电子印章已于%(date)s到期，文书和证照暂不能签发。请系统管理员为该部门更换印章证书，更换后会自动继续。"
        )
        expired = f"{local(row.valid_until):%Y-%m-%d}"
        raise SealKeyExpired(sentence % {"name": row.department_name, "date": expired})
    private_key = decrypt(row.private_key, PRIVATE_KEY_CONTEXT)
    return SealMaterial(bytes(row.certificate), private_key, row.valid_until)


def trust_roots() -> tuple[bytes, ...]:
    """The certificates (PEM) at the ends of all chains that were ever made or imported here: whom we trust.

    Expired ones too: a seal is judged at the time when it was set.
    """
    chains = SealKey.objects.values_list("certificate", flat=True)
    return tuple({_last(bytes(chain)) for chain in chains})


def _last(chain: bytes) -> bytes:
    root = load_pem_x509_certificates(chain)[-1]
    return root.public_bytes(serialization.Encoding.PEM)
