"""What the check finds in a folder that reads well: references, codes, conditions, order, quality of each guide."""

from pathlib import Path

import pytest

from tests.catalogue_folder import FILES, write_folder
from yichuang.catalogue.checking import examine
from yichuang.catalogue.rules.quality import QUALITY_RULES

Edit = tuple[str, str, str]

ISSUE = "items/birth_certificate_issue.yaml"
HOUSEHOLD = "items/household_birth.yaml"
INSURANCE = "items/medical_insurance.yaml"
NEWBORN = "bundles/newborn.yaml"

REFERENCES: list[tuple[Edit, str, str]] = [
    (
        (HOUSEHOLD, "department: police", "department: polise"),
        "department",
        "departments中没有“polise”，是不是“police”",
    ),
    ((HOUSEHOLD, "element: child_sex", "element: child_sx"), "child_sx", "elements中没有“child_sx”"),
    ((HOUSEHOLD, "material: id_card", "material: id_cards"), "id_card", "materials中没有“id_cards”"),
    ((HOUSEHOLD, "licence_type: household_register", "licence_type: hukou"), "licence_type", "没有“hukou”"),
    ((HOUSEHOLD, "partner: police_household", "partner: other"), "partner", "partners中没有“other”"),
    (
        ("partners.yaml", "department: police", "department: health"),
        "partner: police",
        "属于health，事项却属于police",
    ),
    ((HOUSEHOLD, "name: mother_name}", "name: photo}"), "applicant", "表单不问这一项"),
    ((HOUSEHOLD, "{number: mother_number, name", "{name"), "applicant", "没有说明申请人的number"),
    (
        (HOUSEHOLD, "{number: mother_number,", "{id: mother_number, number: mother_number,"),
        "applicant",
        "没有“id”",
    ),
    ((NEWBORN, "lead: health", "lead: nobody"), "lead", "departments中没有“nobody”"),
    (
        (NEWBORN, "- birth_certificate_issue", "- birth_certificate"),
        "- birth_cert",
        "items中没有“birth_certificate”",
    ),
    (("elements.yaml", "type: citizen_number", "type: id"), "mother_number", "数据元类型“id”不存在"),
    (
        ("elements.yaml", "type: choice, choices", "type: text, choices"),
        "child_sex",
        "类型是choice时要有choices",
    ),
    (("materials.yaml", "resource:population", "resource:people"), "id_card", "resources中没有“people”"),
    (("materials.yaml", "resource:population", "register:population"), "id_card", "不是可替代的来源"),
    (
        ("materials.yaml", "item:birth_certificate_issue", "item:medical_insurance"),
        "birth_",
        "不产生任何结果",
    ),
    (
        ("licences.yaml", "template: paper", "template: papers"),
        "birth_certificate",
        "没有文书模板 documents/papers.typ",
    ),
    (
        ("resources.yaml", "    subject: mother_number\n", "    subject: mother_number\n    fallback: fax\n"),
        "fax",
        "“fax”不存在",
    ),
    (("resources.yaml", "provider: police", "provider: nobody"), "population", "departments中没有“nobody”"),
    (("resources.yaml", "{name: mother_name}", "{name: mothers}"), "population", "elements中没有“mothers”"),
    (("resources.yaml", "fields: [spouse]", "fields: [wife]"), "resource: marriage", "answers中没有“wife”"),
    (
        ("resources.yaml", "item: household_birth", "item: household"),
        "resource: marriage",
        "items中没有“household”",
    ),
    (("resources.yaml", "purpose: 核验婚姻关系", 'purpose: ""'), "resource: marriage", "没有写用途"),
    (("departments.yaml", "centre: centre, place", "centre: police, place"), "zh01", "没有“police”"),
    (("departments.yaml", "boards: []", "boards: [水利]"), "zh01", "没有“水利”"),
    (("departments.yaml", "powers: [receive, accept, deliver]", "powers: []"), "powers", "没有写委托什么"),
    (
        ("departments.yaml", "valid_from: 2026-01-01", "valid_from: 2026-01-01\n    valid_until: 2025-01-01"),
        "valid_until",
        "截止日早于起始日",
    ),
    (
        ("departments.yaml", "centre: centre\n", "centre: centre\n    item_keys: [medical_insurance]\n"),
        "item_keys",
        "属于insurance",
    ),
    (("staff.yaml", "counter: zh01", "counter: zh02"), "chuang01", "counters中没有“zh02”，是不是“zh01”"),
    (("city.yaml", 'region: "330800"', 'region: "330900"'), "region", "regions中没有“330900”"),
    ((INSURANCE, "name: 城乡居民医保参保登记", "name: 出生登记(落户)"), "name", "重复"),
    (
        (HOUSEHOLD, "depth: 3", "depth: 3\ntopic_classes: [birth]"),
        "topic_classes",
        "topic_classes中没有“birth”",
    ),
    (
        (HOUSEHOLD, "depth: 3", "depth: 3\nauthority: {joint_departments: [polise]}"),
        "authority",
        "departments中没有“polise”",
    ),
    ((HOUSEHOLD, "depth: 3", "depth: 3\nresult_sample: a.pdf"), "result_sample", "files中没有“a.pdf”"),
    (("materials.yaml", "name: 照片}", "name: 照片, blank: a.pdf}"), "photo", "files中没有“a.pdf”"),
    (
        (HOUSEHOLD, "depth: 3", "depth: 3\neffective_date: 2027-01-01\ncancel_date: 2026-01-01"),
        "cancel_date",
        "取消日期不在生效日期之后",
    ),
    (
        (HOUSEHOLD, "depth: 3", "depth: 3\ncancel_date: 2026-01-01"),
        "item: household_birth",
        "从2026-01-01起取消",
    ),
    (
        ("elements.yaml", "label: 新生儿姓名, type: text", "label: 母亲姓名, type: date"),
        "child_name",
        "“母亲姓名”在“mother_name”中的类型是text，这里是date",
    ),
]

CODES: list[tuple[Edit, str, str]] = [
    (
        (HOUSEHOLD, '"330709001001"', '"33070900100"'),
        "catalog_code",
        "“国家编码”：“子项”应为3位（0-9），这里是“00”",
    ),
    ((HOUSEHOLD, '"330709001001"', '"3307090010011"'), "catalog_code", "“国家编码”：末尾多出“1”"),
    ((HOUSEHOLD, '"330709001001"', '"330109001001"'), "catalog_code", "“事项类型”应为“07”，这里是“01”"),
    ((HOUSEHOLD, '"330709001001"', '"33070九001001"'), "catalog_code", "“部门”应为2位（0-9A-Z）"),
    (("city.yaml", "[national]", "[nation]"), "code_schemes", "没有“nation”，是不是“national”"),
    (("codes.yaml", "same_as: uscc", "same_as: code"), "信用代码", "same_as中没有“code”"),
    (("codes.yaml", "length: 3}", "least: 3}"), "主项", "没有说明长度"),
    (("codes.yaml", "0-9A-Z", "Z-A"), "部门", "字符范围“Z-A”写得不对"),
    ((HOUSEHOLD, 'level: "3"', 'level: "9"'), "level", "代码“9”不在标准代码表内"),
    ((HOUSEHOLD, 'subjects: ["1"]', "subjects: []"), "subjects", "不能为空"),
    ((HOUSEHOLD, "[counter, web]", "[counter, fax]"), "channels", "代码“fax”"),
    ((HOUSEHOLD, "result_kind: licence", "result_kind: paper"), "result_kind", "“paper”不在可选值内"),
    ((HOUSEHOLD, 'level: "3"', 'level: "3"\ntask_code: "1"'), "task_code", "“统一社会信用代码”应为“1133"),
    ((HOUSEHOLD, 'level: "3"', 'level: "3"\nhandling_code: "1"'), "handling_code", "这里不用这个编码"),
    ((HOUSEHOLD, 'level: "3"', 'level: "3"\nvariant: "1"\n'), "variant", "办理项序号应为01至99"),
    (("departments.yaml", "11330800MB00000021", "11330800MB00000022"), "key: police", "校验码不符"),
    (("licences.yaml", "11330800MB0000001X001", "11330800MB0000001X01"), "birth_certificate", "应为21位"),
    (("licences.yaml", "11330800MB0000001X001", "11330800MB00000013001"), "birth_certificate", "校验码不符"),
]

CONDITIONS: list[tuple[Edit, str, str]] = [
    ((HOUSEHOLD, "when: marriage == 'married'", "when: marriage ==== 'married'"), "father_name", "有误"),
    ((HOUSEHOLD, "when: marriage == 'married'", "when: marriage"), "father_name", "有误"),
    (
        (HOUSEHOLD, "when: marriage == 'married'", "when: married == 'yes'"),
        "father_name",
        "没有“married”，是不是",
    ),
    (
        (HOUSEHOLD, "when: marriage == 'married'", "when: \"marriage in ['wed']\""),
        "father_name",
        "没有选项“wed”",
    ),
    (
        (NEWBORN, "after: [household_birth]", "when: marriage == 'married'"),
        "medical",
        "situations中没有“marriage”",
    ),
    (("situations.yaml", "default: married", "default: wed"), "[marriage]", "默认答案“wed”不在选项中"),
    (("situations.yaml", "single: 未登记", ""), "[marriage]", "至少要有两个选项"),
    (
        ("situations.yaml", "default: married", "known: {wed: father_name == '王'}"),
        "[marriage]",
        "known中的“wed”不在选项中",
    ),
    (("situations.yaml", "default: married", "known: {married: father_name}"), "[marriage]", "有误"),
    (
        ("situations.yaml", "default: married", "known: {married: child_sex == '1'}"),
        "[marriage]",
        "resources中没有“child_sex”",
    ),
]

ORDER: list[tuple[Edit, str, str]] = [
    ((NEWBORN, "after: [household_birth]", "after: [other]"), "medical", "不是本一件事的其他事项"),
    (
        (NEWBORN, "after: [household_birth]", "after: [medical_insurance]"),
        "medical",
        "不是本一件事的其他事项",
    ),
    ((NEWBORN, "after: [household_birth]", "result_of: [household_birth]"), "medical", "没有一种材料可以由"),
    (
        (
            NEWBORN,
            "- birth_certificate_issue",
            "- {item: birth_certificate_issue, after: [medical_insurance]}",
        ),
        "mem",
        "→",
    ),
    ((NEWBORN, "outcome: independent", "outcome: all_or_nothing"), "medical", "怎样收回"),
    ((NEWBORN, "after: [household_birth]", "undo: keep"), "undo", "只有同成同败"),
    ((NEWBORN, "outcome: independent", "outcome: ask_applicant"), "outcome", "要写明等多久"),
    ((NEWBORN, "outcome: independent", "ask_within: 3 working_days"), "ask_within", "其他结果规则不写"),
    ((NEWBORN, "after: [household_birth]", "obligatory_for: ['1']"), "obligatory_for", "本来就必须办理"),
    (
        (NEWBORN, "after: [household_birth]", "optional: true, obligatory_for: ['7']"),
        "obligatory_for",
        "subjects中没有“7”",
    ),
    (
        (
            NEWBORN,
            "outcome: independent",
            "joint_extension: {value: 15, unit: working_days, basis: 行政许可法}",
        ),
        "joint_ext",
        "没有联合",
    ),
    ((NEWBORN, "outcome: independent", "joint_limit: 45 calendar_days"), "joint_limit", "没有写法律依据"),
    (
        (
            NEWBORN,
            "outcome: independent",
            "promised_limit: 9 working_days\njoint_limit: {value: 8, unit: calendar_days, basis: 某法}",
        ),
        "promised_limit",
        "长于联合办理时限",
    ),
    (
        (NEWBORN, "{item: household_birth, ", "{item: household_birth, simulate: [medical_insurance], "),
        "mem",
        "互相等待",
    ),
    ((NEWBORN, "item: medical_insurance", "item: household_birth"), "household", "写了两次"),
]

#: A commitment (告知承诺) that spares the household book, as it should be; each test spoils one thing of it.
LETTER = "  - {material: photo, when: marriage == 'single', legal_basis: 某法}\n"
COMMITMENT = (
    "commitment: {letter: photo, materials: [household_book], tells: 一, declares: 二, consequences: 三,"
    " basis: 某法}\n"
)


def committing(old: str, new: str) -> Edit:
    """The commitment with one thing of it changed."""
    said = "materials:\n" + LETTER
    whole = (COMMITMENT + said).replace(old, new, 1)
    return (HOUSEHOLD, "materials:\n", whole)


QUALITY: list[tuple[str, Edit, str, str]] = [
    (
        "a_commitment_is_chosen",
        committing("marriage == 'single'", "marriage == 'married'"),
        "commitment",
        "不作回答就成了告知承诺",
    ),
    (
        "a_commitment_is_chosen",
        committing("letter: photo", "letter: id_card"),
        "commitment",
        "写明选择承诺的条件",
    ),
    ("a_commitment_is_told_whole", committing(", basis: 某法}", "}"), "commitment", "没有写basis"),
    (
        "a_commitment_is_told_whole",
        committing("[household_book]", "[passport]"),
        "commitment",
        "不是本事项的材料",
    ),
    (
        "instant_means_at_once",
        (ISSUE, "kind: instant", "kind: promised"),
        "promised_limit",
        "即办件的承诺时限",
    ),
    (
        "result_fits_its_kind",
        (HOUSEHOLD, "result_name: 居民户口簿", "result_name: 用地批复"),
        "result_kind",
        "按名称应是",
    ),
    ("result_fits_its_kind", (INSURANCE, 'result_name: ""', "result_name: 回执"), "result_name", "结果类型"),
    ("result_fits_its_kind", (HOUSEHOLD, "licence_type: household_register", ""), "key", "licence_type"),
    (
        "visits_have_a_reason",
        (HOUSEHOLD, "visits_reason: 户口簿上要加盖户口专用章", 'visits_reason: ""'),
        "visits_reason",
        "要写原因",
    ),
    ("at_most_one_visit", (HOUSEHOLD, "visits: 1", "visits: 2"), "visits", "超过“最多跑一次”"),
    ("at_most_one_visit", (HOUSEHOLD, "visits_before: 2", "visits_before: 0"), "visits_before", "比现在还少"),
    ("no_visit_needs_another_way", (INSURANCE, "[counter, web]", "[counter]"), "channels", "只能在窗口办理"),
    ("fully_online_means_no_visit", (HOUSEHOLD, "depth: 3", "depth: 4"), "visits", "全程网办"),
    ("fully_online_means_no_visit", (HOUSEHOLD, "depth: 3", "depth: 5"), "depth", "1至4"),
    ("phones_differ", (HOUSEHOLD, "0570-3021002", "0570-12345"), "complaint_phone", "相同"),
    ("phones_differ", (HOUSEHOLD, "0570-3021002", "3021002"), "consult_phone", "没有写全"),
    ("place_and_hours_are_precise", (HOUSEHOLD, "hours: 工作日 ", "hours: "), "hours", "没有说哪些天"),
    ("place_and_hours_are_precise", (HOUSEHOLD, "一楼综合窗口1号", ""), "address", "没有写到窗口或房间"),
    (
        "an_administrative_licence_is_explained",
        (ISSUE, 'type: "07"', 'type: "01"'),
        "key",
        "至少要有一个常见问题",
    ),
    (
        "an_administrative_licence_is_explained",
        (ISSUE, 'type: "07"', 'type: "01"'),
        "steps",
        "缺少“决定/审批”",
    ),
    ("steps_fit_the_promise", (HOUSEHOLD, "days: 2", "days: 3"), "steps", "合计4个工作日，超过承诺的3个"),
    ("steps_fit_the_promise", (HOUSEHOLD, "role: clerk", "role: boss"), "name: 受理", "办理人“boss”不存在"),
    (
        "a_fee_has_its_basis",
        (INSURANCE, "basis: 样例市医保办法第三条", 'basis: ""'),
        "name: 参保费",
        "收费要写",
    ),
    ("promise_within_the_law", (HOUSEHOLD, "value: 20", "value: 2"), "promised_limit", "比法定时限还长"),
    ("promise_within_the_law", (HOUSEHOLD, ", basis: 户口登记条例}", "}"), "statutory_limit", "没有写依据"),
    (
        "every_material_has_a_basis",
        (HOUSEHOLD, "{material: id_card, legal_basis: 户口登记条例第七条}", "id_card"),
        "id_card",
        "没有写依据",
    ),
    (
        "instant_means_at_once",
        (ISSUE, "kind: instant", "kind: instant\nreview: behind"),
        "review",
        "审查类型是即审即办",
    ),
    (
        "a_result_has_its_sample",
        (INSURANCE, 'result_name: ""\nresult_kind: none', "result_name: 参保通知\nresult_kind: document"),
        "result_name",
        "没有样本",
    ),
    (
        "result_fits_its_kind",
        (INSURANCE, 'result_name: ""\nresult_kind: none', "result_name: 参保复文\nresult_kind: other"),
        "result_kind",
        "按名称应是document",
    ),
    (
        "topics_fit_the_subjects",
        (
            "topic_classes.yaml",
            "",
            "topic_classes: [{key: birth, name: 生育收养}, {key: start, name: 设立, for_organisations: true}]",
        ),
        "key",
        "服务对象与主题分类不一致",
    ),
    (
        "a_fee_has_its_basis",
        (INSURANCE, "basis: 样例市医保办法第三条", "basis: 样例市医保办法第三条, reducible: true"),
        "name: 参保费",
        "可以减免的要写明",
    ),
    (
        "a_fee_has_its_basis",
        (HOUSEHOLD, "depth: 3", "depth: 3\nservice: {pay_online: true}"),
        "pay_online",
        "不收费的事项不能有网上支付",
    ),
    (
        "what_may_follow_says_until_when",
        (HOUSEHOLD, "    supply_within: 5 working_days\n", ""),
        "material: marriage_certificate",
        "可以容缺的要写补交期限",
    ),
    (
        "no_proof_outside_the_list",
        ("materials.yaml", "name: 照片}", "name: 照片, kind: proof}"),
        "material: photo",
        "不在证明清单内",
    ),
    (
        "special_times_have_a_basis",
        (HOUSEHOLD, "depth: 3", "depth: 3\nspecial_procedures: [鉴定]"),
        "special_procedures",
        "没有写依据",
    ),
    (
        "special_times_have_a_basis",
        (HOUSEHOLD, "depth: 3", "depth: 3\nintermediaries: [测绘]"),
        "intermediaries",
        "它的时间要计入办理时限",
    ),
    (
        "an_entrusted_organisation_names_its_organ",
        (HOUSEHOLD, "depth: 3", "depth: 3\nauthority: {nature: entrusted}"),
        "authority",
        "要写委托部门",
    ),
    (
        "the_guide_is_complete",
        (HOUSEHOLD, "legal_bases: [户口登记条例第七条]", "legal_bases: []"),
        "legal_bases",
        "设定依据",
    ),
    (
        "the_guide_is_complete",
        (HOUSEHOLD, "conditions: [出生后一个月以内]", "conditions: []"),
        "conditions",
        "受理条件",
    ),
]


def check_found(root: Path, edit: Edit, at: str, problem: str) -> None:
    """The problem is told, and the line that it names contains `at`."""
    faults = examine(write_folder(root, edit)).faults
    told = [fault for fault in faults if problem in fault.problem]
    assert told, [str(fault) for fault in faults]
    lines = [(root / fault.path).read_text(encoding="utf-8").splitlines()[fault.line - 1] for fault in told]
    assert any(at in line for line in lines), [str(fault) for fault in told]


@pytest.mark.parametrize(("edit", "at", "problem"), [*REFERENCES, *CODES, *CONDITIONS, *ORDER])
def test_what_does_not_fit_together_is_told_where_it_stands(
    tmp_path: Path, edit: Edit, at: str, problem: str
) -> None:
    check_found(tmp_path, edit, at, problem)


@pytest.mark.parametrize(("rule", "edit", "at", "problem"), QUALITY)
def test_a_poor_guide_is_told_where_it_is_poor(
    tmp_path: Path, rule: str, edit: Edit, at: str, problem: str
) -> None:
    check_found(tmp_path, edit, at, problem)


def test_what_bears_one_name_in_a_bundle_is_one_element_and_one_material(tmp_path: Path) -> None:
    """Two definitions of one fact would be asked twice, and could be answered differently."""
    edits = (
        ("elements.yaml", "elements:\n", "elements:\n  - {key: baby, label: 新生儿姓名, type: number}\n"),
        (HOUSEHOLD, "{element: child_name", "{element: baby"),
        ("materials.yaml", "materials:\n", "materials:\n  - {key: card, name: 居民身份证}\n"),
        (INSURANCE, "material: id_card", "material: card"),
    )
    problems = [str(fault) for fault in examine(write_folder(tmp_path, *edits)).faults]
    assert any("“新生儿姓名”在birth_certificate_issue中是child_name" in told for told in problems), problems
    assert any("“居民身份证”在birth_certificate_issue中是id_card" in told for told in problems), problems


def test_every_quality_rule_has_a_poor_guide_that_shows_it() -> None:
    assert {name for name, *_rest in QUALITY} == {rule.name for rule in QUALITY_RULES}


def test_the_same_code_in_one_department_is_told(tmp_path: Path) -> None:
    edits = (
        (INSURANCE, "department: insurance", "department: police"),
        (INSURANCE, '"332036001001"', '"330709001001"'),
        (INSURANCE, 'type: "20"', 'type: "07"'),
    )
    problems = [fault.problem for fault in examine(write_folder(tmp_path, *edits)).faults]
    assert any(
        "实施编码11330800MB000000213330709001001与事项“household_birth”重复" in told for told in problems
    ), problems


def test_one_question_key_means_one_question(tmp_path: Path) -> None:
    other = "situations: [{key: marriage, question: 结婚几年了?, options: {a: 一年, b: 更久}}]\npartner:"
    problems = [
        fault.problem for fault in examine(write_folder(tmp_path, (HOUSEHOLD, "partner:", other))).faults
    ]
    assert any("写了两次" in told for told in problems), problems
    inline = f"{FILES[INSURANCE]}{other.partition(chr(10))[0]}\n"
    problems = [
        fault.problem
        for fault in examine(write_folder(tmp_path, (INSURANCE, FILES[INSURANCE], inline))).faults
    ]
    assert any("与items.household_birth中的同名问题不同" in told for told in problems), problems


def test_waiting_in_a_circle_through_a_material_is_told(tmp_path: Path) -> None:
    """The birth certificate needs a photo that the insurance makes, the insurance waits for the household."""
    edits = (
        (ISSUE, "  - {material: id_card", "  - {material: photo, legal_basis: 某法}\n  - {material: id_card"),
        (INSURANCE, "  - {material: photo, legal_basis: 社会保险法第二十五条, originals: 1}\n", ""),
        (
            "materials.yaml",
            "{key: photo, name: 照片}",
            "{key: photo, name: 照片, stands_in: item:medical_insurance}",
        ),
        (INSURANCE, 'result_name: ""\nresult_kind: none', "result_name: 参保回执\nresult_kind: proof"),
        (INSURANCE, "result_kind: proof", "result_kind: proof\nlicence_type: birth_certificate"),
    )
    problems = [fault.problem for fault in examine(write_folder(tmp_path, *edits)).faults]
    assert len(problems) == 1, problems
    assert "互相等待" in problems[0]
