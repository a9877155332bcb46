"""The devices on which somebody of the staff takes notices of alerts."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0013_devices'),
    ]

    operations = [
        migrations.CreateModel(
            name='StaffDevice',
            fields=[
                ('id', models.TextField(primary_key=True, serialize=False)),
                ('user', models.TextField()),
                ('body', models.BinaryField()),
                ('made', models.BigIntegerField()),
            ],
            options={
                'db_table': 'staff_device',
                'indexes': [models.Index(models.F('user'), name='staff_device_user')],
            },
        ),
        migrations.AddIndex(
            'outbox', models.Index('person', condition=models.Q(status='aside'), name='outbox_aside')
        ),
    ]
