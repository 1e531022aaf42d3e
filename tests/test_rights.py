"""Who may do what: every address of the platform against everybody, over two departments' data.

The table below names every address (a test compares it with the resolver), so a new page cannot be forgotten.
`in` means that the page or act is the person's; everybody else meets a refusal, a log-in page, or nothing.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.city import run_journey
from tests.factories import NOW, accepted, case_of, decided, staff, submission
from yichuang.base import files
from yichuang.cases.actions import drafting
from yichuang.cases.actions.asking import ask_opinions, give_opinion
from yichuang.cases.actions.opinion_templates import write_template
from yichuang.cases.drafts import open_draft
from yichuang.cases.models import ApplicationMaterial, Opinion
from yichuang.cases.states import Answer, Stage
from yichuang.catalogue import queries as catalogue_queries
from yichuang.catalogue.actions import importing
from yichuang.catalogue.actions.proposing import begin_version
from yichuang.catalogue.data import SourceKind
from yichuang.deadlines.data import Limit
from yichuang.identity.actions.substitution import set_substitute
from yichuang.identity.data import Role
from yichuang.identity.models import User
from yichuang.licences.queries import of_cases
from yichuang.notices.queries import of_application
from yichuang.notices.reminders import open_reminders, remind

CAST = {
    "visitor": None,
    "mother": "linzhixia",
    "stranger": "wujingting",
    "clerk": "clerk1",
    "colleague": "clerk2",
    "officer": "officer-weijian",
    "other officer": "officer-zhujian",
    "chief": "chief-weijian",
    "other chief": "chief-zhujian",
    "manager": "manager",
    "supervisor": "supervisor",
    "administrator": "administrator",
}
EVERYBODY = frozenset(CAST)
STAFF = EVERYBODY - {"visitor", "mother", "stranger"}
CLERKS = frozenset({"clerk", "colleague"})
OFFICERS = frozenset({"officer", "other officer", "chief", "other chief"})
OWN_OFFICERS = frozenset({"officer", "chief"})
OTHER_OFFICERS = OFFICERS - OWN_OFFICERS
CHIEFS = frozenset({"chief", "other chief"})
OWN_CHIEF = frozenset({"chief"})
APPLICANTS = frozenset({"mother", "stranger"})
MANAGERS = frozenset({"manager", "supervisor"})
AUTHORS = frozenset({"chief", "other chief", "manager"})
OWN_AUTHORS = frozenset({"chief", "manager"})
KEEPERS = MANAGERS | {"administrator"}
PUBLISHERS = frozenset({"manager", "administrator"})
MOTHER = frozenset({"mother"})
LOGGED_IN = EVERYBODY - {"visitor"}
ADMINISTRATOR = frozenset({"administrator"})

FIRST = "birth_certificate"
#: An item of the health department of which a new version is being written.
WRITTEN = "public_hygiene_licence"
#: A day on which no test works: what is committed for it changes nothing for the others.
FREE_DAY = date(2027, 3, 9)


@dataclass(frozen=True)
class World:
    """An application with a decided case and papers, and a draft of the clerk's."""

    number: str
    case: str
    notice: int
    centre_notice: int
    material: str
    draft: str
    staff_id: int
    proposal: int  # of the health department
    substitution: int  # of the health department
    template_proposal: int
    import_id: int
    opinion: int  # of the housing department, on the case
    opinion_template: int  # of the health department, for an item that no other test handles
    kind: str = "items"
    item: str = WRITTEN
    template: str = "grant"
    guide: str = "newborn"
    topic: str = "birth"
    file: str = ""
    reminder: int = 0  # for the officers of the health department
    job: int = 0
    form: str = "xlsx"
    code: str = ""
    submission: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=lambda: {"answer": "go_on"})
    decision: dict[str, Any] = field(default_factory=lambda: {"outcome": "granted", "opinion": "同意"})
    extension: dict[str, Any] = field(default_factory=lambda: {"value": 5, "reason": "案情复杂。"})
    returned: dict[str, Any] = field(default_factory=lambda: {"remark": "再想想。"})
    plan: dict[str, Any] = field(default_factory=lambda: {"target": "newborn"})
    start: dict[str, Any] = field(default_factory=lambda: {"target": "newborn"})


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> World:
    """Made once, with real commits; each question below is asked in a transaction that is undone."""
    with django_db_blocker.unblock():
        pdf = files.store("出生记录.pdf", "application/pdf", b"%PDF-1.4 scan", now=NOW)
        row = accepted("newborn")
        material = ApplicationMaterial.objects.filter(application_id=row.id, items__contains=[FIRST])
        material = material.exclude(source=SourceKind.SISTER).order_by("id")[:1].get()
        ApplicationMaterial.objects.filter(id=material.id).update(source=SourceKind.UPLOAD, file_id=pdf)
        case = case_of(row, FIRST)
        opinion = asked_and_answered(case.id)
        decided(row, FIRST, "officer-weijian")
        import_id = importing.bring_in(
            name="a.csv",
            content=b"a,b\n1,2\n",
            mapping="",
            language="zh-hans",
            actor=staff("manager"),
            now=NOW,
        )
        run_journey()
        papers = {notice.kind: notice for notice in of_application(row.number)}
        granted = next(
            n for n in of_application(row.number) if n.case_number == case.number and n.kind == "grant"
        )
        assert case.number in of_cases([case.number])
        draft = drafting.start(actor=staff("clerk1"), target="newborn", now=NOW)
        yellow, theirs = "promised_yellow", case.department_id
        remind(case_number=case.number, rung=yellow, role=Role.OFFICER, department_id=theirs, now=NOW)
        return World(
            reminder=open_reminders(staff("officer-weijian"))[0].id,
            number=row.number,
            case=case.number,
            notice=granted.id,
            centre_notice=papers["receipt"].id,
            file=next(iter(catalogue_queries.current().files)),
            material=material.material,
            draft=str(draft),
            staff_id=staff("clerk2").id,
            opinion=opinion,
            opinion_template=write_template(
                actor=staff("chief-weijian"),
                template_id=None,
                item_key=WRITTEN,
                name="合格",
                text="合格。",
                now=NOW,
            ),
            proposal=begin_version(actor=staff("chief-weijian"), kind="items", key=WRITTEN, now=NOW),
            import_id=import_id,
            template_proposal=begin_version(actor=staff("manager"), kind="templates", key="grant", now=NOW),
            substitution=set_substitute(
                actor=staff("chief-weijian"),
                absent_id=staff("officer-weijian").id,
                substitute_id=staff("officer-weijian2").id,
                first=FREE_DAY,
                last=FREE_DAY,
                now=NOW,
            ),
            submission=json_submission(),
            code=granted.verify_code,
        )


def asked_and_answered(case_id: int) -> int:
    """The housing department is asked about the case, and answers at once: nothing is left open for others."""
    ask_opinions(
        actor=staff("officer-weijian"), case_id=case_id, departments=["housing"], question="请核对住址。",
        within=Limit(5), now=NOW,
    )  # fmt: skip
    opinion = Opinion.objects.get(round__case_id=case_id)
    give_opinion(
        actor=staff("officer-zhujian"), opinion_id=opinion.id, answer=Answer.AGREES, text="", now=NOW
    )
    return opinion.id


def json_submission() -> dict[str, Any]:
    """A complete submission as REST takes it."""
    given = submission()
    return {
        "key": str(given.key),
        "target": given.target,
        "applicant": asdict(given.applicant),
        "answers": dict(given.answers),
        "values": dict(given.values),
        "materials": {key: {"source": settled.source} for key, settled in given.materials.items()},
    }


@dataclass(frozen=True)
class Row:
    """An address: how it is asked and whose it is."""

    who: frozenset[str]
    method: str = "get"
    at: tuple[str, ...] = ()  # attributes of the world that are its arguments
    body: str = ""  # attribute of the world that is sent as JSON


#: Addresses whose rights other tests prove: one's own log-in and second factor, what opens by code, partners, and
#: what makes a transaction of its own.
ELSEWHERE = {
    "account_change_password", "account_inactive", "account_logout", "account_reauthenticate",
    "mfa_activate_totp", "mfa_authenticate", "mfa_deactivate_totp", "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_index", "mfa_reauthenticate", "mfa_view_recovery_codes",
    "openid_connect_callback", "openid_connect_login", "socialaccount_login_cancelled",
    "authoring:rehearsal", "track_close", "api:rate_one", "api:track", "api:answer", "api:api-root", "api:openapi-json",
}  # fmt: skip


def _case(*more: str) -> tuple[str, ...]:
    return ("case", *more)


TABLE: dict[str, Row] = {
    # For everybody.
    "start": Row(EVERYBODY),
    "display": Row(EVERYBODY),
    "healthz": Row(EVERYBODY),
    "design": Row(EVERYBODY),
    "design-staff": Row(EVERYBODY),
    "guide": Row(EVERYBODY),
    "guide_page": Row(EVERYBODY, at=("guide",)),
    "guide_pdf": Row(EVERYBODY, at=("guide",)),
    "guide_card": Row(EVERYBODY, at=("guide",)),
    "guide_form": Row(EVERYBODY, at=("guide",)),
    "guide_file": Row(EVERYBODY, at=("file",)),
    "find": Row(EVERYBODY),
    "find_topic": Row(EVERYBODY, at=("topic",)),
    "verify": Row(EVERYBODY),
    "verify_code": Row(EVERYBODY, at=("code",)),
    "account_login": Row(EVERYBODY),
    # The applicant's.
    "track": Row(EVERYBODY - STAFF),
    "my": Row(APPLICANTS),
    "track_application": Row(MOTHER, at=("number",)),
    "track_notice": Row(MOTHER, at=("number", "centre_notice")),
    # Results are taken before they are opened; tests of the public pages take them.
    "track_licence": Row(frozenset(), at=("number", "case")),
    "track_results": Row(MOTHER, at=("number",)),
    "track_archive": Row(frozenset(), at=("number",)),
    "track_correct": Row(MOTHER, at=("number", "case")),
    "track_copy": Row(MOTHER, at=("number", "case")),
    "track_courier": Row(MOTHER, at=("number",)),
    "track_hearing": Row(MOTHER, at=("number", "case")),
    "track_withdraw": Row(MOTHER, at=("number",)),
    "track_answer": Row(MOTHER, at=("number",)),
    "track_rate": Row(MOTHER, at=("number",)),
    # The counter's.
    "counter:home": Row(CLERKS),
    "counter:find": Row(CLERKS),
    "counter:search": Row(CLERKS),
    "counter:start": Row(CLERKS, "post", body="start"),
    "counter:keep": Row(frozenset({"clerk"}), "post", at=("draft",)),
    "counter:discard": Row(CLERKS, "post", at=("draft",)),  # another clerk's stays: see below
    "counter:draft": Row(frozenset({"clerk"}), at=("draft",)),
    "counter:draft_paper": Row(frozenset(), at=("draft", "material")),
    "counter:application": Row(CLERKS, at=("number",)),
    "counter:accept": Row(CLERKS, "post", at=("number",)),
    "counter:hand_over": Row(CLERKS, "post", at=("number",)),
    "counter:amend": Row(CLERKS, at=("number",)),
    "counter:parcel": Row(CLERKS, at=("number",)),
    "counter:withdraw": Row(CLERKS, at=("number",)),
    "counter:answer": Row(CLERKS, at=("number",)),
    "counter:send_papers": Row(CLERKS, "post", at=("number",)),
    "counter:case": Row(CLERKS, at=_case()),
    "counter:ask_correction": Row(CLERKS, "post", at=_case()),
    "counter:decline": Row(CLERKS, "post", at=_case()),
    "counter:correct": Row(CLERKS, "post", at=_case()),
    "counter:cure": Row(CLERKS, "post", at=_case()),
    "counter:notice": Row(CLERKS, at=("number", "notice")),
    "counter:licence": Row(CLERKS, at=("number", "case")),
    "counter:material": Row(CLERKS, at=("number", "material")),
    # The officers': only of the department whose case it is.
    "desk:home": Row(OFFICERS),
    "desk:search": Row(OFFICERS),
    "desk:substitutes": Row(CHIEFS),
    "desk:set_substitute": Row(CHIEFS, "post"),
    "desk:end_substitution": Row(OWN_CHIEF, "post", at=("substitution",)),
    "desk:choose": Row(OFFICERS, "post"),
    "desk:claim_each": Row(OFFICERS, "post"),
    "desk:grant_each": Row(OFFICERS, "post"),
    # What another department was asked about, and nothing else of the case.
    "desk:opinions": Row(OFFICERS),
    "desk:templates": Row(CHIEFS),
    "desk:write_template": Row(CHIEFS, "post"),
    "desk:remove_template": Row(OWN_CHIEF, "post", at=("opinion_template",)),
    "desk:insert_template": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:asked": Row(OTHER_OFFICERS, at=("opinion",)),
    "desk:answer": Row(OTHER_OFFICERS, "post", at=("opinion",)),
    "desk:asked_material": Row(OTHER_OFFICERS, at=("opinion", "material")),
    "desk:ask_opinions": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:case": Row(OWN_OFFICERS, at=_case()),
    "desk:claim": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:unclaim": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:hand_on": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:keep_opinion": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:decide": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:begin_procedure": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:end_procedure": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:tell_hearing": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:answer_hearing": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:call_hearing": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:propose_extension": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:approve": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:return_proposal": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:inspect": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:repair_credit": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:rescind": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:reopen": Row(OWN_OFFICERS, "post", at=_case()),
    "desk:material": Row(OWN_OFFICERS, at=_case("material")),
    "desk:notice": Row(OWN_OFFICERS, at=_case("notice")),
    "desk:licence": Row(OWN_OFFICERS, at=_case()),
    "dismiss_reminder": Row(frozenset({"officer"}), "post", at=("reminder",)),
    # The centre's.
    "manage:home": Row(MANAGERS),
    "manage:search": Row(MANAGERS, "post"),
    "manage:case": Row(MANAGERS, at=_case()),
    "manage:allow_correction": Row(frozenset({"supervisor"}), "post", at=_case()),
    "manage:extend_jointly": Row(frozenset({"manager"}), "post", at=_case()),
    "manage:strike_pause": Row(frozenset({"supervisor"}), "post", at=_case()),
    "manage:ratings": Row(MANAGERS),
    "manage:mandates": Row(MANAGERS),
    "manage:standards": Row(MANAGERS),
    "manage:partners": Row(KEEPERS),
    "manage:steps": Row(KEEPERS),
    "manage:retry": Row(PUBLISHERS, "post", at=("job",)),
    "manage:exchange": Row(PUBLISHERS),
    "manage:export": Row(PUBLISHERS, at=("form",)),
    "manage:upload": Row(PUBLISHERS, "post"),
    "manage:import": Row(PUBLISHERS, at=("import_id",)),
    "manage:confirm_import": Row(PUBLISHERS, "post", at=("import_id",)),
    "manage:import_faults": Row(PUBLISHERS, at=("import_id",)),
    "manage:papers": Row(frozenset({"manager"})),
    "manage:paper": Row(frozenset({"manager"}), at=("template",)),
    "manage:paper_sample": Row(frozenset({"manager"}), at=("template",)),
    "manage:begin_paper": Row(frozenset({"manager"}), "post", at=("template",)),
    "manage:paper_proposal": Row(frozenset({"manager"}), at=("template_proposal",)),
    "manage:paper_proposed": Row(frozenset({"manager"}), at=("template_proposal",)),
    # The authors': managers write all items, chief officers those of their own department, managers review.
    "authoring:home": Row(AUTHORS),
    "authoring:begin": Row(AUTHORS),
    "authoring:subject": Row(OWN_AUTHORS, at=("kind", "item")),
    "authoring:begin_version": Row(OWN_AUTHORS, "post", at=("kind", "item")),
    "authoring:withdraw": Row(OWN_AUTHORS, "post", at=("kind", "item")),
    "authoring:edit": Row(OWN_AUTHORS, at=("proposal",)),
    "authoring:keep": Row(OWN_AUTHORS, "post", at=("proposal",)),
    "authoring:review": Row(OWN_AUTHORS, at=("proposal",)),
    "authoring:effects": Row(OWN_AUTHORS, at=("kind", "item")),
    "authoring:proposal_effects": Row(OWN_AUTHORS, at=("proposal",)),
    "authoring:comment": Row(OWN_AUTHORS, "post", at=("proposal",)),
    "authoring:recall": Row(OWN_AUTHORS, "post", at=("proposal",)),
    "authoring:return": Row(frozenset({"manager"}), "post", at=("proposal",)),
    "authoring:approve": Row(frozenset({"manager"}), "post", at=("proposal",)),
    "authoring:discard": Row(OWN_AUTHORS, "post", at=("proposal",)),
    "authoring:guide": Row(OWN_AUTHORS, at=("proposal",)),
    "authoring:counter": Row(OWN_AUTHORS, at=("proposal",)),
    "authoring:plan": Row(OWN_AUTHORS, at=("proposal",)),
    # REST.
    "api:find": Row(EVERYBODY),
    "api:guide": Row(EVERYBODY, at=("guide",)),
    "api:plan": Row(EVERYBODY, "post", body="plan"),
    "api:submit": Row(CLERKS, "post", body="submission"),
    "api:answer_inquiry": Row(MOTHER | CLERKS, "post", at=("number",), body="answer"),
    "api:show": Row(MOTHER | CLERKS | OWN_OFFICERS | MANAGERS, at=("number",)),
    "api:accept_all": Row(CLERKS, "post", at=("number",)),
    "api:hand_over_all": Row(MOTHER | CLERKS, "post", at=("number",)),
    "api:show_case": Row(MOTHER | CLERKS | OWN_OFFICERS | MANAGERS, at=_case()),
    "api:claim": Row(OWN_OFFICERS, "post", at=_case()),
    "api:unclaim": Row(OWN_OFFICERS, "post", at=_case()),
    "api:decide": Row(OWN_OFFICERS, "post", at=_case(), body="decision"),
    "api:propose_decision": Row(OWN_OFFICERS, "post", at=_case(), body="decision"),
    "api:propose_extension": Row(OWN_OFFICERS, "post", at=_case(), body="extension"),
    "api:approve": Row(OWN_OFFICERS, "post", at=_case()),
    "api:return_proposal": Row(OWN_OFFICERS, "post", at=_case(), body="returned"),
    # Accounts.
    "account_home": Row(LOGGED_IN),
    "account_counter": Row(CLERKS),
    "account_staff": Row(ADMINISTRATOR),
    "account_staff_new": Row(ADMINISTRATOR),
    "account_staff_member": Row(ADMINISTRATOR, at=("staff_id",)),
    "account_staff_roles": Row(ADMINISTRATOR, "post", at=("staff_id",)),
    "account_staff_password": Row(ADMINISTRATOR, "post", at=("staff_id",)),
    "account_staff_second_factor": Row(ADMINISTRATOR, "post", at=("staff_id",)),
    "account_staff_active": Row(ADMINISTRATOR, "post", at=("staff_id",)),
}


def named_addresses(patterns: Any = None, space: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from named_addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{space}{pattern.name}"


def test_every_address_stands_in_the_table() -> None:
    addresses, listed = set(named_addresses()), {*TABLE, *ELSEWHERE}
    assert addresses - listed == set()
    assert listed - addresses == set()


def ask(client: Client, name: str, row: Row, world: World) -> Any:
    address = reverse(name, args=[getattr(world, argument) for argument in row.at])
    sent = getattr(world, row.body) if row.body else {}
    if row.method == "get":
        return client.get(address, {"q": "xse"} if name == "api:find" else {})
    return (
        client.post(address, sent, content_type="application/json")
        if name.startswith("api:")
        else client.post(address, sent)
    )


def is_out(response: Any) -> bool:
    """A refusal, a page that does not exist for this person, or the way to the log-in."""
    away = response.status_code in {301, 302} and (
        "/accounts/login" in response["Location"] or response["Location"].startswith("/track/?number=")
    )
    return away or response.status_code in {401, 403, 404}


@pytest.mark.django_db
@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("name", TABLE)
def test_an_address_is_open_to_those_it_belongs_to_and_to_nobody_else(
    name: str, who: str, world: World
) -> None:
    client, row = Client(), TABLE[name]
    if CAST[who]:
        client.force_login(User.objects.get(username=CAST[who]))
    response = ask(client, name, row, world)
    assert response.status_code < 500
    assert is_out(response) != (who in row.who), f"{who} got {response.status_code} from {name}"


@pytest.mark.django_db  # with the others of this file: their world cannot be made while a browser runs
def test_the_world_has_both_a_decided_and_an_open_case(world: World, django_db_blocker: Any) -> None:
    from yichuang.cases.models import Case

    with django_db_blocker.unblock():
        stages = set(Case.objects.filter(application__number=world.number).values_list("stage", flat=True))
    assert {Stage.ISSUED, Stage.ACCEPTED} <= stages


@pytest.mark.django_db
def test_discarding_another_clerks_draft_leaves_it_there(world: World) -> None:
    client = Client()
    client.force_login(User.objects.get(username="clerk2"))
    client.post(reverse("counter:discard", args=[world.draft]))
    assert open_draft(staff("clerk1"), UUID(world.draft)).number
