"""Where this installation lives on the machine: its home folder, trial secrets and database address."""

import json
import os
import secrets
from pathlib import Path

from yichuang.base import env


def home() -> Path:
    """The installation's own folder. As root a folder of its own, because the database server must own it."""
    default = "/var/lib/yichuang" if os.geteuid() == 0 else str(Path.cwd() / ".yichuang")
    return Path(env.text("YICHUANG_HOME", default))


def trial_secret(name: str) -> str:
    """A secret made on first use and kept in the home folder: no two trials share one, none is in the source."""
    path = home() / "secrets.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        kept = {}
    if name not in kept:
        kept[name] = secrets.token_hex(32)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secrets.{os.getpid()}.json")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(kept, indent=2), encoding="utf-8")
        draft.replace(path)
    return str(kept[name])


def database_url() -> str:
    """`DATABASE_URL`, or the address of the embedded server that `yichuang up` keeps in the home folder."""
    return env.text("DATABASE_URL", f"postgresql://yichuang@/yichuang?host={home() / 'run'}")
