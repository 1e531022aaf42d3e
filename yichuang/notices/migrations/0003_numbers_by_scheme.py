from django.db import migrations

# A series is the number with its running part left open; every paper so far ends in it.
_TAKE_OVER = r"""
INSERT INTO base_serial (series, last)
SELECT department_id || ':' || regexp_replace(number, '[0-9]+号$', '{seq}号'),
       max(substring(number FROM '([0-9]+)号$')::bigint)
FROM notices_notice WHERE number ~ '[0-9]+号$' GROUP BY 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0002_serial'),
        ('notices', '0002_reminders'),
    ]

    operations = [
        migrations.RunSQL(_TAKE_OVER, migrations.RunSQL.noop),
        migrations.DeleteModel(name='NoticeSerial'),
    ]
