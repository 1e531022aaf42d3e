"""What tests of documents share: trial seals without a database, and what poppler says of a PDF."""

import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import DictionaryObject, Reference
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from yichuang.base.pdf.seal import SealMaterial

DOCUMENTS = Path(__file__).resolve().parent.parent / "catalogues" / "quzhou" / "documents"

needs_poppler = pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")


@dataclass(frozen=True)
class Authority:
    """A certification authority made for one test."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    pem: bytes


def authority(now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "测试印章机构")])
    usage = {"key_cert_sign": True, "crl_sign": True}
    certificate = _builder(name, name, key, now, **usage).sign(key, hashes.SHA256())
    return Authority(name, key, certificate.public_bytes(serialization.Encoding.PEM))


def material(issuer: Authority, now: datetime, name: str = "衢州市公安局") -> SealMaterial:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = {"digital_signature": True, "content_commitment": True}
    leaf = _builder(subject, issuer.name, key, now, **usage).sign(issuer.key, hashes.SHA256())
    return SealMaterial(
        leaf.public_bytes(serialization.Encoding.PEM) + issuer.pem, key_pem(key), now + timedelta(days=365)
    )


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, **usage: bool
) -> x509.CertificateBuilder:
    nothing = dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.KeyUsage(**{**nothing, **usage}), critical=True)
        .add_extension(x509.BasicConstraints(usage.get("key_cert_sign", False), None), critical=True)
    )


def said_by(tool: str, pdf: bytes, folder: Path, *arguments: str) -> str:
    """The output of a poppler tool for `pdf`."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    tail = ["-"] if tool == "pdftotext" else []
    return subprocess.run(
        [tool, *arguments, str(path), *tail], capture_output=True, text=True, check=False
    ).stdout


def pdf_a_faults(pdf: bytes) -> list[str]:
    """What keeps a file from being PDF/A-2u, as far as can be seen without a validator (ISO 19005-2, 6.1 to 6.6)."""
    reader = PdfFileReader(io.BytesIO(pdf))
    root, faults = reader.root, []
    metadata = root["/Metadata"].data
    for name, value in ((b"part", b"2"), (b"conformance", b"U")):  # as an element or as an attribute
        if not re.search(rb'pdfaid:%b(>|=")%b["<]' % (name, value), metadata):
            faults.append(f"metadata lack pdfaid:{name.decode()}")
    # `get` would give the reference and not what it refers to.
    listed = root["/OutputIntents"] if "/OutputIntents" in root else []  # noqa: SIM401
    intents = [listed[position] for position in range(len(listed))]
    if not any(intent["/S"] == "/GTS_PDFA1" and "/DestOutputProfile" in intent for intent in intents):
        faults.append("no output intent with its colour profile")
    if "/ID" not in reader.trailer_view or "/Encrypt" in reader.trailer_view:
        faults.append("no identity, or encrypted")
    barred = {"/JavaScript", "/Launch", "/Movie", "/Sound", "/ImportData", "/ResetForm"}
    for number in range(1, reader.trailer_view["/Size"]):
        try:
            found = reader.get_object(Reference(number, 0))
        except PdfReadError:
            continue
        if not isinstance(found, DictionaryObject):
            continue
        if found.get("/S") in barred or "/JS" in found:
            faults.append(f"object {number} acts: {found.get('/S')}")
        if found.get("/Type") == "/Font":
            faults += [f"font {found['/BaseFont']}: {fault}" for fault in _font_faults(found)]
    return faults


def _font_faults(font: DictionaryObject) -> list[str]:
    if font["/Subtype"] == "/Type0":
        return [] if "/ToUnicode" in font else ["its characters cannot be searched"]
    files = {"/FontFile", "/FontFile2", "/FontFile3"}
    embedded = "/FontDescriptor" in font and files & set(font["/FontDescriptor"])
    return [] if embedded or font["/Subtype"] == "/Type3" else ["not embedded"]
