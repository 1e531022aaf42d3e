"""The command line of an installation; `yichuang --help` lists its commands."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from yichuang.base.errors import Refused
from yichuang.config import embedded, setup
from yichuang.config.runtime import CannotStart


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 found or said something bad, 2 wrong command line."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen) or 0)
    except (CannotStart, ImproperlyConfigured, Refused) as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has had enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _up(_chosen: argparse.Namespace) -> None:
    from yichuang.config import supervisor

    supervisor.up()


def _web(_chosen: argparse.Namespace) -> None:
    _ready()
    from yichuang.config import preparing, serving

    preparing.collect_static(print)
    _let_go()
    serving.serve_web()


def _worker(_chosen: argparse.Namespace) -> None:
    _ready()
    from yichuang.config import serving

    _let_go()
    serving.run_worker()


def _migrate(_chosen: argparse.Namespace) -> None:
    with embedded.available():
        setup.django()
        from yichuang.config import preparing

        preparing.check_database()
        preparing.migrate(print)
        print("数据库结构是最新的。The schema is up to date.")


def _catalogue_check(chosen: argparse.Namespace) -> int:
    setup.django()
    from yichuang.catalogue import commands

    return commands.check(chosen.folder or _catalogue_folder(), figures=chosen.figures, scored=chosen.scores)


def _catalogue_publish(chosen: argparse.Namespace) -> int:
    with embedded.available():
        _ready()
        from yichuang.catalogue import commands

        return commands.publish(chosen.folder or _catalogue_folder())


def _catalogue_compare(chosen: argparse.Namespace) -> int:
    with embedded.available():
        _ready()
        from yichuang.catalogue import commands

        return commands.compare(chosen.target, chosen.before, chosen.after)


def _catalogue_export(chosen: argparse.Namespace) -> int:
    with embedded.available():
        _ready()
        from yichuang.catalogue.exchange import exchanging

        return exchanging.export(chosen.target, chosen.release)


def _catalogue_import(chosen: argparse.Namespace) -> int:
    with embedded.available():
        _ready()
        from yichuang.catalogue.exchange import exchanging

        return exchanging.import_file(chosen.file, mapping=chosen.mapping, dry_run=chosen.dry_run)


def _catalogue_mapping(chosen: argparse.Namespace) -> int:
    with embedded.available():
        _ready()
        from yichuang.catalogue.exchange import exchanging

        return exchanging.keep_mapping(chosen.name, chosen.file)


def _plan(chosen: argparse.Namespace) -> int:
    with embedded.available():
        _ready()
        from yichuang.catalogue import commands

        return commands.show_plan(
            chosen.target,
            dict(chosen.answer),
            output=chosen.format,
            compare=chosen.compare,
            without=chosen.without,
            subject=chosen.subject,
        )


def _verify(_chosen: argparse.Namespace) -> int:
    with embedded.available():
        _ready()
        from yichuang.cases.verifying import verify_all

        return 0 if verify_all(print) else 1


def _clocks_reckon(chosen: argparse.Namespace) -> None:
    with embedded.available():
        _ready()
        from yichuang.config import operating

        operating.reckon_clocks(dry_run=chosen.dry_run, report=print)


def _doctor(chosen: argparse.Namespace) -> int:
    with embedded.available():
        setup.django()
        from yichuang.config import doctor

        return doctor.examine(print, retry=chosen.retry)


def _replay(chosen: argparse.Namespace) -> int:
    from yichuang.config.replay import command

    return command.run(
        cases=chosen.cases, papers=chosen.papers, seed=chosen.seed, keep=chosen.keep, output=chosen.json
    )


def _docs(chosen: argparse.Namespace) -> int:
    setup.django()
    from yichuang.config.states_page import states_page

    page, generated = Path("docs/states.md"), states_page()
    if chosen.check:
        current = page.read_text(encoding="utf-8") if page.exists() else ""
        if current != generated:
            print(f"{page} is out of date. Run: yichuang docs", file=sys.stderr)
        return int(current != generated)
    page.write_text(generated, encoding="utf-8")
    return 0


def _backup(chosen: argparse.Namespace) -> None:
    with embedded.available():
        setup.django()
        from yichuang.config import backups

        backups.backup(chosen.file, print)


def _restore(chosen: argparse.Namespace) -> None:
    with embedded.available():
        setup.django()
        from yichuang.config import backups

        backups.restore(chosen.file, print)


def _administrator(chosen: argparse.Namespace) -> None:
    with embedded.available():
        _ready()
        from yichuang.config import operating

        operating.add_administrator(chosen.username, chosen.name, chosen.department, print)


def _seal(chosen: argparse.Namespace) -> None:
    with embedded.available():
        _ready()
        from yichuang.config import operating

        operating.import_seal(chosen.department, chosen.certificate, chosen.key, print)


def _ready() -> None:
    """Django, and a database whose schema is what this version expects. Raises `CannotStart`."""
    setup.django()
    from yichuang.config import preparing

    preparing.check_database()
    if pending := preparing.pending_migrations():
        raise CannotStart(
            f"数据库结构缺少 {len(pending)} 项更新。试用请先执行：make run；正式环境请先执行：yichuang migrate",
            f"The schema lacks {len(pending)} migrations. Run first: make run (trial) or yichuang migrate",
        )


def _let_go() -> None:
    """Processes that are forked from this one must not share its connection."""
    from django.db import connections

    connections.close_all()


def _catalogue_folder() -> Path:
    from django.conf import settings

    return Path(settings.CATALOGUE_DIR)


def _answer(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found or not key:
        raise argparse.ArgumentTypeError(f"{text!r}: write key=value, for example married=yes")
    return key, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="yichuang", description="一窗 Yichuang: one-window service platform"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int | None], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    add("up", _up, "run everything on this machine: database, web, workers, on a trial also the simulators")
    add("web", _web, "run web processes only, against DATABASE_URL")
    add("worker", _worker, "run one worker process only, against DATABASE_URL")
    add("migrate", _migrate, "bring the database's schema up to date")

    docs = add("docs", _docs, "draw the generated pages of docs/ anew (in a checkout)")
    docs.add_argument("--check", action="store_true", help="only tell whether they are up to date")

    _add_catalogue(commands.add_parser)

    plan = add(
        "plan", _plan, "show what an item or bundle needs: fields, materials, cases, deadlines, visits"
    )
    plan.add_argument("target", metavar="BUNDLE-OR-ITEM", help="its name, key or code")
    plan.add_argument("--answer", action="append", default=[], type=_answer, metavar="KEY=VALUE")
    plan.add_argument(
        "--without", action="append", default=[], metavar="ITEM", help="leave an optional member out"
    )
    plan.add_argument("--subject", default="", metavar="CODE", help="who applies: 1 a person, 2 a company, …")
    plan.add_argument(
        "--compare", action="store_true", help="the figures before and now, with the list behind each number"
    )
    plan.add_argument("--format", choices=("table", "json"), default="table")

    add("verify", _verify, "refold every case from the ledger, check the seals, name each difference")
    text = "reckon every open clock anew, as is done after a change of the calendar; tells each difference"
    clocks = commands.add_parser("clocks", help=text).add_subparsers(required=True, metavar="COMMAND")
    reckon = clocks.add_parser("reckon", help=text, description=text)
    reckon.set_defaults(run=_clocks_reckon)
    reckon.add_argument("--dry-run", action="store_true", help="only tell what would move")
    replay = add(
        "replay", _replay, "let a made-up city live through a year on a database of its own, and verify it"
    )
    replay.add_argument("--cases", type=int, default=10_000, metavar="N", help="about so many (10000)")
    replay.add_argument(
        "--papers", action="store_true", help="make every paper too, in one process: much slower"
    )
    replay.add_argument("--seed", type=int, default=1, metavar="N", help="another year is another number")
    replay.add_argument("--keep", action="store_true", help="keep the database that was made for it")
    replay.add_argument("--json", type=Path, metavar="FILE", help="write what it came to to this file too")
    doctor = add("doctor", _doctor, "examine this installation: what is well, and a remedy for each fault")
    doctor.add_argument("--retry", action="store_true", help="put failed jobs back into the queue afterwards")
    backup = add("backup", _backup, "write the whole database to one file")
    backup.add_argument("file", type=Path)
    restore = add("restore", _restore, "read such a file into an empty database")
    restore.add_argument("file", type=Path)
    administrator = add(
        "administrator", _administrator, "make an administrator's account; asks for its password"
    )
    administrator.add_argument("username")
    administrator.add_argument("--name", required=True, help="the person's name")
    administrator.add_argument("--department", required=True, help="key of the department or centre")
    seal = add("seal", _seal, "take in a department's electronic seal")
    seal.add_argument("department", help="key of the department")
    seal.add_argument(
        "certificate", type=Path, help="PEM file, the department's certificate first, then its issuers"
    )
    seal.add_argument("key", type=Path, help="PEM file, PKCS 8, not encrypted")
    return parser


def _add_catalogue(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    catalogue = add_parser("catalogue", help="check, publish, compare, export or import a city's catalogue")
    kinds = catalogue.add_subparsers(required=True, metavar="check|publish|compare|export|import|mapping")
    for name, run, text in (
        ("check", _catalogue_check, "explain every fault of a city's folder with file and line"),
        ("publish", _catalogue_publish, "make an immutable release of a city's folder"),
    ):
        command = kinds.add_parser(name, help=text, description=text)
        command.add_argument("folder", nargs="?", type=Path, help="default: YICHUANG_CATALOGUE")
        command.set_defaults(run=run)
    kinds.choices["check"].add_argument(
        "--figures", action="store_true", help="also tell which items one credential alone opens"
    )
    kinds.choices["check"].add_argument(
        "--scores", action="store_true", help="also tell how good the guides of each department are"
    )
    text = "say what differs between two published versions of a bundle or item"
    versions = kinds.add_parser("compare", help=text, description=text)
    versions.add_argument("target", metavar="BUNDLE-OR-ITEM", help="its name, key or code")
    versions.add_argument(
        "--from", dest="before", type=int, metavar="N", help="default: the last version but one"
    )
    versions.add_argument("--to", dest="after", type=int, metavar="N", help="default: the last version")
    versions.set_defaults(run=_catalogue_compare)
    text = "write a release to a new folder, or to one file for another installation"
    export = kinds.add_parser("export", help=text, description=text)
    export.add_argument("target", type=Path, help="a folder, or a file that ends with .zip or .xlsx")
    export.add_argument("--release", type=int, metavar="N", help="default: the release in force")
    export.set_defaults(run=_catalogue_export)
    text = "publish what another installation exported, or a spreadsheet says, after saying what it changes"
    take = kinds.add_parser("import", help=text, description=text)
    take.add_argument("file", type=Path)
    take.add_argument("--mapping", default="", metavar="NAME", help="what a spreadsheet's columns mean")
    take.add_argument("--dry-run", action="store_true", help="only say what would change and what is wrong")
    take.set_defaults(run=_catalogue_import)
    text = "keep what a centre's spreadsheet calls our sheets, columns and words"
    mapping = kinds.add_parser("mapping", help=text, description=text)
    mapping.add_argument("name")
    mapping.add_argument("file", type=Path, help="YAML with sheets, columns and words")
    mapping.set_defaults(run=_catalogue_mapping)


if __name__ == "__main__":
    sys.exit(main())
