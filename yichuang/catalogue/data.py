"""The catalogue as values: what items, materials, elements and bundles are.

Frozen, compared by value, made by `loading.py` from YAML or from a published release. Keys are the
catalogue's own slugs; codes are the state's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from yichuang.catalogue.bundles import Bundle
from yichuang.catalogue.facts import (
    Authority,
    Commitment,
    Intermediary,
    LegalBasis,
    MaterialForm,
    MaterialKind,
    Origin,
    ResultKind,
    ReviewKind,
    Service,
    Situation,
    SpecialProcedure,
    StepGroup,
)
from yichuang.catalogue.lists import CodeScheme, Proof, StandardItem, TopicClass
from yichuang.catalogue.numbering import NumberScheme
from yichuang.catalogue.regimes import DEFAULT_REGIMES, Regime
from yichuang.catalogue.topics import EverydayWord, Topic
from yichuang.deadlines.data import Limit


class ItemKind(StrEnum):
    """办件类型. National codes differ between interfaces (domain trap 1): converted at the border."""

    INSTANT = "instant"  # 即办件
    PROMISED = "promised"  # 承诺件


class Necessity(StrEnum):
    """必要性 of a material (national code 1, 2, 3)."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    SUPPLY_LATER = "supply_later"  # 容缺后补


class SourceKind(StrEnum):
    """How a material is settled, in the order in which it is tried (the material resolution order)."""

    LICENCE = "licence"  # a licence that the city holds
    SHARED = "shared"  # shared data of a register, under a grant
    SISTER = "sister"  # the output of a sister item of the same application
    COMMITMENT = "commitment"  # the applicant promises it in writing instead (告知承诺)
    EARLIER = "earlier"  # an earlier upload of the same applicant
    UPLOAD = "upload"  # the applicant uploads or shows it
    PAPER = "paper"  # paper at the counter


#: Where a material comes from that nobody hands in, and no register is asked for.
BY_ITSELF = frozenset({SourceKind.SISTER, SourceKind.COMMITMENT})


@dataclass(frozen=True, slots=True)
class Element:
    """A fact with one meaning everywhere (数据元). `check`: one of `checks.py`; `choices`: code → label."""

    key: str
    label: str
    type: str  # text | date | number | choice | phone | citizen_number | organisation_code | project_code | address
    check: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    max_length: int = 200
    unit: str = ""  # what a number counts: 克, 平方米, 元


@dataclass(frozen=True, slots=True)
class MaterialType:
    """A kind of material (材料目录). `stands_in` lists, in order, what may stand in for paper.

    Each entry is `licence:<licence type>`, `resource:<resource>` or `item:<item>` (its output).
    """

    key: str
    name: str
    stands_in: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()  # 受理标准: what a clerk ticks
    issuer: str = ""  # 出具机构
    kind: MaterialKind = MaterialKind.OTHER
    origin: Origin = Origin.OWN
    origin_note: str = ""  # 来源渠道说明: where and how to get it
    page_format: str = "A4"  # 规格
    blank: str = ""  # 空表: a file of the folder `files`
    sample: str = ""  # 样表: the same, filled in
    filling_notes: tuple[str, ...] = ()  # 填报须知


@dataclass(frozen=True, slots=True)
class LicenceType:
    """证照类型: `code` is the 21-character type code (definer's USCC + 3 digits, GB/T 36904)."""

    key: str
    name: str
    code: str
    template: str  # documents/<template>.typ
    valid_years: int | None = None  # None: long-term


@dataclass(frozen=True, slots=True)
class Resource:
    """A shared data resource (数据资源) of a register: which elements it answers, from which subject element.

    `answers` maps the register's field to an element key. `purpose_required` is always true by law
    (浙江规定 art. 39) and so not a field.
    """

    key: str
    name: str
    provider: str  # department key
    subject: str  # element key whose value selects the record
    answers: Mapping[str, str] = field(default_factory=dict)
    adapter: str = "http"
    endpoint: str = ""
    fallback: str = "paper"  # what is asked for when the source is down


@dataclass(frozen=True, slots=True)
class Grant:
    """授权: item `item` may ask `resource` for `fields` (register field names) for `purpose`."""

    resource: str
    item: str
    purpose: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemElement:
    """A field of an item's form. `when` is a ZEN expression over answers and known facts; empty: always."""

    element: str
    required: bool = True
    when: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class ItemMaterial:
    """A material of an item."""

    material: str
    necessity: Necessity = Necessity.REQUIRED
    when: str = ""
    legal_basis: str = ""
    originals: int = 0
    copies: int = 1
    form: MaterialForm = MaterialForm.BOTH
    supply_within: Limit | None = None  # 容缺 range: until when it may follow, counted from acceptance
    checkpoints: tuple[str, ...] = ()  # what this item's clerk ticks beside the points of the material itself
    issued_within: str = ""  # 出具时间要求: how old it may be


@dataclass(frozen=True, slots=True)
class Step:
    """环节 of handling with its own limit in working days (0: at once)."""

    name: str
    role: str
    days: int = 0
    when: str = ""
    group: StepGroup | None = None  # None: not shown in groups
    who: str = ""  # 办理人员, where the role says too little
    result: str = ""  # 办理结果
    standard: str = ""  # 审查标准


@dataclass(frozen=True, slots=True)
class Fee:
    """A charge in fen (1/100 yuan) with its basis. `payer`: who pays; "": the applicant."""

    name: str
    amount: int
    basis: str
    when: str = ""
    payer: str = ""
    reducible: bool = False  # 允许减免
    reduction: str = ""  # 减免说明: for whom and how much


@dataclass(frozen=True, slots=True)
class Item:
    """业务办理项: one service as a department performs it. Immutable once published."""

    key: str
    name: str
    department: str  # department key
    board: str
    catalog_code: str  # 12 characters in practice
    task_code: str  # 31 characters in practice: USCC + level + catalog_code
    type: str  # 事项类型, GB/T 39046 A.1
    level: str  # 行使层级, A.2
    subjects: tuple[str, ...]  # 服务对象, A.4
    kind: ItemKind
    statutory_limit: Limit | None
    promised_limit: Limit
    visits: int
    visits_before: int
    visits_reason: str
    channels: tuple[str, ...]  # A.5: counter | web | mobile | courier
    depth: int  # 网上办理深度 1–4
    legal_bases: tuple[LegalBasis, ...]
    conditions: tuple[str, ...]
    steps: tuple[Step, ...]
    fees: tuple[Fee, ...]
    result_name: str
    result_kind: ResultKind
    licence_type: str  # licence type key, where result_kind is licence or proof; else ""
    consult_phone: str
    complaint_phone: str
    address: str
    hours: str
    elements: tuple[ItemElement, ...]
    materials: tuple[ItemMaterial, ...]
    situations: tuple[Situation, ...] = ()
    aliases: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()  # FAQ: (question, answer)
    partner: str = ""  # key of the department's own system that handles its cases; "": works on the platform
    applicant: Mapping[str, str] = field(default_factory=dict)  # number | name | phone → element key
    limit_before: Limit | None = None  # what the guide said before the reform; None: as promised now
    steps_before: tuple[str, ...] = ()  # its steps before the reform, by name; none: as now
    materials_before: tuple[str, ...] = ()  # its materials before the reform, by name; none: as now
    regime: str = ""  # 办理规则 by key; "": that of its type
    standard: str = ""  # the entry of the standard list (目录清单) that this implements
    variant: str = ""  # 业务办理项: the two digits that tell variants of one 实施编码 apart; "": it has none
    handling_code: str = ""  # 业务办理项编码: 33 characters in practice; "" without a variant
    local_catalog_code: str = ""  # codes of the province or city from before the national ones
    local_task_code: str = ""
    authority: Authority = field(default_factory=Authority)
    service: Service = field(default_factory=Service)
    review: ReviewKind | None = None  # None: as `kind` has it
    special_procedures: tuple[SpecialProcedure, ...] = ()
    intermediaries: tuple[Intermediary, ...] = ()
    commitment: Commitment | None = None  # 告知承诺; None: everything is proved before the decision
    quantity_limit: str = ""  # 数量限制, in words; "": none
    result_sample: str = ""  # 结果样本: a file of the folder `files`; "": made from the result's template
    consult_address: str = ""  # "": at `address`
    complaint_address: str = ""  # "": at `address`
    topics: tuple[str, ...] = ()  # 主题 that lead to it
    topic_classes: tuple[str, ...] = ()  # 主题分类 of the national platform
    effective_date: date | None = None  # None: in force as soon as it is published
    cancel_date: date | None = None  # 取消日期: from this day no new application
    version: int = 0  # 0: not published


@dataclass(frozen=True, slots=True)
class Partner:
    """A department's own system (部门系统) that is told of accepted cases. No secret is in the catalogue."""

    key: str
    name: str
    department: str  # department key
    adapter: str
    endpoint: str
    secret_variable: str = ""  # the environment variable that holds the shared secret


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that a city publishes, by key."""

    city: str
    name: str
    release: int
    elements: Mapping[str, Element]
    materials: Mapping[str, MaterialType]
    licence_types: Mapping[str, LicenceType]
    resources: Mapping[str, Resource]
    grants: tuple[Grant, ...]
    items: Mapping[str, Item]
    bundles: Mapping[str, Bundle]
    department_names: Mapping[str, str]
    partners: Mapping[str, Partner] = field(default_factory=dict)
    department_short_names: Mapping[str, str] = field(default_factory=dict)
    regimes: Mapping[str, Regime] = field(default_factory=lambda: DEFAULT_REGIMES)
    tables: Mapping[str, str] = field(default_factory=dict)  # decision tables: key → JDM (JSON) text
    words: Mapping[str, EverydayWord] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    code_schemes: Mapping[str, CodeScheme] = field(default_factory=dict)
    schemes_in_force: tuple[str, ...] = ()
    topic_classes: Mapping[str, TopicClass] = field(default_factory=dict)
    standards: Mapping[str, StandardItem] = field(default_factory=dict)
    proofs: Mapping[str, Proof] = field(default_factory=dict)  # by material
    numbers: Mapping[str, NumberScheme] = field(default_factory=dict)  # 文号; what none fits: DEFAULT_NUMBERS
    files: Mapping[str, str] = field(
        default_factory=dict
    )  # blanks and samples: name → SHA-256 of the content
    #: item → resource → the register's fields that the item may see; made from `grants`.
    granted: Mapping[str, Mapping[str, frozenset[str]]] = field(init=False, repr=False, compare=False)
    #: (resource, item) → for what the item may ask; made from `grants`.
    purposes: Mapping[tuple[str, str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        purposes: dict[tuple[str, str], dict[str, None]] = {}
        granted: dict[str, dict[str, frozenset[str]]] = {}
        for grant in self.grants:
            of_item = granted.setdefault(grant.item, {})
            of_item[grant.resource] = of_item.get(grant.resource, frozenset()) | frozenset(grant.fields)
            purposes.setdefault((grant.resource, grant.item), {})[grant.purpose] = None
        object.__setattr__(self, "granted", granted)
        object.__setattr__(self, "purposes", {key: "、".join(said) for key, said in purposes.items()})


#: Situation key → code of the option.
Answers = Mapping[str, str]
