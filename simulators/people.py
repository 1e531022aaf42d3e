"""The sample people: one YAML file with a list of records for each register resource."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

#: Resource key → its records; the fields of a record are the register's own.
People = dict[str, list[dict[str, Any]]]


def read(path: Path) -> People:
    """The records of every resource. A file that cannot be used ends the program with a sentence."""
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise SystemExit(f"{path}: cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise SystemExit(f"{path}: must hold resource keys, each with a list of records")
    return {
        key: [_plain(record) for record in records]
        for key, records in content.items()
        if isinstance(records, list)
    }


def find(records: list[dict[str, Any]], subject: str) -> dict[str, Any] | None:
    """The record of which a field, whole, is the subject's number; the first where several are."""
    wanted = "".join(subject.split()).upper()
    return next(
        (record for record in records if wanted in {str(value).upper() for value in record.values()}), None
    )


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """Dates as ISO text, so that a record can be sent as JSON."""
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in record.items()}
