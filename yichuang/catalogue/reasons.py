"""Why a line of the plan is there, or is not: a code with its facts, said as a sentence when somebody reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: Code → sentence over the facts. The codes are stable: other programs read them.
SENTENCES = {
    # Fields
    "field_needed": gettext_lazy("“%(item)s”需要"),
    "field_shared": gettext_lazy("%(count)s个事项共用，只填一次"),
    "field_known": gettext_lazy("%(source)s已填好，请核对"),
    "field_granted": gettext_lazy("%(source)s已填好（授权用途：%(purpose)s），请核对"),
    # Materials
    "material_needed": gettext_lazy("“%(item)s”需要"),
    "material_shared": gettext_lazy("%(count)s个事项共用，只交一份"),
    "material_register_silent": gettext_lazy("%(source)s暂时查不到，请自行提供"),
    "material_held": gettext_lazy("已有电子证照《%(name)s》，免提交"),
    "material_granted": gettext_lazy("%(source)s可查（授权用途：%(purpose)s），免提交"),
    "material_made": gettext_lazy("由同时办理的“%(item)s”产生，免提交"),
    "material_committed": gettext_lazy("签署《%(letter)s》作出承诺，免提交"),
    "material_earlier": gettext_lazy("以前交过且仍然有效，免再次提交"),
    # Members and cases
    "item_itself": gettext_lazy("要办的就是这个事项"),
    "member_always": gettext_lazy("这件事里的必办事项"),
    "member_chosen": gettext_lazy("可以不办，本次选办"),
    "member_obligatory": gettext_lazy("%(subject)s必须办理"),
    "member_not_chosen": gettext_lazy("本次没有选办"),
    # What a condition leaves out
    "not_applicable": gettext_lazy("本次不需要"),
    # Visits, limit, fees, hand-over
    "visit_none": gettext_lazy("全程网上办理，不用到场"),
    "visit_needed": gettext_lazy("“%(item)s”需要到场：%(reason)s；整件事只到场一次"),
    "limit_alone": gettext_lazy("“%(item)s”的承诺时限"),
    "limit_path": gettext_lazy("按最长的办理路径计算：%(path)s"),
    "limit_declared": gettext_lazy("“%(name)s”一件事的整体承诺"),
    "limit_joint": gettext_lazy("联合办理时限，各事项相加更长也不得超过：%(basis)s"),
    "fee_charged": gettext_lazy("“%(item)s”收取：%(basis)s"),
    "clock_together": gettext_lazy("与其他事项同时受理，同时起算"),
    "clock_on_notice": gettext_lazy("收到%(items)s办结的书面通知后起算"),
    "clock_simulated": gettext_lazy("按%(items)s的预期结果先行审查，正式结果到了再作决定"),
    "handed_over_once": gettext_lazy("%(count)s个结果一次领取"),
}
_SENTENCE = gettext_lazy("%(sentence)s（%(answers)s）")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why (理由). `answers`: (question, answer) in words, as far as a condition turned on them."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        sentence = str(SENTENCES[self.code]) % self.facts
        if not self.answers:
            return sentence
        said = "，".join(
            _("“%(question)s”为“%(answer)s”") % {"question": question, "answer": answer}
            for question, answer in self.answers
        )
        return str(_SENTENCE) % {"sentence": sentence, "answers": said}
