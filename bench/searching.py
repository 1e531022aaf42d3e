"""Search in a province: 200,000 implementation items, the database and its files out of every cache."""

import itertools
import random
import time
from collections.abc import Iterator
from urllib.parse import quote

from pypinyin import lazy_pinyin

from bench.clients import Run
from bench.http_client import Client
from bench.installation import Installation
from bench.report import Figure, at_most
from yichuang.catalogue import queries
from yichuang.catalogue.finding import index
from yichuang.catalogue.finding.index import Findable

_PLACES = (
    "城镇 农村 学校 医院 工地 码头 车站 水库 林场 矿山 社区 商场 公园 市场 道路 河道 机场 酒店 仓库 养老机构"
)
_THINGS = (
    "建筑工程 消防设施 卫生 排水 用电 用水 燃气 户外广告 食品经营 药品经营 船舶 桥梁 特种设备 "
    "危险化学品 道路运输 人力资源服务 民办教育 医疗机构 不动产 社会团体 劳务派遣 营业性演出 "
    "动物防疫 种子生产经营 取水"
)
_ACTS = (
    "首次登记 变更登记 注销登记 延续许可 补发证照 设立许可 备案 核准 审批 年度报告 预告登记 "
    "更正登记 资格认定 确认 补贴申领 查询"
)
_REGIONS = (
    "柯城区 衢江区 龙游县 江山市 常山县 开化县 上城区 拱墅区 西湖区 滨江区 萧山区 余杭区 "
    "富阳区 临安区 桐庐县 淳安县 建德市 海曙区 江北区 北仑区 镇海区 鄞州区 奉化区 余姚市 "
    "慈溪市"
)
_ORGANS = (
    "住房和城乡建设局 公安局 市场监督管理局 自然资源和规划局 人力资源和社会保障局 交通运输局 农业农村局 "
    "卫生健康局"
)
#: Any number: the same names and words in every run.
_SEED = 20261127


def measure(installation: Installation, size: int, times: int) -> Iterator[Figure]:
    """What search takes over HTTP, each of `times` words asked once after everything was thrown out of memory."""
    began = time.monotonic()
    index.write(itertools.islice(_province(), size))
    yield at_most(f"writing what search finds, {size:,} items", time.monotonic() - began, "s")
    installation.forget_files()
    with installation.web():
        client = Client(installation.port)
        for _warming in range(8):
            client.get("/guide/").check(200)
        durations = []
        for typed in _typed(times):
            asked = time.perf_counter()
            client.get(f"/api/catalogue/search?q={quote(typed)}").check(200)
            durations.append(time.perf_counter() - asked)
        client.close()
    run = Run(times, sum(durations), tuple(durations))
    yield at_most(f"search, cold, p50, {size:,} items", run.percentile(0.5), "ms")
    yield at_most(f"search, cold, p95, {size:,} items", run.percentile(0.95), "ms", 30)
    index.write(index.findables(queries.current()))


def _names() -> list[str]:
    return ["".join(parts) for parts in itertools.product(_PLACES.split(), _THINGS.split(), _ACTS.split())]


def _province() -> Iterator[Findable]:
    """The same 8,000 items in each of 25 counties: as it is, where a list is one and those who act on it are many."""
    organs = _ORGANS.split()
    for county, region in enumerate(_REGIONS.split()):
        for number, name in enumerate(_names()):
            organ = f"{region}{organs[number % len(organs)]}"
            code = f"33{number * 7919 % 10**10:010}"
            yield Findable(
                "item", f"county{county}_{number}", name, f"{county}_{number % len(organs)}", organ, "", "",
                (name[-6:],), (), (code, f"11{county:016}4{code}"),
            )  # fmt: skip


def _typed(times: int) -> list[str]:
    """What people type: words, parts, sounds and initials of names, codes, slips, questions; none twice."""
    draw = random.Random(_SEED)  # noqa: S311 - no secret
    names = _names()
    ways = (
        lambda name: name,
        lambda name: name[: draw.randint(2, 4)],
        lambda name: name[(at := draw.randrange(len(name) - 3)) : at + draw.randint(2, 4)],
        lambda name: name[-4:],
        lambda name: f"{name[:2]} {name[-4:]} {draw.choice(_REGIONS.split())}",
        lambda name: "".join(syllable[0] for syllable in lazy_pinyin(name))[: draw.randint(3, 8)],
        lambda name: "".join(lazy_pinyin(name))[: draw.randint(4, 14)],
        lambda name: f"33{names.index(name) * 7919 % 10**10:010}",
        lambda name: name[:3] + draw.choice("而吧其") + name[4:],
        lambda name: f"我想办{name[2:]}需要什么材料",
    )
    found: dict[str, None] = {}
    while len(found) < times:
        found[ways[len(found) % len(ways)](draw.choice(names))] = None
    return list(found)
