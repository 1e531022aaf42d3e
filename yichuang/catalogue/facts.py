"""Facts of an item that its guide shows and its rules ask for, in small groups.

The vocabularies are the national ones (GB/T 39046 Annex A and the national reporting tables); the codes that an
interface uses for them are converted at its border, because interfaces differ. `words.py` says them in Chinese.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from yichuang.deadlines.data import Limit

_FIVE_DAYS = Limit(5)


class ActorNature(StrEnum):
    """实施主体性质 (GB/T 39046 A.3)."""

    STATUTORY = "statutory"  # 法定机关
    AUTHORISED = "authorised"  # 授权组织
    ENTRUSTED = "entrusted"  # 受委托组织
    OTHER = "other"


class PowerSource(StrEnum):
    """权力来源 of an administrative power; a public service has none."""

    OWN = "own"  # 法定本级行使
    HANDED_DOWN = "handed_down"  # 上级下放
    AUTHORISED_ABOVE = "authorised_above"  # 上级授权
    AUTHORISED_BESIDE = "authorised_beside"  # 同级授权
    ENTRUSTED_ABOVE = "entrusted_above"  # 上级委托
    ENTRUSTED_BESIDE = "entrusted_beside"  # 同级委托


class HandlingMode(StrEnum):
    """办理方式: alone, as first instance, with others, or passed on to a higher level."""

    ALONE = "alone"  # 自办件
    FIRST_REVIEW = "first_review"  # 初审件
    JOINT = "joint"  # 联办件
    PASSED_ON = "passed_on"  # 转报件


class Approval(StrEnum):
    """审批方式: who decides. Whoever proposes never approves (行政许可法 art. 34, 38)."""

    OFFICER = "officer"  # 审批人员决定
    TWO_PERSONS = "two_persons"  # 两人审批: one proposes, another officer approves
    CHIEF = "chief"  # 首席代表批准: an officer proposes, the head of the department approves


class JoinRule(StrEnum):
    """合议规则: when the departments that were asked support what is applied for."""

    ALL_AGREE = "all_agree"  # 全部同意: every one of them
    MAJORITY = "majority"  # 过半数同意: more than half of those whose business it is
    NONE_OBJECTS = "none_objects"  # 无人反对


class NoAnswer(StrEnum):
    """What it means that a department has not answered by the date."""

    AGREES = "agrees"  # 逾期未答复视为同意
    STAYS_OPEN = "stays_open"  # 继续等待答复


class ReviewKind(StrEnum):
    """审查类型 of the provincial portal: decided at once, or accepted in front and decided behind."""

    AT_ONCE = "at_once"  # 即审即办
    BEHIND = "behind"  # 前审后批


class ResultKind(StrEnum):
    """结果类型. Licences and proofs come from a template; the others end with a paper of their own."""

    LICENCE = "licence"  # 证照: 出证办结
    PROOF = "proof"  # 证明文件: 出证办结
    APPROVAL = "approval"  # 批文批复: 审批办结
    DOCUMENT = "document"  # 其他公文: 出文办结
    REPORT = "report"  # 鉴定报告
    OTHER = "other"  # 其他
    NONE = "none"  # 无


class Scope(StrEnum):
    """通办范围: the widest area in which an applicant may choose where to apply."""

    LOCAL = "local"  # 本地
    COUNTIES = "counties"  # 跨县通办
    CITIES = "cities"  # 跨市通办
    PROVINCES = "provinces"  # 跨省通办
    NATION = "nation"  # 全国通办


class StepGroup(StrEnum):
    """The three groups in which a guide shows the flow (办理流程)."""

    APPLY = "apply"  # 申请与受理
    REVIEW = "review"  # 审查与决定
    DELIVER = "deliver"  # 颁证与送达


class SpecialKind(StrEnum):
    """特别程序种类 (GB/T 39046 A.7)."""

    EXTENSION = "extension"  # 延长审批
    OTHER = "other"  # 除延长审批之外的情况


class MaterialKind(StrEnum):
    """材料类型. A proof (证明) is asked for only where the 证明清单 has it (优化营商环境条例 art. 44)."""

    CERTIFICATE = "certificate"  # 证件证书
    PROOF = "proof"  # 证明
    FORM = "form"  # 申请表格文书
    OTHER = "other"


class MaterialForm(StrEnum):
    """提交形式: in which form a material may be handed in."""

    PAPER = "paper"  # 纸质
    ELECTRONIC = "electronic"  # 电子化
    BOTH = "both"  # 纸质/电子化


class Origin(StrEnum):
    """来源 of a material: who makes it (national code 10, 20, 99)."""

    OWN = "own"  # 申请人自备
    GOVERNMENT = "government"  # 政府部门核发
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """设定依据: a law, the article, and its words. A bare text is the whole reference."""

    law: str
    article: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"{self.law}{self.article}"


@dataclass(frozen=True, slots=True)
class OpinionRules:
    """征求意见规则: how the opinions of other departments are asked for and joined (联合审查, 行政许可法 art. 26).

    No text that was read sets them: what holds where an item says nothing is plausible, not sourced.
    """

    join: JoinRule = JoinRule.ALL_AGREE
    no_answer: NoAnswer = NoAnswer.AGREES
    within: Limit = _FIVE_DAYS
    binding: bool = True  # nothing is decided while a round is open


@dataclass(frozen=True, slots=True)
class Authority:
    """实施主体: by what right the department acts, for whom, and with whom."""

    nature: ActorNature = ActorNature.STATUTORY
    power_source: PowerSource | None = None
    entrusted_by: str = ""  # 委托部门: whose power an entrusted organisation uses
    undertaker: str = ""  # 承办机构 inside the department
    division: str = ""  # 权限划分 between the levels
    exercise: str = ""  # 行使内容: what this level does
    mode: HandlingMode = HandlingMode.ALONE
    approval: Approval = Approval.OFFICER
    joint_departments: tuple[str, ...] = ()  # 联办机构: department keys
    opinions: OpinionRules = field(default_factory=OpinionRules)


@dataclass(frozen=True, slots=True)
class Service:
    """办理便利: how far and by what means the item can be done."""

    scope: Scope = Scope.LOCAL
    stars: int = 0  # 星级 1–5; 0: not rated
    in_hall: bool = True  # 进驻大厅
    appointment: bool = False  # 预约办理
    express: bool = False  # 物流快递
    terminal: bool = False  # 自助终端
    pay_online: bool = False  # 网上支付
    web_address: str = ""  # 网上办理地址, where it is not this platform
    mobile_address: str = ""  # 移动端办理地址


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """特别程序: outside the limit, and the applicant is told its time in writing (行政许可法 art. 45)."""

    name: str  # 听证, 招标, 检验, 检测, 鉴定, 专家评审 …
    kind: SpecialKind = SpecialKind.OTHER
    limit: Limit | None = None
    basis: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Intermediary:
    """中介服务: what an agency makes for the application (浙江规定 art. 27–28)."""

    name: str
    basis: str = ""
    limit: Limit | None = None  # the time that agencies promise
    counted: bool = False  # counts towards the limit: only where no law requires the service


@dataclass(frozen=True, slots=True)
class Commitment:
    """告知承诺: what an applicant may promise in writing in place of proving it (浙江规定 art. 14).

    Whoever is asked for the `letter` has chosen it: the condition of that material is the choice.
    """

    letter: str  # 承诺书: the material of the item that she signs
    materials: tuple[str, ...]  # the materials of the item that she need not hand in then
    tells: tuple[str, ...]  # 告知: what the law requires
    declares: tuple[str, ...]  # 承诺: what she declares
    consequences: tuple[str, ...]  # 违反承诺的后果
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """情形: a question whose answer trims fields, materials and members. `when`: only asked if true.

    `known`: code → ZEN expression over the elements that registers answer; where it holds, that is the answer.
    `table`: nobody is asked; the decision table of this key computes the answer from other answers and facts.
    """

    key: str
    question: str
    options: Mapping[str, str]  # code → label
    when: str = ""
    default: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    table: str = ""
