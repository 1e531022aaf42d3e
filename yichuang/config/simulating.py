"""The simulators that a trial starts beside itself: what each is called and told on its command line."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from yichuang.catalogue import queries
from yichuang.config import machine, runtime
from yichuang.config.processes import Child, spawn
from yichuang.departments import signing

_POLICE = "police"
#: The ports that the sample city's folder and the documents name, in the order of `_simulators`.
_WRITTEN_PORTS = (8101, 8102, 8103, 8104)


@dataclass(frozen=True, slots=True)
class _Simulator:
    """A stand-in for a system outside."""

    module: str
    port: int
    options: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def launch(self) -> int:
        command = [sys.executable, "-m", self.module, "--port", str(self.port), *self.options]
        return spawn(command, self.environment)


def children() -> list[Child]:
    """The simulators as processes to start, once the city is published."""
    return [Child(simulator.module, simulator.launch) for simulator in _simulators()]


def ports() -> list[int]:
    """Where the simulators listen."""
    return [settings.SIMULATORS_PORT + index for index in range(len(_WRITTEN_PORTS))]


def check_ports() -> None:
    """Raises `CannotStart` where a simulator could not listen."""
    for port in ports():
        remedy = f"YICHUANG_SIMULATORS_PORT={settings.SIMULATORS_PORT + 100} make run"
        machine.check_port("127.0.0.1", port, remedy)


def redirect_endpoints() -> None:
    """Let the platform call the simulators where they really listen, unless the environment says otherwise."""
    pairs = [
        f"http://127.0.0.1:{written}=http://127.0.0.1:{actual}"
        for written, actual in zip(_WRITTEN_PORTS, ports(), strict=True)
        if written != actual
    ]
    if pairs:
        os.environ.setdefault("YICHUANG_ENDPOINTS", ",".join(pairs))


def _simulators() -> list[_Simulator]:
    here = f"http://127.0.0.1:{settings.PORT}"
    people = ["--people", str(settings.CATALOGUE_DIR / "people.yaml")]
    origins = ",".join(sorted({here, f"http://localhost:{settings.PORT}", settings.PUBLIC_URL}))
    police_port, registers_port, reader_port, sms_port = ports()
    found = [
        _Simulator("simulators.registers", registers_port, people),
        _Simulator("simulators.card_reader", reader_port, [*people, "--origin", origins]),
        _Simulator("simulators.sms_gateway", sms_port, []),
    ]
    partner = queries.current().partners.get(_POLICE)
    if partner is not None:
        answers = ["--callback", f"{here}/api/partners/{_POLICE}/answers"]
        book = ["--state", str(runtime.home() / "simulated-police.sqlite")]
        secret = {"YICHUANG_PARTNER_POLICE": signing.secret_of(partner)}
        found.append(_Simulator("simulators.police", police_port, [*people, *answers, *book], secret))
    return found
