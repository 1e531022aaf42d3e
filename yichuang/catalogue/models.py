"""Published catalogues. Immutable: a release, and the versions that it brought, are never changed or deleted."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
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


class PublishedFile(models.Model):
    """A blank form or a sample that a release names (空表、样表、结果样本); kept once, whatever it is called."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    content = models.BinaryField()

    class Meta:
        db_table = "catalogue_file"

    def __str__(self) -> str:
        return self.sha256


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


class Proposal(models.Model):
    """A change to the catalogue that somebody writes, the centre reviews and a release takes in (草案)."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, help_text="items | bundles")
    key = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    department = models.CharField(max_length=40, help_text="key of the department whose item it is")
    change = models.CharField(max_length=10, help_text="write | withdraw")
    stage = models.CharField(max_length=12)
    revision = models.PositiveIntegerField(default=0, help_text="number of the revision that counts")
    base_version = models.PositiveIntegerField(default=0, help_text="the version it starts from; 0: none")
    publish_on = models.DateField(null=True, help_text="the day from which it is to be in force")
    author = models.ForeignKey("identity.Staff", models.PROTECT, related_name="+", db_index=False)
    release = models.ForeignKey(Release, models.PROTECT, null=True, related_name="+", db_index=False)
    moved_at = models.DateTimeField(help_text="when it came to its stage")

    class Meta:
        db_table = "catalogue_proposal"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                name="proposal_open_once",
                condition=models.Q(stage__in=["draft", "in_review", "approved"]),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "key", "-id"], name="proposal_of_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.stage}"


class Revision(models.Model):
    """What somebody had typed at one save. None is changed or deleted: no word is ever lost."""

    id = models.BigAutoField(primary_key=True)
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    content = models.TextField(help_text="JSON as typed (typed.py)")
    author = models.ForeignKey("identity.Staff", models.PROTECT, related_name="+", db_index=False)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_revision"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "number"], name="revision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} r{self.number}"


class Comment(models.Model):
    """An opinion on a proposal, or the words of an act on it (意见). Staff act in public: not encrypted."""

    id = models.BigAutoField(primary_key=True)
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="comments")
    verb = models.CharField(max_length=30)
    text = models.TextField()
    author = models.ForeignKey(
        "identity.Staff",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="none: the platform",
    )
    written_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_comment"

    def __str__(self) -> str:
        return f"{self.verb} {self.proposal_id}"


class SearchEntry(models.Model):
    """What search finds of the release in force; derived from it, and so the one table here that changes."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, help_text="bundle | item")
    key = models.CharField(max_length=80)
    name = models.TextField()
    department = models.TextField(help_text="name of the department")
    department_key = models.CharField(max_length=80)
    board = models.TextField()
    code = models.TextField(help_text="基本编码 of an item")
    tier = models.SmallIntegerField(help_text="how early it is looked at where a word is common: 0, 1, 2")
    rank = models.SmallIntegerField(help_text="among equals: bundles first, then the shorter name")
    texts = models.TextField(
        help_text="JSON of [field, text]: what is compared with the words that were typed"
    )
    words = SearchVectorField(help_text="lexemes, see finding/lexemes.py")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what the row was made from")

    class Meta:
        db_table = "catalogue_search"
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key"], name="search_entry_once")]
        # One index a tier: what is looked at first is small. New rows are found at once, not after a clean-up.
        indexes: ClassVar = [
            GinIndex(
                fields=["words"],
                name=f"catalogue_search_{tier}",
                condition=models.Q(tier=tier),
                fastupdate=False,
            )
            for tier in (0, 1, 2)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ImportMapping(models.Model):
    """What a centre's spreadsheet calls our sheets, columns and words (导入对照), kept for the next time."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    content = models.JSONField(help_text="sheets, columns and words as `spreadsheet_taking.Mapped` has them")

    class Meta:
        db_table = "catalogue_import_mapping"

    def __str__(self) -> str:
        return self.name


class CatalogueImport(models.Model):
    """A file that somebody brings in (目录导入): what it would change, every fault in it, and what became of it."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey("base.StoredFile", models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200, help_text="what the file was called")
    mapping = models.JSONField(
        help_text="the mapping it is read by, as it was then: `spreadsheet_taking.Mapped`"
    )
    mapping_name = models.CharField(max_length=60, help_text="empty: none")
    language = models.CharField(max_length=10, help_text="in which its findings are written")
    stage = models.CharField(max_length=10, help_text="looking | looked | taking | taken | refused")
    percent = models.PositiveSmallIntegerField(default=0, help_text="how far the looking or taking is")
    base = models.BigIntegerField(default=0, help_text="the release over which it was looked at; 0: none")
    fault_count = models.PositiveIntegerField(default=0)
    change_count = models.PositiveIntegerField(default=0)
    remarks = models.JSONField(default=list, help_text="sentences: what to know although nothing is wrong")
    refusal = models.TextField(default="", help_text="why it was refused as a whole")
    release = models.ForeignKey(Release, models.PROTECT, null=True, related_name="+", db_index=False)
    author = models.ForeignKey("identity.Staff", models.PROTECT, related_name="+", db_index=False)
    confirmed_by = models.ForeignKey(
        "identity.Staff", models.PROTECT, null=True, related_name="+", db_index=False
    )
    moved_at = models.DateTimeField(help_text="when it came to its stage")

    class Meta:
        db_table = "catalogue_import"

    def __str__(self) -> str:
        return f"import {self.id} {self.stage}"


class ImportFault(models.Model):
    """A fault that looking at an import found; `number`: its place in their order."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(CatalogueImport, models.CASCADE, related_name="faults", db_index=False)
    number = models.PositiveIntegerField()
    path = models.TextField(help_text="sheet, or file of a package; empty: the catalogue as a whole")
    line = models.PositiveIntegerField()
    place = models.TextField(help_text="column, or place in a file")
    problem = models.TextField()
    remedy = models.TextField()
    source = models.TextField(help_text="the law or standard of the rule that finds it; may be empty")

    class Meta:
        db_table = "catalogue_import_fault"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of", "number"], name="import_fault_once"),
        ]

    def __str__(self) -> str:
        return f"{self.of_id} {self.number}"


class ImportChange(models.Model):
    """An entry of the catalogue that an import would add, change or withdraw."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(CatalogueImport, models.CASCADE, related_name="changes", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=30, help_text="a list of `labels.LISTS`")
    key = models.TextField()
    name = models.TextField()
    fate = models.CharField(max_length=10, help_text="added | changed | withdrawn")
    differences = models.JSONField(help_text="[label, before, after] each")

    class Meta:
        db_table = "catalogue_import_change"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of", "number"], name="import_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.of_id} {self.number}"
