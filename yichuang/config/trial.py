"""The sample city of a trial: published when its folder changed, with seals and accounts to try it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from yichuang.catalogue import loading, queries
from yichuang.catalogue.actions.publishing import CatalogueFaulty, publish
from yichuang.catalogue.models import Release
from yichuang.config.runtime import CannotStart
from yichuang.identity.actions.seal_keys import ensure_seal_keys
from yichuang.identity.actions.trial import TrialPerson, create_trial_accounts
from yichuang.identity.data import SYSTEM
from yichuang.identity.models import Staff

_FAULTS_SHOWN = 10


def establish_trial(
    folder: Path, *, now: datetime, report: Callable[[str], None] = lambda _line: None
) -> None:
    """Publish the city at `folder` where it changed, and make what people need to try it. Safe to repeat.

    A folder with faults leaves the release in force; raises `CannotStart` where there is none yet.
    """
    if not _is_published(folder):
        report("发布样例城市… publishing the sample city")
        _publish(folder, now, report)
    elif not Staff.objects.exists():
        # The first start was killed between the release and the accounts.
        _create_accounts(folder, now)
    if made := ensure_seal_keys(now):
        report(f"制作试用电子印章({made})… trial seals")


def _publish(folder: Path, now: datetime, report: Callable[[str], None]) -> None:
    try:
        publish(folder, actor=SYSTEM, now=now)
    except CatalogueFaulty as error:
        faults = "\n".join(f"    {fault}" for fault in error.faults[:_FAULTS_SHOWN])
        if not Release.objects.exists():
            english = "The city's folder has the faults above. Correct them and start again."
            raise CannotStart(f"{error}\n{faults}", english) from error
        report(f"{error}\n{faults}\n  仍使用上次发布的目录。The last release stays in force.")
    else:
        _create_accounts(folder, now)


def _is_published(folder: Path) -> bool:
    return queries.published_digest() == loading.digest(folder)


def _create_accounts(folder: Path, now: datetime) -> None:
    reading = loading.read(folder)
    if reading.folder is not None:
        create_trial_accounts(staff=reading.folder.staff, people=_people(folder / "people.yaml"), now=now)


def _people(path: Path) -> list[TrialPerson]:
    """The invented people and companies that the simulated registers know, with accounts named after them."""
    from pypinyin import lazy_pinyin
    from ruamel.yaml import YAML

    if not path.exists():
        return []
    registers: Mapping[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    population = registers.get("population", [])
    phones = {row["name"]: row.get("phone", "") for row in population}
    people = [
        TrialPerson(
            "".join(lazy_pinyin(row["name"])), "person", row["number"], row["name"], phones[row["name"]]
        )
        for row in population
    ]
    for index, row in enumerate(registers.get("enterprises", []), start=1):
        phone = phones.get(row["legal_representative"], "")
        people.append(
            TrialPerson(f"company{index}", "organisation", row["organisation_code"], row["name"], phone)
        )
    return people
