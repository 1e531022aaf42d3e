"""Ratings (好差评): voluntary, once per application, after something was handed over."""

from typing import ClassVar

from django.db import models


class Rating(models.Model):
    """One rating of one application."""

    id = models.BigAutoField(primary_key=True)
    application = models.OneToOneField("cases.Application", models.PROTECT, related_name="rating")
    centre = models.ForeignKey("identity.Department", models.PROTECT, related_name="+", db_index=False)
    grade = models.CharField(max_length=10)
    comment = models.BinaryField(null=True, help_text="encrypted")
    channel = models.CharField(max_length=10)
    rated_at = models.DateTimeField()

    class Meta:
        db_table = "feedback_rating"
        indexes: ClassVar = [models.Index(fields=["centre", "-id"], name="rating_of_centre")]

    def __str__(self) -> str:
        return f"{self.grade} for {self.application_id}"
