"""Registers over HTTP: one POST of JSON; 200 with the record, 404 `absent`, and nothing else counts."""

from collections.abc import Mapping
from functools import cache
from threading import Lock

import httpx

from yichuang.base.endpoints import actual
from yichuang.sharing.contract import PATIENCE, Down, Question

_making = Lock()


def client() -> httpx.Client:
    """One client a process: its threads share connections. The machine's proxies are not used.

    Many threads ask for it at once the first time, and each would make its own: that takes longer than `PATIENCE`.
    """
    with _making:
        return _client()


@cache
def _client() -> httpx.Client:
    return httpx.Client(timeout=PATIENCE, trust_env=False)


def ask(question: Question) -> Mapping[str, str] | None:
    """`POST <endpoint>`."""
    body = {
        "subject": question.subject,
        "fields": list(question.fields),
        "case": question.case,
        "item": question.item,
        "purpose": question.purpose,
    }
    try:
        response = client().post(actual(question.endpoint), json=body)
        answer = response.json()
    except httpx.TimeoutException as error:
        raise Down("timeout") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Down("unreachable") from error
    except ValueError as error:
        raise Down("malformed") from error
    if response.status_code == 404 and isinstance(answer, dict) and answer.get("error") == "absent":
        return None
    if response.status_code != 200:
        raise Down(f"http_{response.status_code}")
    record = answer.get("record") if isinstance(answer, dict) else None
    if not isinstance(record, dict):
        raise Down("malformed")
    return {name: str(value) for name, value in record.items() if value is not None}
