
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_pre_decisions'),
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OpinionDraft',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('text', models.BinaryField()),
                ('saved_at', models.DateTimeField()),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='opinion_drafts', to='cases.case')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.staff')),
            ],
            options={
                'db_table': 'cases_opinion_draft',
                'constraints': [models.UniqueConstraint(fields=('case', 'staff'), name='opinion_draft_of_officer_once')],
            },
        ),
    ]
