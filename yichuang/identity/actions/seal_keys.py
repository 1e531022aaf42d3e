"""How departments come to have electronic seals (电子印章): imported ones, and trial ones made here.

A city that runs for real imports the certificates that its province's seal platform issued. A trial makes
its own: one certification authority lives in memory just long enough to certify every department that lacks
a valid seal, and its private key is then forgotten, so nobody can ever issue a further seal in its name.
What remains of it is its certificate at the end of each chain.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import NameOID
from django.db import connection, transaction
from django.utils.translation import gettext as _

from yichuang.base.clock import local
from yichuang.base.crypto import encrypt
from yichuang.base.errors import Invalid
from yichuang.identity.data import SYSTEM, Actor
from yichuang.identity.models import Department, SealKey
from yichuang.identity.seal_keys import PRIVATE_KEY_CONTEXT
from yichuang.ledger.actions import Record, record

#: The usual life of a seal certificate, and of the authority above it (it must outlive what it certified).
_SEAL_LIFE = timedelta(days=3 * 365)
_AUTHORITY_LIFE = timedelta(days=10 * 365)
#: Any number that no other part of the platform locks on.
_LOCK = 0x5EA1


@transaction.atomic
def import_seal_key(
    *, department_id: int, certificate_pem: bytes, private_key_pem: bytes, actor: Actor, now: datetime
) -> int:
    """Keep a seal that an authority issued: the chain (leaf first) and its unencrypted PKCS 8 key, both PEM.

    Raises `Invalid` where they cannot be read, do not belong together or have run out. Earlier seals stay,
    because documents sealed with them must still be judged.
    """
    try:
        chain = x509.load_pem_x509_certificates(certificate_pem)
        key = serialization.load_pem_private_key(private_key_pem, password=None)
    except (ValueError, TypeError) as error:
        sentence = _("印章证书或私钥无法读取：两者都应为PEM格式，证书本级在前、上级在后，私钥不加密。")
        raise Invalid(sentence, code="seal_key_unreadable") from error
    if key.public_key() != chain[0].public_key():
        sentence = _("印章证书与私钥不是一对，请核对后重新导入。")
        raise Invalid(sentence, code="seal_key_mismatch")
    if chain[0].not_valid_after_utc <= now:
        sentence = _("这份印章证书已于%(date)s到期，请导入新证书。")
        expired = f"{local(chain[0].not_valid_after_utc):%Y-%m-%d}"
        raise Invalid(sentence % {"date": expired}, code="seal_key_expired")
    row = SealKey.objects.create(
        department_id=department_id,
        certificate=b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain),
        private_key=encrypt(_pem(key), PRIVATE_KEY_CONTEXT),
        valid_from=chain[0].not_valid_before_utc,
        valid_until=chain[0].not_valid_after_utc,
    )
    record([_entry(row, trial=False)], actor_kind=actor.kind, actor_id=actor.id, now=now)
    return row.id


@transaction.atomic
def ensure_seal_keys(now: datetime) -> int:
    """Give every department without a valid seal a trial one; returns how many were made. Safe to repeat.

    For trial installations: a real seal comes from the authority that the law names, never from here.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    valid = SealKey.objects.filter(valid_from__lte=now, valid_until__gt=now).values("department_id")
    lacking = list(Department.objects.exclude(id__in=valid).order_by("id"))
    if not lacking:
        return 0
    made = SealKey.objects.bulk_create(_trial_keys(lacking, now))
    record([_entry(key, trial=True) for key in made], actor_kind=SYSTEM.kind, actor_id=SYSTEM.id, now=now)
    return len(made)


def _entry(key: SealKey, *, trial: bool) -> Record:
    facts = {"seal_key_id": key.id, "valid_until": key.valid_until.isoformat(), "trial": trial}
    return Record("seal_key.added", "department", key.department_id, facts)


def _pem(key: PrivateKeyTypes) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def _trial_keys(departments: Iterable[Department], now: datetime) -> list[SealKey]:
    since = now - timedelta(minutes=5)  # so that a clock a little behind does not see a seal from the future
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"一窗试用印章机构 {now:%Y%m%d%H%M%S}")]
    )
    authority = _certificate(
        (authority_name, authority_name),
        authority_key.public_key(),
        authority_key,
        (since, now + _AUTHORITY_LIFE),
        is_authority=True,
    )
    rows = []
    for department in departments:
        key = ec.generate_private_key(ec.SECP256R1())
        until = now + _SEAL_LIFE
        leaf = _certificate(
            (_subject(department), authority_name),
            key.public_key(),
            authority_key,
            (since, until),
            is_authority=False,
        )
        chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (leaf, authority))
        rows.append(
            SealKey(
                department=department,
                certificate=chain,
                private_key=encrypt(_pem(key), PRIVATE_KEY_CONTEXT),
                valid_from=since,
                valid_until=until,
            )
        )
    return rows


def _subject(department: Department) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, department.name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, department.uscc),
            x509.NameAttribute(NameOID.COMMON_NAME, department.name[:64]),
        ]
    )


def _certificate(
    names: tuple[x509.Name, x509.Name],
    public_key: ec.EllipticCurvePublicKey,
    signing_key: ec.EllipticCurvePrivateKey,
    life: tuple[datetime, datetime],
    *,
    is_authority: bool,
) -> x509.Certificate:
    """A certificate for (subject, issuer) that may sign certificates (an authority) or papers (a seal)."""
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(
            x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True
        )
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(signing_key, hashes.SHA256())
    )
