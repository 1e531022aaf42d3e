"""Configuration: read from the environment, explained by `.env.sample`, refused where production is unsafe."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from yichuang.base import env, logs
from yichuang.config import machine, production, runtime
from yichuang.config.runtime import CannotStart

ROOT = Path(__file__).resolve().parent.parent
_READ = re.compile(r"""(?:env\.(?:text|flag|number|words|secret)|runtime\.secret)\(\s*["']([A-Z_]+)["']""")
#: Named in the catalogue, not in the source: one for each partner.
_BY_CATALOGUE = {"YICHUANG_PARTNER_POLICE"}

GOOD_SECRETS = {
    "YICHUANG_SECRET_KEY": "8f2b" * 16,
    "YICHUANG_DATA_KEY": "91ce" * 16,
    "YICHUANG_LEDGER_KEY": "a07d" * 16,
}


def _documented() -> set[str]:
    text = (ROOT / ".env.sample").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))


def test_every_variable_is_in_the_sample_and_the_sample_has_no_other() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "yichuang").rglob("*.py")]
    read = {name for source in sources for name in _READ.findall(source)}
    assert read | _BY_CATALOGUE == _documented()


def _settings(**environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YICHUANG_")}
    command = [sys.executable, "-c", "import yichuang.config.settings as s; print(s.TRIAL, s.PUBLIC_URL)"]
    environment = {**kept, "YICHUANG_HOME": os.environ["YICHUANG_HOME"], **environment}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_without_configuration_it_is_a_trial() -> None:
    assert _settings().stdout.strip() == "True http://127.0.0.1:8000"


def test_production_names_each_missing_secret() -> None:
    said = _settings(YICHUANG_TRIAL="0").stderr
    assert "YICHUANG_SECRET_KEY is not set" in said
    assert "YICHUANG_SECRET_KEY_FILE" in said


def test_production_starts_with_secrets_and_https() -> None:
    done = _settings(
        YICHUANG_TRIAL="0",
        YICHUANG_PUBLIC_URL="https://window.example.gov.cn",
        YICHUANG_ALLOWED_HOSTS="window.example.gov.cn",
        **GOOD_SECRETS,
    )
    assert done.stdout.strip() == "False https://window.example.gov.cn", done.stderr


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"public_url": "http://window.example.gov.cn"}, "https://"),
        ({"public_url": "window.example.gov.cn"}, "YICHUANG_PUBLIC_URL"),
        ({"allowed_hosts": []}, "YICHUANG_ALLOWED_HOSTS is not set"),
        ({"allowed_hosts": ["*"]}, "must not be"),
        ({"allowed_hosts": ["other.example.gov.cn"]}, "lacks window.example.gov.cn"),
        ({"secrets": {**GOOD_SECRETS, "YICHUANG_DATA_KEY": "short"}}, "YICHUANG_DATA_KEY has 5 characters"),
        ({"secrets": {**GOOD_SECRETS, "YICHUANG_DATA_KEY": "please-change-me-" * 3}}, "placeholder"),
        ({"secrets": dict.fromkeys(GOOD_SECRETS, "8f2b" * 16)}, "not all different"),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_the_remedy(
    changed: dict[str, object], told: str
) -> None:
    sound = {
        "public_url": "https://window.example.gov.cn",
        "allowed_hosts": ["window.example.gov.cn"],
        "secrets": GOOD_SECRETS,
    }
    production.check(**sound)  # type: ignore[arg-type]
    with pytest.raises(ImproperlyConfigured, match=told):
        production.check(**{**sound, **changed})  # type: ignore[arg-type]


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from the file\n", encoding="ascii")
    monkeypatch.setenv("YICHUANG_DATA_KEY_FILE", str(tmp_path / "secret"))
    assert runtime.secret("YICHUANG_DATA_KEY", "data-key", trial=True) == "from the file"
    monkeypatch.setenv("YICHUANG_DATA_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match=r"YICHUANG_DATA_KEY_FILE.*cannot be read"):
        runtime.secret("YICHUANG_DATA_KEY", "data-key", trial=True)


def test_a_trial_makes_its_secrets_once_and_keeps_them_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YICHUANG_HOME", str(tmp_path / "home"))
    made = runtime.secret("YICHUANG_NOWHERE", "some-key", trial=True)
    assert len(made) == 64
    assert runtime.secret("YICHUANG_NOWHERE", "some-key", trial=True) == made
    assert (tmp_path / "home" / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("value", ["maybe", "2"])
def test_a_switch_that_is_neither_on_nor_off_is_told(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YICHUANG_TRIAL", value)
    with pytest.raises(ImproperlyConfigured, match=r"YICHUANG_TRIAL.*Use 1 or 0"):
        env.flag("YICHUANG_TRIAL", default=True)


@pytest.mark.parametrize("value", ["eight", "0", "70000", "8.5"])
def test_a_number_out_of_range_is_told(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YICHUANG_PORT", value)
    with pytest.raises(ImproperlyConfigured, match="from 1 to 65535"):
        env.number("YICHUANG_PORT", 8000, least=1, most=65535)


def test_a_second_platform_on_the_same_home_is_told_who_runs_there(tmp_path: Path) -> None:
    with machine.only_one(tmp_path) as describe:
        describe("http://127.0.0.1:8000")
        with (
            pytest.raises(CannotStart, match=rf"进程号 {os.getpid()}.*http://127.0.0.1:8000"),
            machine.only_one(tmp_path),
        ):
            pass
    with machine.only_one(tmp_path):
        pass


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("number 330802199504182463 refused", "number ****************63 refused"),
        ("11010519491231002x", "****************2x"),
        ("call 13857000101 back", "call *********01 back"),
        ("case 261122AB1CD7-01 of 20261122", "case 261122AB1CD7-01 of 20261122"),
        ("key 01964f1c13857000101aa", "key 01964f1c13857000101aa"),
    ],
)
def test_id_numbers_and_phones_never_reach_the_log(text: str, logged: str) -> None:
    assert logs.mask(text) == logged
