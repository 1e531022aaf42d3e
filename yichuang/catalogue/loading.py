"""Reading a city's folder: files to values, every fault with its file and line.

The layout is described in `docs/adding-an-item.md`. What one file cannot know (whether a key that is
referred to exists, whether an item is a good item) is asked by `checking.py`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from ruamel.yaml.nodes import Node

from yichuang.base.errors import Invalid
from yichuang.base.files import check_upload
from yichuang.catalogue import yaml_values
from yichuang.catalogue.code_schemes import in_force, with_codes
from yichuang.catalogue.data import Catalogue, Grant
from yichuang.catalogue.facts import Situation
from yichuang.catalogue.folder import City, Department, Fault, Folder, Place
from yichuang.catalogue.layout import DEFAULTS, FILES, FOLDERS, HIDDEN, TEXTS, TRIAL_PEOPLE, GrantRow
from yichuang.catalogue.regimes import DEFAULT_REGIMES
from yichuang.catalogue.yaml_values import Broken, Source
from yichuang.deadlines.ladders import DEFAULT_RUNGS

Made = TypeVar("Made")
#: Hears how far something is: (done, of all).
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a folder. `folder` holds what could be read, also where there are faults."""

    folder: Folder | None
    faults: tuple[Fault, ...]

    @property
    def catalogue(self) -> Catalogue | None:
        """The catalogue, where there is no fault."""
        return self.folder.catalogue if self.folder is not None and not self.faults else None


@dataclass(slots=True)
class _Work:
    """A reading under way: list name → key → value."""

    root: Path
    faults: list[Fault] = field(default_factory=list)
    places: dict[Place, tuple[str, int]] = field(default_factory=dict)
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)
    situations: dict[str, Situation] = field(default_factory=dict)
    told: Told | None = None
    files: int = 0
    files_read: int = 0

    def source(self, path: str) -> Source:
        return source(path, self.faults, self.places, self.situations)


def source(
    path: str,
    faults: list[Fault],
    places: dict[Place, tuple[str, int]],
    situations: Mapping[str, Situation] | None = None,
) -> Source:
    """What one file is read from, with what may be left out in it. `situations`: those that all files share."""
    return Source(path, faults, places, DEFAULTS, HIDDEN, {Situation: situations or {}})


def read(root: Path, told: Told | None = None) -> Reading:
    """Read the folder at `root`. All faults are collected; values whose own lines are sound are kept.

    `told` hears after each YAML file how many of all have been read.
    """
    files = [path for path in (*root.glob("*.yaml"), *root.glob("*/*.yaml")) if path.name != TRIAL_PEOPLE]
    work = _Work(root, told=told, files=len(files))
    if not root.is_dir():
        fault = Fault(str(root), 1, "-", _("没有这个文件夹"), _("检查路径，或设置 YICHUANG_CATALOGUE"))
        return Reading(None, (fault,))
    _refuse_strangers(work)
    city = _read_city(work)
    for name in sorted(FILES, key=lambda name: not name.startswith("situations")):
        _read_file(work, name.rstrip("?"), FILES[name], optional=name.endswith("?"))
    for name, kind in FOLDERS.items():
        _read_folder(work, name, kind)
    templates, tables = (_read_texts(work, name) for name in ("templates", "tables"))
    folder = None if city is None else _assemble(work, city, templates, tables, _read_files(work))
    return Reading(folder, tuple(sorted(work.faults)))


def digest(root: Path) -> str:
    """The digest of the files that are read."""
    patterns = ["*.yaml", "*/*.yaml", "files/*", *(f"{name}/*{suffix}" for name, suffix in TEXTS.values())]
    paths = [path for pattern in patterns for path in root.glob(pattern)]
    return digest_of({path.relative_to(root).as_posix(): path.read_bytes() for path in paths})


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and bytes of files; the same digest, the same catalogue."""
    total = hashlib.sha256()
    for name in sorted(files, key=PurePosixPath):
        total.update(f"{name}\0{len(files[name])}\0".encode())
        total.update(files[name])
    return total.hexdigest()


def _refuse_strangers(work: _Work) -> None:
    known = {"city.yaml", TRIAL_PEOPLE, *(name.rstrip("?") for name in FILES)}
    for path in sorted(work.root.rglob("*")):
        name = path.relative_to(work.root).as_posix()
        in_place = path.parent.name in FOLDERS and path.parent.parent == work.root
        if path.suffix == ".yml" or (path.suffix == ".yaml" and not in_place and name not in known):
            problem = _("不认识的文件，它不会被读取%(hint)s") % {
                "hint": yaml_values.did_you_mean(name, known)
            }
            work.faults.append(
                Fault(name, 1, "-", problem, _("改成约定的文件名(.yaml)，或移到 items、bundles 中"))
            )


def _parse(work: _Work, name: str) -> tuple[Source, Node | None]:
    source = work.source(name)
    work.files_read += 1
    if work.told is not None:
        work.told(work.files_read, work.files)
    try:
        content = (work.root / name).read_bytes()
    except OSError as error:
        problem = _("文件读不出来：%(reason)s") % {"reason": error.strerror}
        source.fault(None, (), problem, _("检查文件权限"))
        return source, None
    return source, yaml_values.parse(source, content)


def _read_city(work: _Work) -> City | None:
    if not (work.root / "city.yaml").exists():
        work.faults.append(
            Fault(
                "city.yaml",
                1,
                "-",
                _("缺少文件 city.yaml"),
                _("新建它，写 city、name、region、code_schemes 四个键"),
            )
        )
        return None
    source, node = _parse(work, "city.yaml")
    if node is None:
        return None
    try:
        return yaml_values.record(source, node, City, ("city",))
    except Broken:
        return None


def _read_file(work: _Work, name: str, lists: Mapping[str, type], *, optional: bool) -> None:
    for list_name in lists:
        work.lists[list_name] = {}
    if not (work.root / name).exists():
        if not optional:
            facts = {"name": name, "keys": "、".join(lists)}
            work.faults.append(
                Fault(name, 1, "-", _("缺少文件 %(name)s") % facts, _("新建它，写 %(keys)s") % facts)
            )
        return
    source, node = _parse(work, name)
    if node is None:
        return
    try:
        found = list(yaml_values.entries(source, node, ()))
    except Broken:
        return
    for key, key_node, list_node in found:
        if key not in lists:
            hint = yaml_values.did_you_mean(key, lists)
            problem = _("没有“%(key)s”这个键%(hint)s") % {"key": key, "hint": hint}
            source.fault(key_node, (key,), problem, _("可用的键：%(keys)s") % {"keys": ", ".join(lists)})
            continue
        try:
            nodes = yaml_values.elements(source, list_node, (key,))
        except Broken:
            continue
        for position, entry in enumerate(nodes):
            _add(work, source, key, lists[key], entry, position=position)
    work.situations.update(work.lists.get("situations", {}))


def _read_folder(work: _Work, name: str, kind: type) -> None:
    work.lists[name] = {}
    for path in sorted((work.root / name).glob("*.yaml")):
        source, node = _parse(work, f"{name}/{path.name}")
        if node is None:
            if not any(fault.path == source.path for fault in work.faults):
                source.fault(None, (), _("文件是空的"), _("写上内容，或删除文件"))
            work.broken.add((name, path.stem))
            continue
        made = _add(work, source, name, kind, node, position=0)
        if made is not None and made.key != path.stem:
            facts = {"key": made.key, "name": path.stem}
            problem = _("文件名“%(name)s”与key“%(key)s”不一致") % facts
            source.fault(
                node, (name, made.key, "key"), problem, _("把文件改名为 %(key)s.yaml，或改key") % facts
            )


def _add(work: _Work, source: Source, name: str, kind: type, node: Node, *, position: int) -> Any:
    """Make one entry and put it under its key, the value of its first field; grants have none."""
    key_name = fields(kind)[0].name if kind is not GrantRow else ""
    key = _peek(node, key_name) or str(position)
    place: Place = (name, position) if kind is GrantRow else (name, key)
    if kind is not GrantRow and key in work.lists[name]:
        path, line = work.places[place]
        facts = {"key": key, "path": path, "line": line}
        problem = _("“%(key)s”重复，%(path)s第%(line)d行已经有了") % facts
        source.fault(node, place, problem, _("换一个key，或删去其中一个"))
        return None
    try:
        made: Any = yaml_values.record(source, node, kind, place)
    except Broken:
        work.broken.add((name, key))
        return None
    work.lists[name][str(position) if kind is GrantRow else key] = made
    return made


def _peek(node: Node, name: str) -> str:
    if not isinstance(node.value, list):
        return ""
    pairs: Iterable[Any] = (pair for pair in node.value if isinstance(pair, tuple))
    return next((str(found.value).strip() for key, found in pairs if key.value == name), "")


def _read_texts(work: _Work, name: str) -> dict[str, str]:
    """The texts of the list `name` by the names of their files: document templates, decision tables."""
    texts = {}
    place, suffix = TEXTS[name]
    for path in sorted((work.root / place).glob(f"*{suffix}")):
        relative = f"{place}/{path.name}"
        work.places[name, path.stem] = (relative, 1)
        try:
            texts[path.stem] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            work.faults.append(Fault(relative, 1, "-", _("文件不是UTF-8编码"), _("用编辑器另存为UTF-8")))
    return texts


def _read_files(work: _Work) -> dict[str, bytes]:
    """Blank forms and samples: PDF, JPEG or PNG."""
    files = {}
    for path in sorted((work.root / "files").glob("*")):
        content = path.read_bytes()
        try:
            check_upload(path.name, content)
        except Invalid as error:
            work.faults.append(Fault(f"files/{path.name}", 1, "-", str(error), _("换一个文件，或删去它")))
        files[path.name] = content
    return files


def _assemble(
    work: _Work,
    city: City,
    templates: Mapping[str, str],
    tables: Mapping[str, str],
    files: Mapping[str, bytes],
) -> Folder:
    lists = work.lists
    departments: dict[str, Department] = lists["departments"]
    schemes = in_force(lists["code_schemes"], city.code_schemes)
    catalogue = Catalogue(
        city=city.city,
        name=city.name,
        release=0,
        elements=lists["elements"],
        materials=lists["materials"],
        licence_types=lists["licence_types"],
        resources=lists["resources"],
        grants=tuple(_grants(work)),
        items={key: with_codes(item, schemes, departments) for key, item in lists["items"].items()},
        bundles=lists["bundles"],
        department_names={key: department.name for key, department in departments.items()},
        partners=lists["partners"],
        department_short_names={key: department.short_name for key, department in departments.items()},
        regimes=lists["regimes"] or DEFAULT_REGIMES,
        tables=tables,
        words=lists["words"],
        topics=lists["topics"],
        code_schemes=lists["code_schemes"],
        schemes_in_force=city.code_schemes,
        topic_classes=lists["topic_classes"],
        standards=lists["standards"],
        proofs=lists["proofs"],
        numbers=lists["numbers"],
        files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    )
    return Folder(
        catalogue=catalogue,
        region=city.region,
        regions=_values(lists["regions"]),
        departments=departments,
        counters=_values(lists["counters"]),
        mandates=_values(lists["mandates"]),
        staff=_values(lists["staff"]),
        overrides=_values(lists["overrides"]),
        office_hours=_values(lists["office_hours"]),
        rungs=_values(lists["rungs"]) or DEFAULT_RUNGS,
        templates=templates,
        places=work.places,
        broken=frozenset(work.broken),
        contents=files,
    )


def _values(rows: Mapping[str, Made]) -> tuple[Made, ...]:
    return tuple(rows.values())


def _grants(work: _Work) -> Iterable[Grant]:
    for position, row in work.lists["grants"].items():
        for item in row.item:
            work.places["grants", row.resource, item] = work.places["grants", int(position)]
            yield Grant(row.resource, item, row.purpose, row.fields)
