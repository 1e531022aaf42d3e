"""What the tests of messages to applicants share: the simulated SMS gateway."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.simulators_fixtures import Simulator, running
from yichuang.notices.channels.sms import channel as sms


@pytest.fixture(autouse=True)
def short_line(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Half a second in place of five, and connections that are closed with the test."""
    with httpx.Client(timeout=0.5, trust_env=False) as client:
        monkeypatch.setattr(sms, "client", lambda: client)
        yield


@pytest.fixture(scope="module")
def gateway_process() -> Iterator[Simulator]:
    with running("simulators.sms_gateway") as simulator:
        yield simulator


@pytest.fixture
def gateway(gateway_process: Simulator, settings: Any) -> Simulator:
    """The simulated gateway, in good order and empty."""
    settings.SMS_GATEWAY = gateway_process.url
    gateway_process.control(reset=True, mode="normal", delay=2)
    return gateway_process


def shown(gateway: Simulator) -> list[dict[str, Any]]:
    """What came to phones."""
    found: list[dict[str, Any]] = httpx.get(f"{gateway.url}/messages", trust_env=False).json()["messages"]
    return found
