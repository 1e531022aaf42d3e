"""The sample people: one YAML file with a list of records for each register resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class People:
    """Resource key → its records, and the field of a record that a subject's number is looked up in."""

    records: Mapping[str, list[dict[str, Any]]]
    subject_fields: Mapping[str, str]

    def find(self, resource: str, subject: str) -> Record | None:
        """The record of a subject; the first where there are several."""
        wanted = "".join(subject.split()).upper()
        name = self.subject_fields.get(resource, "number")
        records = self.records.get(resource, [])
        return next((record for record in records if str(record.get(name, "")).upper() == wanted), None)


def read(path: Path) -> People:
    """The records of every resource. A file that cannot be used ends the program with a sentence."""
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise SystemExit(f"{path}: cannot be read: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("subject_field", {}), dict):
        raise SystemExit(f"{path}: must hold resource keys, each with a list of records")
    records = {key: [_plain(row) for row in rows] for key, rows in content.items() if isinstance(rows, list)}
    return People(records, {key: str(name) for key, name in content.get("subject_field", {}).items()})


def _plain(record: Record) -> dict[str, Any]:
    """Dates as ISO text, so that a record can be sent as JSON."""
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in record.items()}
