"""The partitioned entry table, append-only by trigger, and the seals."""

from typing import ClassVar

from django.db import migrations, models

ENTRIES = """
CREATE SEQUENCE ledger_entry_id_seq AS bigint CACHE 1;
CREATE TABLE ledger_entry (
    id bigint NOT NULL DEFAULT nextval('ledger_entry_id_seq'),
    at timestamptz NOT NULL,
    verb text NOT NULL,
    actor_kind text NOT NULL,
    actor_id bigint NOT NULL,
    subject_kind text NOT NULL,
    subject_id bigint NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}',
    xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX ledger_entry_subject ON ledger_entry (subject_kind, subject_id, id);
CREATE INDEX ledger_entry_xid ON ledger_entry (xid);
-- A month whose partition was not made ahead of time still takes entries: no act is ever refused for it.
CREATE TABLE ledger_entry_default PARTITION OF ledger_entry DEFAULT;

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
SEALS = """
CREATE TRIGGER ledger_seal_append_only BEFORE UPDATE OR DELETE ON ledger_seal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_seal_no_truncate BEFORE TRUNCATE ON ledger_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.RunSQL(ENTRIES, "DROP TABLE ledger_entry; DROP SEQUENCE ledger_entry_id_seq;"),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("verb", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.BigIntegerField()),
                ("subject_kind", models.TextField()),
                ("subject_id", models.BigIntegerField()),
                ("facts", models.JSONField()),
                ("xid", models.BigIntegerField(help_text="the writing transaction: what a seal covers is a range of these")),
            ],
            options={"db_table": "ledger_entry", "managed": False},
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("from_xid", models.BigIntegerField(unique=True)),
                ("to_xid", models.BigIntegerField()),
                ("entry_count", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("digest", models.BinaryField(help_text="SHA-256 over the entries, in order of id", max_length=32)),
                ("chain", models.BinaryField(help_text="SHA-256 over the previous chain value, range, count, digest", max_length=32)),
                ("signature", models.BinaryField(help_text="Ed25519 over the chain value", max_length=64)),
                ("key_id", models.CharField(max_length=16)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_seal",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("to_xid__gt", models.F("from_xid"))), name="seal_range"),
                ],
            },
        ),
        migrations.RunSQL(SEALS, migrations.RunSQL.noop),
    ]
