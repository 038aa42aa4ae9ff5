import django.db.models.deletion
import gongxue.stage7_evaluation.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "__first__"),
        ("official_forms", "0001_initial"),
        ("planning", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerSheet",
            fields=[
                (
                    "id",
                    models.IntegerField(
                        default=gongxue.stage7_evaluation.models.random_id, primary_key=True, serialize=False
                    ),
                ),
                ("answers", models.JSONField(verbose_name="答案")),
                ("released", models.BooleanField(default=False, verbose_name="计入结果")),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer_sheets",
                        to="planning.trainingclass",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="official_forms.formversion",
                    ),
                ),
            ],
            options={
                "db_table": "answer_sheet",
            },
        ),
        migrations.CreateModel(
            name="Closing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "未结班"), ("closed", "已结班")],
                        default="open",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("ceremony_on", models.DateField(null=True, verbose_name="结业式日期")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="结班时间")),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "training_class",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closing",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "closing",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "closed"])), name="closing_state"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluationParticipation",
            fields=[
                (
                    "id",
                    models.IntegerField(
                        default=gongxue.stage7_evaluation.models.random_id, primary_key=True, serialize=False
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "evaluation_participation",
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "account"), name="participation_once")
                ],
            },
        ),
    ]
