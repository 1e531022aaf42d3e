"""The lists that stand above a city's items: code schemes, the standard list, the list of proofs, topic classes.

A department fills its implementation (实施清单) in below them and cannot change what they fix.
"""

from dataclasses import dataclass
from datetime import date

from yichuang.catalogue.facts import LegalBasis
from yichuang.deadlines.data import Limit


@dataclass(frozen=True, slots=True)
class CodePart:
    """A part of a code. Without a length it is as long as the fact or the text that it must be.

    `same_as`: the fact of the item that this part repeats: type, level, variant, catalog_code, task_code, or the
    department's uscc or region. A part of variable length stands last or before a `text`.
    """

    name: str
    length: int = 0
    least: int = 0  # how short it may be; 0: exactly `length`
    characters: str = "0-9"  # as in a character class
    same_as: str = ""
    text: str = ""  # fixed characters, such as a hyphen


@dataclass(frozen=True, slots=True)
class CodeScheme:
    """编码方案: what the codes of an item look like. A scheme without parts for a code does not have that code."""

    key: str
    name: str
    catalog_code: tuple[CodePart, ...]  # 基本编码
    task_code: tuple[CodePart, ...]  # 实施编码
    handling_code: tuple[CodePart, ...] = ()  # 业务办理项编码
    source: str = ""


@dataclass(frozen=True, slots=True)
class TopicClass:
    """主题分类 under which the national platform shows items: those of natural persons, those of organisations."""

    key: str
    name: str
    for_organisations: bool = False


@dataclass(frozen=True, slots=True)
class StandardItem:
    """An entry of the standard list (目录清单), owned by a higher level and implemented by departments.

    `locked`: the elements in which an implementation must say the same. An implementation that is a variant
    (业务办理项) has a name of its own. `visits`: above 1 only for what the province has put on its list of
    exceptions (浙江规定 art. 4). `adopt_by`: from when a change of the list binds; until then an implementation
    that still differs is a task, from then on a fault.
    """

    key: str
    name: str
    catalog_code: str
    type: str
    legal_bases: tuple[LegalBasis, ...]
    statutory_limit: Limit | None
    owner: str  # who keeps the list: 浙江省
    edition: str = ""
    parent: str = ""  # 主项, where this is a 子项: the key of another entry
    subjects: tuple[str, ...] = ()
    result_name: str = ""
    visits: int = 1
    locked: tuple[str, ...] = ("name", "catalog_code", "type", "legal_bases", "statutory_limit")
    adopt_by: date | None = None  # None: at once


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry of the list of proofs (证明清单): a material that may be asked, and by which items (none named: all)."""

    material: str
    basis: str
    items: tuple[str, ...] = ()
