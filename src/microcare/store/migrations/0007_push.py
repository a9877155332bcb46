from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0006_monitor'),
    ]

    operations = [
        migrations.CreateModel(
            name='PushDevice',
            fields=[
                ('id', models.TextField(primary_key=True, serialize=False)),
                ('person', models.TextField()),
                ('body', models.BinaryField()),
                ('made', models.BigIntegerField()),
            ],
            options={
                'db_table': 'push_device',
                'indexes': [models.Index('person', name='push_device_person')],
            },
        ),
    ]
