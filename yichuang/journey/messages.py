"""The messages to an applicant (短信): what each says, and whether there is somebody to say it to.

A text goes to the applicant's own phone, so it may hold the query code; it names no person. It is kept
encrypted and never logged. Every function may run twice: `notices.messages` queues one message per key.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from yichuang.base.errors import Refused
from yichuang.cases import queries, reading, rules
from yichuang.cases.models import Application, Case, Inquiry
from yichuang.cases.states import SETTLED, UNDECIDED_ENDS, Stage, Verb
from yichuang.delivery.models import Parcel, ParcelState
from yichuang.identity import queries as identity_queries
from yichuang.identity.data import SYSTEM, Actor
from yichuang.notices import messages
from yichuang.notices.data import MessageKind

#: Of what is to be corrected so many characters stand in the message; the notice says all of it.
_MOST_TOLD = 120
#: Stages before the acceptance or beside it.
_NOT_ACCEPTED = (Stage.RECEIVED, Stage.CORRECTING, *UNDECIDED_ENDS)


def received(application_id: int, *, now: datetime) -> None:
    """收件告知: the number and the query code with which everything else is found."""
    application = _application(application_id)
    text = _("您申请的“%(target)s”已收件。申报号%(number)s，查询密码%(code)s，请勿告诉他人。查进度：%(link)s")
    facts = {**_facts(application), "code": reading.query_code(application.id)}
    _queue(application, MessageKind.RECEIVED, application.number, text % facts, now=now)


def accepted(case_id: int, *, now: datetime) -> None:
    """受理告知, one for the whole application."""
    application = _application_of(case_id)
    count = Case.objects.filter(application_id=application.id).exclude(stage__in=_NOT_ACCEPTED).count()
    text = _("您申请的“%(target)s”（申报号%(number)s）已受理%(count)d项。受理通知书和办理期限：%(link)s")
    facts = {**_facts(application), "count": count}
    _queue(application, MessageKind.ACCEPTED, application.number, text % facts, now=now)


def correction(case_id: int, *, entry_id: int, now: datetime) -> None:
    """补正告知: what, until when. Nothing where the case was corrected in the meantime."""
    case = Case.objects.get(id=case_id)
    if case.stage != Stage.CORRECTING or case.correct_until is None:
        return
    application = _application(case.application_id)
    told = " ".join(reading.reason_of(case_id, Verb.ASK_CORRECTION).split())
    text = _("您申请的“%(item)s”（%(case)s）需要补正，请在%(day)s前办理：%(told)s 告知书全文：%(link)s")
    facts = {
        **_facts(application),
        "item": case.item_name,
        "case": case.number,
        "day": _("%(month)d月%(day)d日") % {"month": case.correct_until.month, "day": case.correct_until.day},
        "told": told if len(told) <= _MOST_TOLD else told[: _MOST_TOLD - 1] + "…",
    }
    occasion = f"{case.number}.{entry_id}"
    _queue(application, MessageKind.CORRECTION, occasion, text % facts, case_number=case.number, now=now)


def procedure_begun(case_id: int, *, entry_id: int, name: str, until: date, now: datetime) -> None:
    """特别程序告知: which, and until when it is expected to take."""
    text = _(
        "您申请的“%(item)s”（%(case)s）需要进行%(name)s，预计%(until)s完成，这段时间不计入办理时限。告知书：%(link)s"
    )
    _of_case(case_id, entry_id, text, {"name": name, "until": until.isoformat()}, now)


def hearing_right(case_id: int, *, entry_id: int, until: date, now: datetime) -> None:
    """听证权利告知: until when one may be asked for."""
    text = _("您申请的“%(item)s”（%(case)s）作出决定前可以要求听证，请在%(until)s前答复。告知书：%(link)s")
    _of_case(case_id, entry_id, text, {"until": until.isoformat()}, now, kind=MessageKind.HEARING)


def clock_corrected(case_id: int, *, entry_id: int, name: str, until: date, now: datetime) -> None:
    """计时更正告知: which pause counts for nothing, and until when it will be decided now."""
    text = _(
        "您申请的“%(item)s”（%(case)s）的%(name)s不应扣除办理时间，已更正，最迟%(until)s前作出决定。告知书：%(link)s"
    )
    _of_case(case_id, entry_id, text, {"name": name, "until": until.isoformat()}, now)


def extended(case_id: int, *, entry_id: int, until: date, now: datetime) -> None:
    """延长期限告知: until when it will be decided now."""
    text = _("您申请的“%(item)s”（%(case)s）经批准延长办理期限，最迟%(until)s前作出决定。告知书：%(link)s")
    _of_case(case_id, entry_id, text, {"until": until.isoformat()}, now)


def parcel(parcel_id: int, *, entry_id: int, now: datetime) -> None:
    """邮寄告知: by whom it was sent under which number, or that it came back."""
    row = Parcel.objects.get(id=parcel_id)
    application = _application(row.application_id)
    if row.state == ParcelState.SENT:
        text = _("您申请的“%(target)s”的结果已由%(carrier)s寄出，运单号%(waybill)s。查进度：%(link)s")
    elif row.state == ParcelState.SIGNED:  # meanwhile it has arrived
        return
    else:
        text = _(
            "寄给您的“%(target)s”结果没有送到（%(carrier)s %(waybill)s），已退回，请到窗口或网上领取：%(link)s"
        )
    facts = {**_facts(application), "carrier": row.carrier, "waybill": row.waybill}
    _queue(application, MessageKind.PARCEL, f"{application.number}.{entry_id}", text % facts, now=now)


def extended_jointly(application_id: int, *, entry_id: int, until: date, now: datetime) -> None:
    """延长期限告知 of a whole: until when all of it will be decided now."""
    application = _application(application_id)
    text = _(
        "您申请的“%(target)s”（申报号%(number)s）经批准延长整体办理期限，最迟%(until)s前全部办完。告知书：%(link)s"
    )
    facts = {**_facts(application), "until": until.isoformat()}
    _queue(application, MessageKind.LONGER, f"{application.number}.{entry_id}", text % facts, now=now)


def inquiry(inquiry_id: int, *, now: datetime) -> None:
    """征询告知: what was not granted, and until when to say whether to go on with the rest. Not once it is answered."""
    asked = Inquiry.objects.select_related("case").get(id=inquiry_id)
    if asked.answer:
        return
    application = _application(asked.application_id)
    text = _(
        "您申请的“%(target)s”（申报号%(number)s）中“%(item)s”没有办成。其余事项继续办还是撤回，请在%(day)s前答复：%(link)sanswer/"
    )
    day = _("%(month)d月%(day)d日") % {"month": asked.until.month, "day": asked.until.day}
    facts = {**_facts(application), "item": asked.case.item_name, "day": day}
    occasion = f"{asked.case.number}.{asked.id}"
    _queue(application, MessageKind.INQUIRY, occasion, text % facts, case_number=asked.case.number, now=now)


def ready(case_id: int, *, now: datetime) -> None:
    """领取通知, once every case of the application is settled and something waits to be handed over."""
    application = _application_of(case_id)
    stages = list(Case.objects.filter(application_id=application.id).values_list("stage", flat=True))
    waiting = stages.count(Stage.ISSUED)
    if not waiting or not set(stages) <= SETTLED:
        return
    text = _(
        "您申请的“%(target)s”（申报号%(number)s）已办好，有%(count)d件结果可领：带身份证件到窗口，或网上领取 %(link)s"
    )
    facts = {**_facts(application), "count": waiting}
    _queue(application, MessageKind.READY, application.number, text % facts, now=now)


def send_papers(*, actor: Actor, number: str, now: datetime) -> bool:
    """Send the applicant the address of the receipt and the notices again; False just after the last time.

    Raises `NotVisible` for an application that is not the actor's to see, `Forbidden` for who is not at a
    counter, `Refused` where the applicant left no phone number.
    """
    rules.check_clerk(actor)
    application = _application(queries.application(actor, number, now=now).id)
    phone = _phone(application, now)
    if not phone:
        sentence = _("申请人没有登记手机号，不能发短信。请打印文书交给申请人。")
        raise Refused(sentence, code="no_phone")
    facts = {**_facts(application), "code": reading.query_code(application.id)}
    # The applicant's language, not that of the clerk's screen.
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "“%(target)s”的收件凭证、受理通知书和进度：%(link)s 申报号%(number)s，查询密码%(code)s，请勿告诉他人。"
        )
        signed = _signed(application, text % facts)
    return messages.resend(
        actor=actor, application_number=application.number, phone=phone, text=signed, now=now
    )


def rectification(case_id: int, *, entry_id: int, until: date, now: datetime) -> None:
    """责令改正告知: what was promised is to be put right, until when."""
    text = _(
        "您承诺办理的“%(item)s”（%(case)s）经核查与承诺不符，请在%(until)s前改正，否则撤销决定。通知书：%(link)s"
    )
    _of_case(case_id, entry_id, text, {"until": until.isoformat()}, now, kind=MessageKind.CORRECTION)


def _of_case(
    case_id: int,
    entry_id: int,
    text: str,
    facts: Mapping[str, str],
    now: datetime,
    *,
    kind: MessageKind = MessageKind.LONGER,
) -> None:
    """A message about one case, for the occasion of this entry."""
    case = Case.objects.get(id=case_id)
    application = _application(case.application_id)
    said = text % {**_facts(application), "item": case.item_name, "case": case.number, **facts}
    occasion = f"{case.number}.{entry_id}"
    _queue(application, kind, occasion, said, case_number=case.number, now=now)


def _queue(
    application: Application,
    kind: MessageKind,
    occasion: str,
    text: str,
    *,
    case_number: str = "",
    now: datetime,
) -> None:
    """Queue the message; without a phone number there is nobody to send it to."""
    phone = _phone(application, now)
    if phone:
        messages.queue_message(
            key=f"{kind}:{occasion}",
            application_number=application.number,
            case_number=case_number,
            phone=phone,
            text=_signed(application, text),
            now=now,
        )


def _application(application_id: int) -> Application:
    return Application.objects.select_related("centre").defer("form", "query_code").get(id=application_id)


def _application_of(case_id: int) -> Application:
    return _application(Case.objects.values_list("application_id", flat=True).get(id=case_id))


def _phone(application: Application, now: datetime) -> str:
    """The applicant's phone number, recorded as read for this purpose."""
    party = identity_queries.party(
        SYSTEM, application.party_id, purpose="message", application_number=application.number, now=now
    )
    return party.phone


def _facts(application: Application) -> dict[str, str | int]:
    return {
        "target": application.target_name,
        "number": application.number,
        "link": f"{settings.PUBLIC_URL}/track/{application.number}/",
    }


def _signed(application: Application, text: str) -> str:
    """Text messages begin with their sender."""
    return f"【{application.centre.name}】{text}"
