"""Who is who: accounts, applicants, departments, counters, staff and the mandates between them."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from yichuang.identity.data import Actor, Assurance, Power, Role

_POWERS = [power.value for power in Power]
_ROLES = [role.value for role in Role]


class User(AbstractBaseUser):
    """An account (账号) that can log in: of a member of staff, or of an applicant.

    It holds nothing of the person: no name, no e-mail address. A member of staff logs in with a staff
    number; the username of an applicant is a random key. Names live in the encrypted rows, rights in
    `Staff.roles`, so Django's own groups and permissions are left out.
    """

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=60, unique=True)
    is_active = models.BooleanField(default=True, help_text="if not: logged out at the next request")

    objects = BaseUserManager["User"]()

    #: Who acts, where it was read together with the account (`queries.account`).
    known_actor: Actor | None = None

    USERNAME_FIELD = "username"

    class Meta:
        db_table = "identity_user"

    def __str__(self) -> str:
        return self.username


class Region(models.Model):
    """An administrative division (区划, GB/T 2260 and GB/T 10114)."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True)

    class Meta:
        db_table = "identity_region"

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """An organ that performs items (实施主体), or the service centre that fronts for them."""

    id = models.BigAutoField(primary_key=True)
    key = models.SlugField(max_length=40, unique=True, help_text="the catalogue's name for it")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=20)
    uscc = models.CharField(max_length=18, unique=True, help_text="统一社会信用代码")
    region = models.ForeignKey(Region, models.PROTECT)
    is_centre = models.BooleanField(
        default=False, help_text="行政服务中心: holds mandates, performs no items"
    )

    class Meta:
        db_table = "identity_department"

    def __str__(self) -> str:
        return self.name


class SealKey(models.Model):
    """The electronic seal of a department (电子印章): a certificate and its private key."""

    id = models.BigAutoField(primary_key=True)
    department = models.ForeignKey(Department, models.PROTECT, related_name="seal_keys")
    certificate = models.BinaryField(help_text="PEM, the leaf first, then its issuers")
    private_key = models.BinaryField(help_text="PEM PKCS 8, encrypted at rest")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        db_table = "identity_seal_key"

    def __str__(self) -> str:
        return f"seal of {self.department_id} until {self.valid_until:%Y-%m-%d}"


class Counter(models.Model):
    """A counter (窗口) of a centre; a comprehensive one (综合窗口) takes any item of any department."""

    id = models.BigAutoField(primary_key=True)
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    centre = models.ForeignKey(Department, models.PROTECT, related_name="counters")
    place = models.CharField(max_length=80, blank=True)
    boards = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="the boards (板块) whose items it takes; empty: all (无差别受理)",
    )

    class Meta:
        db_table = "identity_counter"

    def __str__(self) -> str:
        return self.name


class Mandate(models.Model):
    """业务委托书: `department` lets `centre` receive, accept or deliver in its name."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40, unique=True, help_text="文号")
    department = models.ForeignKey(Department, models.PROTECT, related_name="mandates_given")
    centre = models.ForeignKey(Department, models.PROTECT, related_name="mandates_held")
    powers = ArrayField(models.CharField(max_length=10))
    item_keys = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text="empty: all items of the department",
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="the last day on which it holds")

    class Meta:
        db_table = "identity_mandate"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(powers__contained_by=_POWERS) & ~models.Q(powers=[]),
                name="mandate_powers",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="mandate_range",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Staff(models.Model):
    """A member of staff with roles, in one department (or the centre)."""

    id = models.BigAutoField(primary_key=True)
    user = models.OneToOneField(User, models.PROTECT, related_name="staff")
    name = models.CharField(max_length=40)
    department = models.ForeignKey(Department, models.PROTECT, related_name="staff")
    counter = models.ForeignKey(
        Counter,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="staff",
        help_text="where she sits today",
    )
    roles = ArrayField(models.CharField(max_length=20))
    is_active = models.BooleanField(default=True, help_text="changes together with the account's")

    class Meta:
        db_table = "identity_staff"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(roles__contained_by=_ROLES), name="staff_roles"),
        ]

    def __str__(self) -> str:
        return self.name


class Substitution(models.Model):
    """代班: who acts for an officer on leave, from one day to another, as the chief officer has set it."""

    id = models.BigAutoField(primary_key=True)
    absent = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    substitute = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    first = models.DateField()
    last = models.DateField()
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="back earlier than was said")

    class Meta:
        db_table = "identity_substitution"

    def __str__(self) -> str:
        return f"{self.substitute_id} for {self.absent_id}"


class PartyKind(models.TextChoices):
    """Whom items serve, as far as an applicant can be one (GB/T 39046 A.4, folded to two)."""

    PERSON = "person", "自然人"
    ORGANISATION = "organisation", "法人和其他组织"


class Party(models.Model):
    """Who applies (申请人) or acts for somebody (代办人): a person or organisation. Encrypted at rest."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=PartyKind.choices)
    number_index = models.BinaryField(max_length=32, help_text="blind index of the ID number or USCC")
    number = models.BinaryField(help_text="encrypted")
    name = models.BinaryField(help_text="encrypted")
    phone = models.BinaryField(null=True, help_text="encrypted")
    phone_index = models.BinaryField(max_length=32, null=True)
    user = models.OneToOneField(User, models.SET_NULL, null=True, blank=True, related_name="party")
    assurance = models.CharField(
        max_length=10,
        choices=[(level.value, level.value) for level in Assurance],
        default=Assurance.STATED.value,
        help_text="how it was proved that the account speaks for this party",
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "identity_party"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "number_index"], name="party_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["phone_index"], name="party_phone")]

    def __str__(self) -> str:
        return f"party {self.id}"
