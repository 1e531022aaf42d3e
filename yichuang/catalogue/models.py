"""Published catalogues. Immutable: a release, and the versions that it brought, are never changed or deleted."""

from typing import ClassVar

from django.db import models


class Release(models.Model):
    """One publication of a city's catalogue: everything but the items and bundles, which have versions of their own."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content")
    source_digest = models.CharField(
        max_length=64, help_text="SHA-256 of the folder's files; empty where it was not published from files"
    )
    content = models.TextField(help_text="JSON of the catalogue; items and bundles as key → version")
    establishment = models.TextField(
        default="", help_text="JSON of the folder's organs and days; empty in releases of older programs"
    )
    templates = models.TextField(help_text="JSON of the document templates: name → typst source")
    actor_kind = models.CharField(max_length=20)
    actor_id = models.BigIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_release"

    def __str__(self) -> str:
        return f"release {self.id}"


class ItemVersion(models.Model):
    """An item as one release published it (事项版本). Cases keep the version under which they were accepted."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    release = models.ForeignKey(Release, models.PROTECT, related_name="item_versions")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content")
    content = models.TextField(help_text="JSON; text, because jsonb forgets the order of options and choices")

    class Meta:
        db_table = "catalogue_item_version"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="item_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class BundleVersion(models.Model):
    """A bundle as one release published it (一件事版本)."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    release = models.ForeignKey(Release, models.PROTECT, related_name="bundle_versions")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content")
    content = models.TextField(help_text="JSON; text, because jsonb forgets the order of options and choices")

    class Meta:
        db_table = "catalogue_bundle_version"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="bundle_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
