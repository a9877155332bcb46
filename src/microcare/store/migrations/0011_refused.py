"""What was refused is counted, minute by minute."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0010_reached'),
    ]

    operations = [
        migrations.CreateModel(
            name='Refused',
            fields=[
                ('id', models.TextField(primary_key=True, serialize=False)),
                ('minute', models.BigIntegerField()),
                ('who', models.TextField()),
                ('deed', models.TextField()),
                ('count', models.BigIntegerField()),
            ],
            options={
                'db_table': 'refused',
            },
        ),
    ]
