"""Sealing a document: a PAdES B-B signature (ETSI EN 319 142-1) over every byte of the file.

The seal that people see is drawn by the template; the one that counts is this signature. It certifies
the document and permits no later change, so a reader program warns of any. 国务院令 716 art. 9: an
electronic seal has the force of the physical one.
"""

import asyncio
import io
import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import PdfSignedData
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD_NAME = "OfficialSeal"
_DIGEST = "sha256"
#: Bytes for signature, attributes and framing beside the certificates: ECDSA needs some 700, RSA 4096 1,300.
_CONTAINER_BYTES = 3000


@dataclass(frozen=True, slots=True)
class SealMaterial:
    """What sealing needs: the certificate chain (PEM, the leaf first) and its private key (PEM PKCS 8)."""

    certificate_pem: bytes
    private_key_pem: bytes = field(repr=False)
    valid_until: datetime


def seal(pdf: bytes, material: SealMaterial, *, now: datetime, reason: str = "") -> bytes:
    """`pdf` signed with `material`; `now` is the sealing time that the signature states.

    The file grows by one revision, written so that PDF/A stays PDF/A: the signature has no appearance of
    its own. Raises pyHanko's `PdfReadError` where `pdf` is not a PDF.
    """
    signer, container_bytes = _signer_of(material)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    embedding = PdfCMSEmbedder().write_cms(field_name=FIELD_NAME, writer=writer)
    next(embedding)
    # Reserved twice over: the container is written as hexadecimal digits.
    placeholder = PdfSignedData(
        pdf_name("/Sig"), SigSeedSubFilter.PADES, timestamp=now, bytes_reserved=2 * container_bytes
    )
    placeholder[pdf_name("/Name")] = pdf_string(signer.subject_name or "")
    if reason:
        placeholder[pdf_name("/Reason")] = pdf_string(reason)
    permission = SigMDPSetup(md_algorithm=_DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    embedding.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=permission))
    prepared, output = embedding.send(SigIOSetup(md_algorithm=_DIGEST, in_place=True))
    container = asyncio.run(
        signer.async_sign(
            prepared.document_digest, _DIGEST, use_pades=True, signed_attr_settings=PdfCMSSignedAttributes()
        )
    )
    embedding.send(container)
    sealed: bytes = output.getvalue()
    return sealed


def _signer_of(material: SealMaterial) -> tuple[SimpleSigner, int]:
    """The signer and the bytes to reserve for its container, each thread's own.

    asn1crypto takes a certificate apart only where it is read, and fails where two threads read it at once.
    """
    return _signer(material.certificate_pem, material.private_key_pem, threading.get_ident())


@lru_cache(maxsize=1024)
def _signer(certificate_pem: bytes, private_key_pem: bytes, _thread: int) -> tuple[SimpleSigner, int]:
    """Kept, because reading keys costs time."""
    chain = list(load_certs_from_pemder_data(certificate_pem))
    issuers = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    issuers.register_multiple(chain[1:])
    signer = SimpleSigner(chain[0], load_private_key_from_pemder_data(private_key_pem, None), issuers)
    return signer, _CONTAINER_BYTES + sum(len(certificate.dump()) for certificate in chain)
