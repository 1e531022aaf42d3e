from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Serial',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('series', models.CharField(max_length=160, unique=True)),
                ('last', models.BigIntegerField(help_text='the last number given without gaps')),
                ('base', models.BigIntegerField(help_text='where the sequence stood when a series with gaps began; null: without gaps', null=True)),
            ],
            options={
                'db_table': 'base_serial',
            },
        ),
        migrations.RunSQL("CREATE SEQUENCE base_serial_seq", "DROP SEQUENCE base_serial_seq"),
    ]
