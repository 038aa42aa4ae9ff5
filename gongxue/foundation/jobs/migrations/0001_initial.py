import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=120, verbose_name="任务")),
                ("inputs", models.JSONField(verbose_name="输入")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "等待"),
                            ("running", "进行中"),
                            ("done", "完成"),
                            ("failed", "失败"),
                        ],
                        default="ready",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("priority", models.SmallIntegerField(default=0)),
                ("run_after", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("worker", models.CharField(blank=True, max_length=60)),
                ("lease_until", models.DateTimeField(null=True)),
                ("done_steps", models.PositiveIntegerField(default=0, verbose_name="已完成")),
                ("all_steps", models.PositiveIntegerField(default=0, verbose_name="共")),
                ("result", models.JSONField(null=True, verbose_name="结果")),
                ("error", models.TextField(blank=True, verbose_name="错误")),
                ("slot", models.CharField(max_length=120, null=True, unique=True)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "for_role",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.role",
                    ),
                ),
            ],
            options={
                "db_table": "job",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "ready")), fields=["run_after"], name="job_ready"
                    ),
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["lease_until"], name="job_running"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["ready", "running", "done", "failed"])),
                        name="job_state",
                    )
                ],
            },
        ),
    ]
