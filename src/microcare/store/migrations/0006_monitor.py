from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0005_accounts'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeliveryMark',
            fields=[
                ('person', models.TextField(primary_key=True, serialize=False)),
                ('sequence', models.BigIntegerField()),
            ],
            options={
                'db_table': 'delivery_mark',
            },
        ),
        migrations.CreateModel(
            name='DeliveryLine',
            fields=[
                ('pk', models.CompositePrimaryKey('person', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person', models.TextField()),
                ('key', models.TextField()),
                ('day', models.BigIntegerField()),
                ('program', models.TextField()),
                ('what', models.TextField()),
                ('name', models.TextField()),
                ('planned', models.BigIntegerField()),
                ('intervention', models.TextField(default='')),
                ('subject', models.TextField(default='')),
                ('due', models.BigIntegerField(default=0)),
                ('handed', models.BigIntegerField(default=0)),
                ('accepted', models.BigIntegerField(default=0)),
                ('shown', models.BigIntegerField(default=0)),
                ('opened', models.BigIntegerField(default=0)),
                ('completed', models.BigIntegerField(default=0)),
                ('missed', models.BigIntegerField(default=0)),
                ('reach', models.BigIntegerField(default=0)),
                ('status', models.TextField()),
                ('reason', models.TextField(default='')),
                ('trouble', models.TextField(default='')),
                ('tries', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'delivery_line',
                'indexes': [models.Index(models.F('day'), models.F('program'), models.F('what'), models.F('intervention'), models.F('name'), models.F('status'), models.F('reach'), models.F('reason'), models.F('person'), name='delivery_line_day')],
            },
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(models.F('id'), models.F('sequence'), name='person_sequence'),
        ),
        migrations.AddIndex(
            model_name='outbox',
            index=models.Index('settled', condition=models.Q(status__in=('failed', 'unclear')), name='outbox_stuck'),
        ),
    ]
