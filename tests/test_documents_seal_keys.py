"""The seals of departments: trial ones, imported ones, missing and expired ones."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.factories import NOW
from tests.papers import authority, key_pem, material
from yichuang.base.errors import Invalid
from yichuang.base.pdf.render import render
from yichuang.base.pdf.seal import seal
from yichuang.base.pdf.verify import verify
from yichuang.identity.actions.seal_keys import ensure_seal_keys, import_seal_key
from yichuang.identity.data import SYSTEM
from yichuang.identity.models import Department, SealKey
from yichuang.identity.queries import department_id
from yichuang.identity.seal_keys import SealKeyExpired, SealKeyMissing, seal_key, trust_roots
from yichuang.ledger.models import Entry

pytestmark = pytest.mark.django_db

PAGE = '#set text(font: "Noto Serif SC")\nx'


def test_every_department_of_a_trial_has_a_seal_that_the_platform_trusts() -> None:
    for department in Department.objects.all():
        report = verify(seal(render(PAGE, {}), seal_key(department.id, NOW), now=NOW), trust_roots())
        assert report.good
        assert report.signer == department.name


def test_making_trial_seals_again_makes_none() -> None:
    before = SealKey.objects.count()
    assert before
    assert ensure_seal_keys(NOW) == 0
    assert SealKey.objects.count() == before


def test_expired_trial_seals_are_replaced_and_the_old_ones_kept() -> None:
    before = SealKey.objects.count()
    later = NOW + timedelta(days=4 * 365)
    assert ensure_seal_keys(later) == Department.objects.count()
    assert SealKey.objects.count() == before + Department.objects.count()
    assert seal_key(department_id("police"), later).valid_until > later


def test_a_department_without_a_seal_is_told_what_to_do() -> None:
    SealKey.objects.filter(department__key="police").delete()
    with pytest.raises(SealKeyMissing, match=r"衢州市公安局还没有可用的电子印章.*请系统管理员"):
        seal_key(department_id("police"), NOW)


def test_an_expired_seal_names_its_day_and_the_remedy() -> None:
    day = datetime(2026, 2, 1, tzinfo=UTC)
    SealKey.objects.filter(department__key="police").update(valid_until=day)
    with pytest.raises(SealKeyExpired, match=r"衢州市公安局的电子印章已于2026-02-01到期.*更换"):
        seal_key(department_id("police"), NOW)


def test_a_seal_that_is_not_yet_valid_is_no_seal() -> None:
    SealKey.objects.filter(department__key="police").update(valid_from=NOW + timedelta(days=1))
    with pytest.raises(SealKeyMissing):
        seal_key(department_id("police"), NOW)


def test_private_keys_are_not_readable_in_the_database() -> None:
    assert all(b"PRIVATE" not in bytes(row.private_key) for row in SealKey.objects.all())


def test_an_imported_seal_is_used_and_trusted_and_recorded() -> None:
    issuer = authority(NOW)
    given = material(issuer, NOW + timedelta(days=3000), "衢州市公安局（正式）")
    later = NOW + timedelta(days=3000)
    row_id = import_seal_key(
        department_id=department_id("police"),
        certificate_pem=given.certificate_pem,
        private_key_pem=given.private_key_pem,
        actor=SYSTEM,
        now=later,
    )
    used = seal_key(department_id("police"), later)
    assert used.certificate_pem == given.certificate_pem
    assert verify(seal(render(PAGE, {}), used, now=later), trust_roots()).signer == "衢州市公安局（正式）"
    entry = Entry.objects.filter(verb="seal_key.added").latest("id")
    assert entry.facts["seal_key_id"] == row_id
    assert entry.facts["trial"] is False


def test_a_seal_that_cannot_be_used_is_not_imported() -> None:
    issuer = authority(NOW)
    good = material(issuer, NOW)
    other = key_pem(ec.generate_private_key(ec.SECP256R1()))
    old = material(authority(NOW - timedelta(days=900)), NOW - timedelta(days=900))
    cases = (
        (b"rubbish", good.private_key_pem, "无法读取"),
        (good.certificate_pem, b"rubbish", "无法读取"),
        (good.certificate_pem, other, "不是一对"),
        (old.certificate_pem, old.private_key_pem, "到期"),
    )
    for certificate, key, words in cases:
        with pytest.raises(Invalid, match=words):
            import_seal_key(
                department_id=department_id("police"),
                certificate_pem=certificate,
                private_key_pem=key,
                actor=SYSTEM,
                now=NOW,
            )
