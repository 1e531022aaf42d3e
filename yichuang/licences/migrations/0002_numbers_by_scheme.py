from django.db import migrations

# The serial in the identifier and the number on the licence were one; from now on each is a series.
_TAKE_OVER = """
INSERT INTO base_serial (series, last)
SELECT department_id || ':' || type_key || ':' || of.series, max(last)
FROM licences_serial, LATERAL (VALUES ('identifier ' || year), (year || '{seq:06}')) AS of (series)
GROUP BY 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0002_serial'),
        ('licences', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(_TAKE_OVER, migrations.RunSQL.noop),
        migrations.DeleteModel(name='LicenceSerial'),
    ]
