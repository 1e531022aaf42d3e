"""Publishing a folder: what is checked, what gets a new version, what never changes again."""

import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from tests.catalogue_folder import write_folder
from yichuang.base.clock import CITY_ZONE
from yichuang.base.errors import Forbidden, NotVisible, Overtaken, Refused
from yichuang.catalogue import queries
from yichuang.catalogue.actions.publishing import CatalogueFaulty, publish, publish_folder
from yichuang.catalogue.checking import check
from yichuang.catalogue.data import Catalogue
from yichuang.catalogue.loading import digest, read
from yichuang.catalogue.models import BundleVersion, ItemVersion, Release
from yichuang.identity.data import SYSTEM, Actor, ActorKind, Role
from yichuang.identity.models import Department, Mandate
from yichuang.ledger.models import Entry

NOW = datetime(2026, 3, 9, 9, 30, tzinfo=CITY_ZONE)
MANAGER = Actor(ActorKind.STAFF, 1, roles=frozenset({Role.MANAGER}))
HOUSEHOLD = "items/household_birth.yaml"

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path)


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def published(root: Path) -> Catalogue:
    publish(root, actor=SYSTEM, now=NOW)
    return queries.current()


def test_what_is_published_is_what_the_folder_says(folder: Path) -> None:
    catalogue = published(folder)
    said = read(folder).catalogue
    assert said is not None
    assert catalogue.elements == said.elements
    assert catalogue.grants == said.grants
    assert catalogue.partners == said.partners
    assert catalogue.granted == said.granted
    household, bundle = catalogue.items["household_birth"], catalogue.bundles["newborn"]
    assert household.version > 0
    assert bundle.version > 0
    assert queries.item("household_birth", household.version) == household
    assert queries.bundle("newborn", bundle.version) == bundle
    assert list(catalogue.items) == list(said.items)


def test_the_folder_that_was_published_is_made_from_the_release_again(folder: Path) -> None:
    """All but the accounts of a trial: what can never be deleted names no person."""
    first = publish(folder, actor=SYSTEM, now=NOW).release
    said = read(folder).folder
    assert said is not None
    without_accounts = replace(said, staff=())
    assert queries.folder() == without_accounts
    edit(folder, "departments.yaml", "place: 一楼", "place: 二楼")
    publish(folder, actor=SYSTEM, now=NOW)
    assert queries.folder().counters[0].place == "二楼"
    assert queries.folder(first) == without_accounts
    assert check(queries.folder()) == ()


def test_a_release_without_its_establishment_asks_to_be_published_again(folder: Path) -> None:
    """As an older program published it."""
    publication = publish(folder, actor=SYSTEM, now=NOW)
    older = Release.objects.get(id=publication.release)
    older.pk, older.establishment, older.digest = None, "", "of the content alone"
    older.save()
    queries.forget()
    assert queries.current().elements
    with pytest.raises(Refused, match="请先重新发布一次"):
        queries.folder()
    assert publish(folder, actor=SYSTEM, now=NOW).is_new
    assert queries.folder().departments
    with pytest.raises(NotVisible, match="没有第999999次"):
        queries.folder(999999)


def test_a_catalogue_is_published_only_over_the_release_that_it_was_made_from(folder: Path) -> None:
    base = publish(folder, actor=SYSTEM, now=NOW).release
    in_force = queries.folder()
    household = replace(in_force.catalogue.items["household_birth"], visits_before=3)
    items = {**in_force.catalogue.items, "household_birth": household}
    changed = replace(in_force, catalogue=replace(in_force.catalogue, items=items))
    publication = publish_folder(changed, base=base, actor=MANAGER, now=NOW)
    assert publication.items == ("household_birth",)
    assert queries.current().items["household_birth"].visits_before == 3
    with pytest.raises(Overtaken, match="别人已经发布"):
        publish_folder(in_force, base=base, actor=MANAGER, now=NOW)
    with pytest.raises(CatalogueFaulty):
        publish_folder(replace(in_force, departments={}), base=publication.release, actor=MANAGER, now=NOW)
    with pytest.raises(Forbidden):
        publish_folder(in_force, base=publication.release, actor=Actor(ActorKind.STAFF, 1), now=NOW)


def test_what_the_folder_said_last_is_known_also_after_a_change_made_elsewhere(folder: Path) -> None:
    base = publish(folder, actor=SYSTEM, now=NOW).release
    in_force = queries.folder()
    publish_folder(replace(in_force, overrides=()), base=base, actor=MANAGER, now=NOW)
    assert queries.published_digest() == digest(folder)


def test_the_same_folder_is_published_once(folder: Path) -> None:
    first = publish(folder, actor=SYSTEM, now=NOW)
    again = publish(folder, actor=SYSTEM, now=NOW)
    edit(folder, HOUSEHOLD, "key:", "# a remark changes nothing\nkey:")
    remarked = publish(folder, actor=SYSTEM, now=NOW)
    assert first.is_new
    assert [(done.release, done.is_new) for done in (again, remarked)] == [(first.release, False)] * 2


def test_only_what_changed_gets_a_new_version(folder: Path) -> None:
    before = published(folder)
    edit(folder, HOUSEHOLD, "promised_limit: 3", "promised_limit: 4")
    publication = publish(folder, actor=SYSTEM, now=NOW)
    after = queries.current()
    assert (publication.is_new, publication.items, publication.bundles) == (True, ("household_birth",), ())
    assert after.items["household_birth"].version == before.items["household_birth"].version + 1
    assert after.items["medical_insurance"] == before.items["medical_insurance"]
    assert after.bundles["newborn"] == before.bundles["newborn"]


def test_an_older_version_stays_as_it_was(folder: Path) -> None:
    old = published(folder).items["household_birth"]
    edit(folder, HOUSEHOLD, "promised_limit: 3", "promised_limit: 4")
    new = published(folder).items["household_birth"]
    assert queries.item("household_birth", old.version) == old
    assert queries.item_version(queries.item_version_id("household_birth", old.version)) == old
    kept = [(facts.version, facts.is_current) for facts in queries.versions("items", "household_birth")[:2]]
    assert kept == [(new.version, True), (old.version, False)]


def test_an_item_that_comes_back_goes_on_counting(folder: Path) -> None:
    first = published(folder).items["household_birth"].version
    edit(folder, HOUSEHOLD, "promised_limit: 3", "promised_limit: 4")
    published(folder)
    edit(folder, HOUSEHOLD, "promised_limit: 4", "promised_limit: 3")
    assert published(folder).items["household_birth"].version == first + 2


def test_a_folder_with_faults_is_refused_whole(folder: Path) -> None:
    edit(folder, HOUSEHOLD, "department: police", "department: nobody")
    releases = Release.objects.count()
    with pytest.raises(CatalogueFaulty, match="1处错误") as refused:
        publish(folder, actor=SYSTEM, now=NOW)
    assert [fault.path for fault in refused.value.faults] == [HOUSEHOLD]
    assert Release.objects.count() == releases
    assert not Department.objects.filter(uscc="11330800MB00000021").exists()


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (SYSTEM, True),
        (Actor(ActorKind.STAFF, 1, roles=frozenset({Role.MANAGER})), True),
        (Actor(ActorKind.STAFF, 1, roles=frozenset({Role.ADMINISTRATOR})), True),
        (Actor(ActorKind.STAFF, 1, roles=frozenset({Role.CLERK, Role.CHIEF_OFFICER})), False),
        (Actor(ActorKind.APPLICANT, 1), False),
        (Actor(ActorKind.ANONYMOUS), False),
    ],
)
def test_the_centre_publishes_and_nobody_else(folder: Path, actor: Actor, may: bool) -> None:
    if may:
        assert publish(folder, actor=actor, now=NOW).is_new
    else:
        with pytest.raises(Forbidden, match="管理员"):
            publish(folder, actor=actor, now=NOW)


def test_publishing_writes_the_ledger_and_the_establishment(folder: Path) -> None:
    publication = publish(folder, actor=SYSTEM, now=NOW)
    entry = Entry.objects.get(verb="catalogue.published", subject_id=publication.release)
    assert (entry.actor_kind, entry.subject_kind, entry.facts["items"]) == ("system", "release", 3)
    assert set(entry.facts["new_items"]) == {
        "birth_certificate_issue",
        "household_birth",
        "medical_insurance",
    }
    assert Department.objects.get(key="police").name == "样例市公安局"
    assert Mandate.objects.get(number="样公委〔2026〕1号").valid_until is None


@pytest.mark.parametrize("model", [Release, ItemVersion, BundleVersion])
@pytest.mark.parametrize("change", ["update", "delete"])
def test_what_is_published_can_be_neither_changed_nor_deleted(
    folder: Path, model: type[Release | ItemVersion | BundleVersion], change: str
) -> None:
    published(folder)
    table = model._meta.db_table
    statement = f"UPDATE {table} SET digest = 'x'" if change == "update" else f"DELETE FROM {table}"  # noqa: S608
    with (
        pytest.raises(IntegrityError, match="immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_templates_come_from_the_release(folder: Path) -> None:
    published(folder)
    (folder / "documents" / "paper.typ").unlink()
    assert "facts.holder" in queries.template("paper")
    with pytest.raises(Refused, match="没有文书模板“other”"):
        queries.template("other")


def test_a_changed_template_makes_a_release_and_no_new_version(folder: Path) -> None:
    published(folder)
    edit(folder, "documents/paper.typ", "holder", "identifier")
    publication = publish(folder, actor=SYSTEM, now=NOW)
    assert (publication.is_new, publication.items) == (True, ())
    assert "facts.identifier" in queries.template("paper")


def test_an_unknown_version_is_told(folder: Path) -> None:
    published(folder)
    with pytest.raises(NotVisible, match="第99版"):
        queries.item("household_birth", 99)
    with pytest.raises(NotVisible, match="第99版"):
        queries.bundle("newborn", 99)


def test_the_catalogue_in_memory_costs_no_query(
    folder: Path, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1000.0
    monkeypatch.setattr(queries.time, "monotonic", lambda: moment)
    first = published(folder)
    with django_assert_num_queries(0):
        assert queries.current() is first
        queries.item_version_id("household_birth", first.items["household_birth"].version)
        queries.template("paper")
    moment += queries.KEEP_SECONDS
    with django_assert_num_queries(1):
        assert queries.current() is first
        assert queries.current() is first


def test_a_new_release_is_seen_within_a_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process published: nobody told this one to forget."""
    moment = 1000.0
    monkeypatch.setattr(queries.time, "monotonic", lambda: moment)
    first = published(folder)
    with monkeypatch.context() as patch:
        patch.setattr(queries, "forget", lambda: None)
        edit(folder, HOUSEHOLD, "promised_limit: 3", "promised_limit: 4")
        publish(folder, actor=SYSTEM, now=NOW)
    assert queries.current() is first
    moment += queries.KEEP_SECONDS
    assert queries.current().release > first.release


def test_other_threads_go_on_while_one_reads_a_new_release(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = published(folder)
    queries.forget()
    monkeypatch.setattr(queries, "KEEP_SECONDS", 0.0)
    found: list[Catalogue] = []
    with queries._Memory.lock:
        reader = threading.Thread(target=lambda: found.append(queries.current()))
        reader.start()
        reader.join(timeout=10)
    assert found == [first]
