"""Applications and their cases.

A case row is the fold of its ledger entries (`fold.py`) plus what never changes after receipt; nothing
outside `writing.py` updates it. Names, ID numbers, form values and free text are encrypted.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Draft(models.Model):
    """What a clerk has typed so far. Not yet an application: no clock runs, nobody else sees it."""

    key = models.UUIDField(primary_key=True)
    number = models.CharField(
        max_length=12, unique=True, help_text="申报号, given before receipt: queries cite it"
    )
    staff = models.ForeignKey("identity.Staff", models.CASCADE)
    target = models.CharField(max_length=80, help_text="bundle or item key")
    content = models.BinaryField(help_text="encrypted JSON: applicant, answers, values, sources, materials")
    revision = models.PositiveIntegerField(default=0, help_text="raised at each save: a second tab notices")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "cases_draft"
        indexes: ClassVar = [models.Index(fields=["staff", "-saved_at"], name="draft_of_staff")]

    def __str__(self) -> str:
        return self.number


class Application(models.Model):
    """One submission by one applicant (申办); holds one case per item."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=12, help_text="申报号: short, with a check character")
    key = models.UUIDField(
        unique=True, help_text="idempotency key: the same submission sent twice is one application"
    )
    target = models.CharField(max_length=80)
    target_name = models.CharField(max_length=80)
    release = models.PositiveIntegerField(help_text="the catalogue release it was received under")
    party = models.ForeignKey("identity.Party", models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey("identity.Party", models.PROTECT, related_name="+", null=True, db_index=False)
    centre = models.ForeignKey("identity.Department", models.PROTECT, related_name="+", db_index=False)
    counter = models.ForeignKey(
        "identity.Counter", models.PROTECT, related_name="+", null=True, db_index=False
    )
    channel = models.CharField(max_length=10)
    form = models.BinaryField(help_text="encrypted JSON: answers, values, sources")
    query_code = models.BinaryField(help_text="encrypted; opens the tracking page together with the number")
    query_failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    query_locked_until = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "cases_application"
        # Not `unique=True`: that makes a second index, for searches by prefix, which every submission would fill.
        constraints: ClassVar = [models.UniqueConstraint(fields=["number"], name="application_number")]
        indexes: ClassVar = [
            models.Index(fields=["centre", "-id"], name="application_of_centre"),
            models.Index(fields=["party", "-id"], name="application_of_party"),
            models.Index(
                fields=["agent", "-id"], name="application_of_agent", condition=Q(agent__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Case(models.Model):
    """One item being handled (办件)."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, models.PROTECT, related_name="cases")
    number = models.CharField(max_length=15)
    item_version = models.ForeignKey(
        "catalogue.ItemVersion", models.PROTECT, related_name="+", db_index=False
    )
    item_key = models.CharField(max_length=80)
    item_name = models.CharField(max_length=80)
    department = models.ForeignKey("identity.Department", models.PROTECT, related_name="+", db_index=False)
    partner = models.CharField(
        max_length=40, blank=True, help_text="the department's own system that handles it"
    )
    waits_for = ArrayField(
        models.CharField(max_length=80), help_text="sister items whose decision it waits for"
    )
    # What follows is the fold of its entries.
    stage = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, blank=True)
    pre_outcome = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text="模拟审批: how it will be decided if what is expected comes true; not a decision, counted nowhere",
    )
    waiting = models.PositiveSmallIntegerField(help_text="how many sisters it still waits for")
    started_at = models.DateTimeField(null=True, help_text="when the department's clock started")
    due_at = models.DateTimeField(null=True, help_text="promised")
    blue_at = models.DateTimeField(null=True, help_text="when its light turns blue")
    yellow_at = models.DateTimeField(null=True, help_text="when its light turns yellow")
    abnormal_at = models.DateTimeField(
        null=True,
        help_text="when its light turns purple: from then on it waits for what the law does not allow",
    )
    statutory_due_at = models.DateTimeField(null=True)
    correct_until = models.DateField(null=True)
    corrections_left = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="how often the applicant may still be asked to correct: told once"
    )
    gap_until = models.DateField(
        null=True, help_text="until when the gaps are to be cured; null: there are none"
    )
    claimed_by = models.BigIntegerField(null=True, help_text="staff id")
    claimed_until = models.DateTimeField(null=True)
    extensions_left = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="how often the limit may still be extended: once"
    )
    hearing = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="how far a hearing (听证) is"
    )
    hearing_until = models.DateField(null=True, help_text="until when it may be asked for, or is to be held")
    proposed = models.CharField(
        max_length=10, blank=True, db_default="", help_text="what waits for somebody's approval"
    )
    proposed_by = models.BigIntegerField(null=True, help_text="staff id")
    decided_at = models.DateTimeField(null=True)
    licence_id = models.BigIntegerField(null=True)
    inspection = models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        help_text="告知承诺: how it stands; empty: nothing was promised",
    )

    class Meta:
        db_table = "cases_case"
        constraints: ClassVar = [models.UniqueConstraint(fields=["number"], name="case_number")]
        indexes: ClassVar = [
            # The officers' work list: only what is to be worked on now, by what is due.
            models.Index(
                fields=["department", "due_at", "id"],
                name="case_worklist",
                condition=Q(stage__in=["accepted", "in_review"], waiting=0),
            ),
            models.Index(fields=["department", "-id"], name="case_of_department"),
            # What one officer has claimed: few rows, however long the department's list is.
            models.Index(
                fields=["claimed_by", "due_at", "id"],
                name="case_claimed",
                condition=Q(stage__in=["accepted", "in_review"], claimed_by__isnull=False),
            ),
            # What waits for approval: few rows.
            models.Index(
                fields=["department", "due_at", "id"],
                name="case_proposed",
                condition=Q(stage="in_review") & ~Q(proposed=""),
            ),
            # What was granted on a commitment and is not done with: few rows.
            models.Index(
                fields=["department", "due_at", "id"],
                name="case_to_inspect",
                condition=Q(inspection__in=["broken", "due", "ordered"]),
            ),
            # The manager's counts of what ended without what was applied for; a number begins with its day.
            models.Index(
                fields=["number"],
                name="case_lost",
                condition=Q(
                    stage__in=[
                        "declined",
                        "deemed_withdrawn",
                        "rescinded",
                        "revoked",
                        "terminated",
                        "withdrawn",
                    ]
                )
                | Q(outcome="refused"),
            ),
            # The manager's counts: what is open, never the millions that are closed.
            models.Index(
                fields=["department", "stage"],
                name="case_open",
                condition=~Q(
                    stage__in=[
                        "closed",
                        "declined",
                        "deemed_withdrawn",
                        "rescinded",
                        "revoked",
                        "terminated",
                        "withdrawn",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ApplicationMaterial(models.Model):
    """A material of an application, asked once for all its cases, and how it was settled."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, models.PROTECT, related_name="materials")
    material = models.CharField(max_length=80, help_text="material type key")
    items = ArrayField(models.CharField(max_length=80), help_text="items that need it")
    necessity = models.CharField(max_length=12)
    source = models.CharField(max_length=10, help_text="SourceKind; empty while missing")
    reference = models.CharField(
        max_length=80, blank=True, help_text="licence type, resource or item that settles it"
    )
    evidence_id = models.BigIntegerField(null=True)
    file = models.ForeignKey("base.StoredFile", models.PROTECT, null=True, db_index=False, related_name="+")
    checked = models.BooleanField(default=False, help_text="a clerk looked at the original")

    class Meta:
        db_table = "cases_material"

    def __str__(self) -> str:
        return f"{self.application_id} {self.material}"


class Gap(models.Model):
    """容缺: what was missing when a case was accepted all the same, who took it on, and until when it may follow."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="gaps")
    materials = ArrayField(models.CharField(max_length=80), help_text="material type keys")
    approved_by = models.BigIntegerField(help_text="staff id")
    opened_at = models.DateTimeField()
    until = models.DateField()
    cured_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_gap"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case"], name="gap_of_case_once")]

    def __str__(self) -> str:
        return f"gap of {self.case_id} until {self.until}"


class Inquiry(models.Model):
    """征询: the applicant is asked, as this member was not granted, whether to go on with the rest or withdraw it."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(Application, models.PROTECT, related_name="inquiries")
    case = models.ForeignKey(Case, models.PROTECT, related_name="inquiries", db_index=False)
    asked_at = models.DateTimeField()
    until = models.DateField()
    answer = models.CharField(max_length=10, blank=True, help_text="data.Answer; empty while it is open")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_inquiry"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case"], name="inquiry_about_case_once")]

    def __str__(self) -> str:
        return f"inquiry about {self.case_id} until {self.until}"


class Remark(models.Model):
    """Free text that belongs to a ledger entry: an opinion, a reason, what is to be corrected. Encrypted."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=12)
    text = models.BinaryField()
    author_kind = models.CharField(max_length=10)
    author_id = models.BigIntegerField()
    written_at = models.DateTimeField()

    class Meta:
        db_table = "cases_remark"

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class CreditRecord(models.Model):
    """失信记录: a promise (告知承诺) was broken, and until when no other is taken from the same applicant."""

    id = models.BigAutoField(primary_key=True)
    party_index = models.BinaryField(help_text="blind index of the applicant's number")
    case = models.ForeignKey(Case, models.PROTECT, related_name="credit_records")
    reason = models.ForeignKey(Remark, models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()
    until = models.DateField(help_text="the last day on which it bars")
    ended_at = models.DateTimeField(null=True, help_text="信用修复, or annulled; null: it bars")
    ended_because = models.ForeignKey(Remark, models.PROTECT, related_name="+", null=True, db_index=False)

    class Meta:
        db_table = "cases_credit_record"
        indexes: ClassVar = [
            models.Index(fields=["party_index"], name="credit_of_party", condition=Q(ended_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.case_id} bars until {self.until}"


class OpinionRound(models.Model):
    """征求意见, 联合审查: other departments are asked about a case, at most once at a time, by the rules of then."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="opinion_rounds")
    position = models.PositiveSmallIntegerField(help_text="the first round of a case is 1")
    question = models.ForeignKey(Remark, models.PROTECT, related_name="+", db_index=False)
    join_rule = models.CharField(max_length=14)
    no_answer = models.CharField(max_length=12)
    binding = models.BooleanField()
    asked_at = models.DateTimeField()
    until = models.DateField()
    support = models.CharField(max_length=14, blank=True, help_text="empty while it is open")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_opinion_round"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "position"], name="opinion_round_once"),
            models.UniqueConstraint(fields=["case"], name="one_opinion_round", condition=Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return f"round {self.position} of {self.case_id}"


class Opinion(models.Model):
    """The opinion of one department in a round: empty until it answers, then it stays as it is."""

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(OpinionRound, models.PROTECT, related_name="opinions", db_index=False)
    department = models.ForeignKey("identity.Department", models.PROTECT, related_name="+", db_index=False)
    answer = models.CharField(max_length=10, blank=True)
    remark = models.ForeignKey(Remark, models.PROTECT, related_name="+", null=True, db_index=False)
    answered_by = models.BigIntegerField(null=True, help_text="staff id")
    answered_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False, help_text="given when the round had ended: it changed nothing")

    class Meta:
        db_table = "cases_opinion"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "department"], name="opinion_of_department_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["department", "-id"], name="opinion_of_department"),
            models.Index(fields=["department", "-id"], name="opinion_owed", condition=Q(answer="")),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} on {self.round_id}"


class OpinionTemplate(models.Model):
    """意见模板: words that officers put into their opinions, written by their head. A change is a new row."""

    id = models.BigAutoField(primary_key=True)
    department = models.ForeignKey("identity.Department", models.PROTECT, related_name="+", db_index=False)
    item_key = models.CharField(max_length=80, blank=True, help_text="empty: every item of the department")
    name = models.CharField(max_length=20)
    text = models.TextField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_opinion_template"
        indexes: ClassVar = [
            models.Index(fields=["department"], name="opinion_template_of", condition=Q(removed_at=None))
        ]

    def __str__(self) -> str:
        return self.name


class OpinionDraft(models.Model):
    """An opinion (审批意见) that an officer is still writing. Encrypted; hers alone; gone when the case is decided."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="opinion_drafts", db_index=False)
    staff = models.ForeignKey("identity.Staff", models.CASCADE, related_name="+")
    text = models.BinaryField()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "cases_opinion_draft"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "staff"], name="opinion_draft_of_officer_once")
        ]

    def __str__(self) -> str:
        return f"opinion of {self.staff_id} on {self.case_id}"
