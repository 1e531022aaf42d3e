"""What `yichuang catalogue check|publish` and `yichuang plan` print."""

import json
from pathlib import Path

import pytest

from tests.catalogue_folder import line_of, write_folder
from tests.test_catalogue_publishing import edit
from yichuang.catalogue import commands
from yichuang.catalogue.tables import limit_text, table, width
from yichuang.deadlines.data import Limit, Unit

HOUSEHOLD = "items/household_birth.yaml"


def test_check_prints_each_fault_with_file_line_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit = (HOUSEHOLD, "department: police", "department: polise")
    assert commands.check(write_folder(tmp_path, edit)) == 1
    fault, total = capsys.readouterr().out.splitlines()
    line = line_of(HOUSEHOLD, "department: police")
    assert fault == (
        f"{tmp_path / HOUSEHOLD}:{line}: items.household_birth.department: "
        "departments中没有“polise”，是不是“police”？ → 改成已有的key，或先在departments中定义它"
    )
    assert total == "共1处错误。"


def test_check_says_that_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.check(write_folder(tmp_path)) == 0
    assert capsys.readouterr().out == "没有错误：3个事项、1个一件事、5个数据元。\n"


@pytest.mark.django_db
def test_publish_says_what_became_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_folder(tmp_path)
    assert commands.publish(folder) == 0
    assert "3个事项、1个一件事有新版本" in capsys.readouterr().out
    assert commands.publish(folder) == 0
    assert "没有重新发布" in capsys.readouterr().out
    (folder / "elements.yaml").unlink()
    assert commands.publish(folder) == 1
    assert "缺少文件 elements.yaml" in capsys.readouterr().out


@pytest.mark.django_db
def test_two_versions_of_a_bundle_or_item_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_folder(tmp_path)
    commands.publish(root)
    edit(root, "bundles/newborn.yaml", "summary: 一次办好四件事", "summary: 一次办完")
    edit(root, HOUSEHOLD, "depth: 3", "depth: 2")
    commands.publish(root)
    capsys.readouterr()
    assert commands.compare("新生儿出生", None, None) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("新生儿出生：第2版 → 第3版\n")
    assert "一次办完" in shown
    assert commands.compare("household_birth", 1, 2) == 0
    assert "深度" in capsys.readouterr().out
    assert commands.compare("newborn", 2, 2) == 0
    assert "没有差异。" in capsys.readouterr().out
    assert commands.compare("newborn", 1, 9) == 1
    assert "没有事项“newborn”的第9版" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["newborn", "新生儿出生", "出生一件事"])
def test_a_plan_is_shown_by_key_name_or_alias(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    commands.publish(write_folder(tmp_path))
    capsys.readouterr()
    assert commands.show_plan(target, {"marriage": "married"}) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("新生儿出生\n")
    for words in (
        "婚姻登记库可查（授权用途：核验婚姻关系），免提交",
        "5个工作日",
        "参保费 500.00元",
        "逐项办理",
        "人口库可查，自动填入",
    ):
        assert words in shown


@pytest.mark.django_db
def test_a_plan_as_json_names_everything_by_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.publish(write_folder(tmp_path))
    capsys.readouterr()
    assert commands.show_plan("newborn", {}, output="json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["target"] == "newborn"
    assert facts["unanswered"] == ["marriage"]
    assert facts["materials"][0]["material"] == {"key": "id_card", "name": "居民身份证"}
    assert facts["cases"][1]["waits_for"] == ["birth_certificate_issue"]
    assert facts["promised"]["value"] == 5


@pytest.mark.django_db
def test_an_unknown_name_is_answered_with_what_is_near(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.publish(write_folder(tmp_path))
    capsys.readouterr()
    assert commands.show_plan("新生", {}) == 1
    assert "相近的有：新生儿出生" in capsys.readouterr().out
    assert commands.show_plan("水库", {}) == 1
    assert "请换一个说法" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"mariage": "married"}, "这里不问“mariage”；要问的是：marriage"),
        ({"marriage": "wed"}, "没有选项“wed”；可选：married、single"),
    ],
)
def test_an_answer_that_answers_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], answers: dict[str, str], told: str
) -> None:
    commands.publish(write_folder(tmp_path))
    capsys.readouterr()
    assert commands.show_plan("330709001001", answers) == 1
    assert told in capsys.readouterr().out


def test_columns_stand_in_line_with_chinese_text() -> None:
    lines = table(["名称", "no"], [["a", "1"], ["出生登记", "22"]])
    starts = {width(line[: line.rindex(" ") + 1]) for line in lines}
    assert starts == {10}


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(0), "当场"),
        (Limit(5), "5个工作日"),
        (Limit(7, Unit.CALENDAR_DAYS), "7日"),
        (Limit(60, Unit.MINUTES), "60分钟"),
    ],
)
def test_a_limit_in_words(limit: Limit, words: str) -> None:
    assert limit_text(limit) == words


def test_scores_tell_each_department_s_share_and_what_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(
        tmp_path, (HOUSEHOLD, "0570-3021002", "3021002"), (HOUSEHOLD, "hours: 工作日 ", "hours: ")
    )
    assert commands.check(folder, scored=True) == 1
    _head, _rule, *rows, empty = capsys.readouterr().out.partition("items/")[0].splitlines()[:6]
    assert [row.split() for row in rows] == [
        ["样例市公安局", "1", "0%", "咨询、投诉电话齐全", "1、地址、时间明确", "1"],
        ["样例市医疗保障局", "1", "100%", "-"],
        ["样例市卫生健康委员会", "1", "100%", "-"],
    ]
    assert not empty
