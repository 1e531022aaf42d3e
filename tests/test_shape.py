"""The shape of the code: what a linter cannot know."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from yichuang.cases.states import ENDED, STAGE_NAMES, TURNS, Stage, Verb
from yichuang.deadlines.data import RungAct
from yichuang.journey import national_codes
from yichuang.journey.reactions import REACTIONS
from yichuang.journey.rungs import HANDLERS
from yichuang.journey.steps import STEPS

PACKAGE = Path(__file__).resolve().parent.parent / "yichuang"
MOST_LINES = 400
#: Longer modules, each with its reason.
LONG: dict[str, str] = {}


def modules() -> Iterator[Path]:
    return (path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)


def test_no_module_is_too_long() -> None:
    long = {
        str(path.relative_to(PACKAGE)): len(path.read_text().splitlines())
        for path in modules()
        if len(path.read_text().splitlines()) > MOST_LINES
    }
    assert set(long) == set(LONG), long


def test_package_markers_are_empty() -> None:
    assert [str(path) for path in modules() if path.name == "__init__.py" and path.read_text().strip()] == []


def test_models_and_forms_hold_no_logic() -> None:
    """Nothing in save(), signals or managers: an act is a function."""
    offenders = [
        f"{path.relative_to(PACKAGE)}: {word}"
        for path in modules()
        for word in ("def save(self", "@receiver", "models.Manager", "post_save", "pre_save")
        if word in path.read_text()
    ]
    assert offenders == []


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef))


def acts() -> list[tuple[str, ast.FunctionDef, str]]:
    """The public functions of every actions module."""
    found = []
    for path in modules():
        if path.name == "actions.py" or path.parent.name == "actions":
            found += [
                (str(path.relative_to(PACKAGE)), node, path.read_text())
                for node in _functions(path)
                if not node.name.startswith("_") and any(arg.arg == "now" for arg in node.args.kwonlyargs)
            ]
    return found


def _name(value: object) -> str:
    return value.name if isinstance(value, ast.FunctionDef) else str(value)


@pytest.mark.parametrize(("where", "act"), [(where, act) for where, act, _ in acts()], ids=_name)
def test_an_act_is_told_the_time_and_says_what_it_does(where: str, act: ast.FunctionDef) -> None:
    assert ast.get_docstring(act), f"{where}:{act.name} says nothing of itself"
    assert "clock.now(" not in ast.unparse(act), f"{where}:{act.name} looks at the clock itself"


def test_only_the_clock_module_asks_what_time_it_is() -> None:
    asks = re.compile(r"datetime\.now\(|timezone\.now\(|date\.today\(|time\.time\(")
    offenders = [
        str(path.relative_to(PACKAGE))
        for path in modules()
        if asks.search(path.read_text()) and path.relative_to(PACKAGE) != Path("base/clock.py")
    ]
    assert offenders == []


def recorded_verbs() -> set[str]:
    """Every verb that any module writes into the ledger as a literal, in Python or in a statement."""
    pattern = re.compile(r"""Record\(\s*"([a-z_]+\.[a-z_]+)"|'([a-z_]+\.[a-z_]+)' AS verb""")
    return {verb for path in modules() for found in pattern.findall(path.read_text()) for verb in found}


def test_every_act_on_a_case_and_every_awaited_verb_stands_in_the_reactions() -> None:
    assert set(Verb) <= set(REACTIONS)
    written_by_name = recorded_verbs()
    for verb in REACTIONS:
        assert verb in set(Verb) or verb in written_by_name or verb.startswith("dispatch."), verb


def test_every_step_of_the_reactions_can_be_run_by_name() -> None:
    assert {step.__name__ for steps in REACTIONS.values() for step in steps} == set(STEPS)


def test_every_act_of_a_ladder_has_somebody_who_does_it() -> None:
    assert set(HANDLERS) == set(RungAct)


def test_every_stage_has_a_name_a_turn_and_something_that_follows() -> None:
    assert set(STAGE_NAMES) == set(TURNS) == set(Stage)


def test_every_act_is_told_as_a_national_event_or_has_a_reason_why_not() -> None:
    told = {row.verb for row in national_codes.TOLD}
    assert told | set(national_codes.UNTOLD) == set(Verb)
    assert not told & set(national_codes.UNTOLD)


def test_every_end_of_a_case_has_a_national_ending() -> None:
    ended = {stage for stage in Stage if national_codes.ending_of(stage, "", has_licence=False)}
    assert ended == ENDED


def test_the_project_speaks_of_itself_only() -> None:
    """No path of one person's machine stands in the sources."""
    root = PACKAGE.parent
    names = re.compile(r"/(?:home|Users)/[a-z]+/")
    offenders = [
        str(path.relative_to(root))
        for folder in ("yichuang", "simulators", "docs", "catalogues", "tests", "bench")
        for path in (root / folder).rglob("*")
        if path.suffix in {".py", ".md", ".yaml", ".html", ".css", ".js", ".typ"}
        and path.name != "test_shape.py"
        and names.search(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


#: Functions told the time that are no acts by themselves, each with its reason.
NO_ACTS = {
    "cases/actions/drafting.py": "a draft is not an application yet; `submit` hands on to `receive`",
    "cases/actions/in_turn.py": "each case's own act in review.py writes it",
    "cases/actions/opinion_drafts.py": "what is typed binds nobody yet; `decide` is the act",
    "catalogue/actions/keeping.py": "what is typed binds nobody yet; `send` is the act",
    "departments/actions.py": "what came of a dispatch is recorded in recording.py",
    "identity/actions/parties.py": "part of the act that the party is needed for",
    "ledger/actions.py": "is the ledger",
}


def _called(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.id if isinstance(call, ast.Name) else getattr(call, "attr", "") for call in calls}


def _records(name: str, functions: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    """Whether a function writes the ledger, itself or through others of its module, or in a statement of its own."""
    if name in seen or name not in functions:
        return False
    seen.add(name)
    called = _called(functions[name])
    return bool(called & {"record", "change", "entry_parameters"}) or any(
        _records(other, functions, seen) for other in called
    )


@pytest.mark.parametrize(("where", "act"), [(where, act) for where, act, _ in acts()], ids=_name)
def test_every_act_writes_the_ledger(where: str, act: ast.FunctionDef) -> None:
    functions = {function.name: function for function in _functions(PACKAGE / where)}
    assert where in NO_ACTS or _records(act.name, functions, set())
