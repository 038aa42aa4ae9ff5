import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("trail", "0001_initial"), ("trail", "0002_mention")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField()),
                ("frontier", models.BinaryField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
                ("horizon", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "trail_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="事项")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("account_id", models.BigIntegerField(verbose_name="账号")),
                ("actor", models.CharField(max_length=40, verbose_name="经办人")),
                ("duty", models.CharField(max_length=24, verbose_name="角色")),
                ("organisation_id", models.BigIntegerField(verbose_name="单位编号")),
                ("organisation", models.CharField(max_length=80, verbose_name="单位")),
                ("about", models.CharField(max_length=60, verbose_name="对象")),
                ("about_text", models.CharField(max_length=160, verbose_name="对象名称")),
                ("class_id", models.BigIntegerField(null=True, verbose_name="培训班")),
                ("province_code", models.CharField(blank=True, max_length=2, verbose_name="省份")),
                ("institution_id", models.BigIntegerField(null=True, verbose_name="培训机构")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("changes", models.JSONField(default=dict, verbose_name="变化")),
                ("request_id", models.CharField(blank=True, max_length=32, verbose_name="请求编号")),
            ],
            options={
                "db_table": "trail_event",
                "indexes": [
                    models.Index(fields=["class_id", "id"], name="trail_class"),
                    models.Index(fields=["about", "id"], name="trail_about"),
                    models.Index(fields=["account_id", "id"], name="trail_account"),
                    models.Index(fields=["institution_id", "id"], name="trail_institution"),
                    models.Index(fields=["province_code", "id"], name="trail_province"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField()),
                ("mac", models.BinaryField()),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leaf", to="trail.event"
                    ),
                ),
            ],
            options={
                "db_table": "trail_leaf",
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("class_id", models.BigIntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mentions", to="trail.event"
                    ),
                ),
            ],
            options={
                "db_table": "trail_mention",
                "indexes": [models.Index(fields=["class_id", "event"], name="trail_mention_class")],
            },
        ),
    ]
