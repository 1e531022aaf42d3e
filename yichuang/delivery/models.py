"""Hand-overs: all results of an application given out in one act (统一窗口出件), and parcels on their way to it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class HandOver(models.Model):
    """One hand-over: through which channel, by whom, to whom."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey("cases.Application", models.PROTECT, related_name="hand_overs")
    channel = models.CharField(max_length=10, help_text="counter, download or courier")
    receiver = models.ForeignKey("identity.Party", models.PROTECT, related_name="+", db_index=False)
    counter = models.ForeignKey(
        "identity.Counter", models.PROTECT, null=True, related_name="+", db_index=False
    )
    case_ids = ArrayField(models.BigIntegerField(), help_text="the cases whose results went out")
    handed_over_at = models.DateTimeField()

    class Meta:
        db_table = "delivery_hand_over"

    def __str__(self) -> str:
        return f"hand-over {self.id}"


class ParcelState(models.TextChoices):
    """How far a parcel is. Stored: a value may be added, never changed."""

    ASKED = "asked", _("待寄出")
    SENT = "sent", _("已寄出")
    SIGNED = "signed", _("已签收")
    REFUSED = "refused", _("收件人拒收")
    RETURNED = "returned", _("无法投递，已退回")


class Parcel(models.Model):
    """邮寄: the applicant's wish to have results sent, and what became of it. Address and name are encrypted."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey("cases.Application", models.PROTECT, related_name="parcels")
    state = models.CharField(max_length=10, choices=ParcelState)
    recipient = models.BinaryField(help_text="encrypted JSON: name, phone, address")
    asked_at = models.DateTimeField()
    carrier = models.CharField(max_length=40, blank=True)
    waybill = models.CharField(max_length=40, blank=True, help_text="运单号")
    case_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="the cases whose results are in it"
    )
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="when it was signed for, refused or returned")
    signed_by = models.BinaryField(null=True, help_text="encrypted: who signed")
    hand_over = models.OneToOneField(HandOver, models.PROTECT, null=True, related_name="parcel")

    class Meta:
        db_table = "delivery_parcel"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"],
                name="parcel_open_once",
                condition=models.Q(state__in=["asked", "sent"]),
            ),
            models.UniqueConstraint(
                fields=["carrier", "waybill"], name="waybill_once", condition=~models.Q(waybill="")
            ),
        ]

    def __str__(self) -> str:
        return f"parcel {self.id}"
