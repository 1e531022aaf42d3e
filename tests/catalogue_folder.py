"""A small city in a temporary folder: sound as it stands, so that a test changes one line and sees one fault."""

from pathlib import Path

from yichuang.catalogue.papers import FORMS

FILES = {
    "city.yaml": """\
city: sample
name: 样例市
region: "330800"
code_schemes: [national]
""",
    "codes.yaml": """\
code_schemes:
  - key: national
    name: 国家编码
    catalog_code:
      - {name: 区划, length: 2}
      - {name: 事项类型, length: 2, same_as: type}
      - {name: 部门, length: 2, characters: 0-9A-Z}
      - {name: 主项, length: 3}
      - {name: 子项, length: 3}
    task_code:
      - {name: 统一社会信用代码, same_as: uscc}
      - {name: 行使层级, same_as: level}
      - {name: 基本编码, same_as: catalog_code}
    handling_code:
      - {name: 实施编码, same_as: task_code}
      - {name: 办理项序号, length: 2, same_as: variant}
""",
    "departments.yaml": """\
regions:
  - {code: "330800", name: 样例市}
departments:
  - key: centre
    name: 样例市行政服务中心
    short_name: 中心
    uscc: 12330800MB0000009K
    region: "330800"
    is_centre: true
  - {key: health, name: 样例市卫生健康委员会, short_name: 卫健, uscc: 11330800MB0000001X, region: "330800"}
  - {key: police, name: 样例市公安局, short_name: 公安, uscc: 11330800MB00000021, region: "330800"}
  - {key: insurance, name: 样例市医疗保障局, short_name: 医保, uscc: 11330800MB00000034, region: "330800"}
counters:
  - {key: zh01, name: 综合窗口1号, centre: centre, place: 一楼, boards: []}
mandates:
  - number: 样公委〔2026〕1号
    department: police
    centre: centre
    powers: [receive, accept, deliver]
    valid_from: 2026-01-01
""",
    "staff.yaml": """\
staff:
  - {username: chuang01, name: 方晓晴, department: centre, counter: zh01, roles: [clerk]}
""",
    "elements.yaml": """\
elements:
  - {key: mother_number, label: 母亲身份证号, type: citizen_number}
  - {key: mother_name, label: 母亲姓名, type: text}
  - {key: father_name, label: 父亲姓名, type: text}
  - {key: child_name, label: 新生儿姓名, type: text}
  - {key: child_sex, label: 新生儿性别, type: choice, choices: {1: 男, 2: 女}}
""",
    "materials.yaml": """\
materials:
  - {key: id_card, name: 居民身份证, stands_in: ["resource:population"]}
  - key: marriage_certificate
    name: 结婚证
    stands_in: [licence:marriage_licence, resource:marriage]
    checkpoints: [双方姓名与身份证一致]
  - {key: birth_certificate, name: 出生医学证明, stands_in: [licence:birth_certificate, item:birth_certificate_issue]}
  - {key: photo, name: 照片}
  - {key: household_book, name: 居民户口簿}
""",
    "licences.yaml": """\
licence_types:
  - {key: birth_certificate, name: 出生医学证明, code: 11330800MB0000001X001, template: paper}
  - {key: household_register, name: 居民户口簿, code: 11330800MB00000021001, template: paper}
  - {key: marriage_licence, name: 结婚证, code: 11330800MB00000021002, template: paper}
""",
    "situations.yaml": """\
situations:
  - key: marriage
    question: 父母是否已登记结婚？
    options: {married: 已登记, single: 未登记}
    default: married
""",
    "resources.yaml": """\
resources:
  - {key: population, name: 人口库, provider: police, subject: mother_number, answers: {name: mother_name}}
  - key: marriage
    name: 婚姻登记库
    provider: police
    subject: mother_number
    answers: {spouse: father_name}
grants:
  - resource: population
    item: [birth_certificate_issue, household_birth, medical_insurance]
    purpose: 核验身份
    fields: name
  - {resource: marriage, item: household_birth, purpose: 核验婚姻关系, fields: [spouse]}
""",
    "partners.yaml": """\
partners:
  - {key: police_household, name: 人口系统, department: police, adapter: http, endpoint: "http://127.0.0.1:9"}
""",
    "calendar.yaml": """\
overrides:
  - {date: 2031-01-01, worked: none, name: 元旦, provisional: true}
""",
    "documents/paper.typ": "#let paper(facts) = [#facts.holder]\n",
    "items/birth_certificate_issue.yaml": """\
key: birth_certificate_issue
name: 出生医学证明签发
department: health
board: 综合事务
catalog_code: "330723001001"
type: "07"
level: "3"
subjects: ["1"]
kind: instant
statutory_limit: null
promised_limit: 30 minutes
limit_before: 1 working_days
visits: 0
visits_before: 1
channels: [counter, web]
depth: 4
legal_bases: [母婴保健法第二十三条]
conditions: [在本市助产机构出生]
steps:
  - {name: 受理, role: clerk}
  - {name: 审查, role: officer}
  - {name: 送达, role: clerk}
result_name: 出生医学证明
result_kind: proof
licence_type: birth_certificate
consult_phone: 0570-3021001
complaint_phone: 0570-12345
address: 花园东大道1号一楼综合窗口1号
hours: 工作日 8:30-17:00
applicant: {number: mother_number, name: mother_name}
elements:
  - mother_number
  - {element: mother_name, section: 母亲}
  - {element: child_name, section: 新生儿}
materials:
  - {material: id_card, legal_basis: 母婴保健法第二十三条}
""",
    "items/household_birth.yaml": """\
key: household_birth
name: 出生登记(落户)
department: police
board: 公安综合
catalog_code: "330709001001"
type: "07"
level: "3"
subjects: ["1"]
kind: promised
statutory_limit: {value: 20, unit: working_days, basis: 户口登记条例}
promised_limit: 3 working_days
visits: 1
visits_before: 2
visits_reason: 户口簿上要加盖户口专用章
channels: [counter, web]
depth: 3
legal_bases: [户口登记条例第七条]
conditions: [出生后一个月以内]
steps:
  - {name: 受理, role: clerk}
  - {name: 审查, role: officer, days: 2}
  - {name: 决定, role: officer, days: 1}
  - {name: 送达, role: clerk}
result_name: 居民户口簿
result_kind: licence
licence_type: household_register
consult_phone: 0570-3021002
complaint_phone: 0570-12345
address: 花园东大道1号一楼综合窗口1号
hours: 工作日 8:30-17:00
applicant: {number: mother_number, name: mother_name}
elements:
  - mother_number
  - {element: mother_name, section: 母亲}
  - {element: father_name, section: 父亲, required: false, when: marriage == 'married'}
  - {element: child_name, section: 新生儿}
  - {element: child_sex, section: 新生儿}
materials:
  - {material: id_card, legal_basis: 户口登记条例第七条}
  - {material: household_book, legal_basis: 户口登记条例第七条, originals: 1}
  - {material: birth_certificate, legal_basis: 户口登记条例第七条}
  - material: marriage_certificate
    necessity: supply_later
    supply_within: 5 working_days
    when: marriage == 'married'
    legal_basis: 户口登记条例第七条
situations: [marriage]
aliases: [上户口, 报户口]
questions:
  父母不是本地户口能办吗？: 可以。
partner: police_household
""",
    "items/medical_insurance.yaml": """\
key: medical_insurance
name: 城乡居民医保参保登记
department: insurance
board: 综合事务
catalog_code: "332036001001"
type: "20"
level: "3"
subjects: ["1"]
kind: promised
statutory_limit: null
promised_limit: 2 working_days
visits: 0
visits_before: 1
channels: [counter, web]
depth: 4
legal_bases: [社会保险法第二十五条]
conditions: [已经落户]
steps:
  - {name: 受理, role: clerk}
  - {name: 审查, role: officer, days: 1}
  - {name: 决定, role: officer}
fees:
  - {name: 参保费, amount: 50000, basis: 样例市医保办法第三条}
result_name: ""
result_kind: none
consult_phone: 0570-3021003
complaint_phone: 0570-12345
address: 花园东大道1号一楼综合窗口1号
hours: 工作日 8:30-17:00
applicant: {number: mother_number, name: mother_name}
elements: [mother_number, mother_name, child_name]
materials:
  - {material: id_card, legal_basis: 社会保险法第二十五条}
  - {material: photo, legal_basis: 社会保险法第二十五条, originals: 1}
""",
    "bundles/newborn.yaml": """\
key: newborn
name: 新生儿出生
lead: health
board: 综合事务
summary: 一次办好四件事
aliases: [出生一件事, 生孩子]
members:
  - birth_certificate_issue
  - {item: household_birth, result_of: [birth_certificate_issue]}
  - {item: medical_insurance, after: [household_birth]}
applicant: {number: mother_number, name: mother_name}
outcome: independent
""",
}


FILES |= {
    f"documents/{form.template}.typ": '#set text(font: "Noto Serif SC")\n一份文书\n'
    for form in FORMS.values()
}


def write_folder(root: Path, *edits: tuple[str, str, str], without: tuple[str, ...] = ()) -> Path:
    """Write the city under `root`, each edit (file, old text, new text) made once, some files left out."""
    files = {name: text for name, text in FILES.items() if name not in without}
    for name, old, new in edits:
        text = files.get(name, "")
        assert old in text, (name, old)
        files[name] = text.replace(old, new, 1) if old else new
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def line_of(name: str, text: str) -> int:
    """The line of the sound file on which `text` first stands."""
    return FILES[name][: FILES[name].index(text)].count("\n") + 1
