import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("assessment", "0001_initial"), ("assessment", "0002_scored")]

    initial = True

    dependencies = [
        ("delivery", "0001_squashed"),
        ("identity", "__first__"),
        ("parties", "0001_squashed"),
        ("planning", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[("process", "过程性考核"), ("final", "终结性考核")],
                        max_length=8,
                        verbose_name="考核",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几次")),
                ("opened_at", models.DateTimeField(verbose_name="开始时间")),
                ("complete_at", models.DateTimeField(null=True, verbose_name="评分齐备时间")),
                (
                    "mean",
                    models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="平均分"),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="delivery.attendee",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "attempt",
                "indexes": [models.Index(fields=["training_class", "part"], name="attempt_class")],
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "part", "number"), name="attempt_once"),
                    models.CheckConstraint(condition=models.Q(("number__in", [1, 2])), name="attempt_number"),
                    models.CheckConstraint(
                        condition=models.Q(("part__in", ["process", "final"])), name="attempt_part"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "part",
                    models.CharField(
                        choices=[("process", "过程性考核"), ("final", "终结性考核")],
                        max_length=8,
                        verbose_name="考核",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待省级会签"),
                            ("countersigned", "已更正"),
                            ("refused", "未同意"),
                        ],
                        default="requested",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("old", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="原成绩")),
                ("new", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="更正为")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="会签时间")),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="delivery.attendee",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requested_by",
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
                        related_name="corrections",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "correction",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["requested", "countersigned", "refused"])),
                        name="correction_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("new__gte", 0), ("new__lte", 100)), name="correction_mark"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")),
                        fields=("attendee", "part"),
                        name="correction_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.CharField(blank=True, max_length=5, verbose_name="分数")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="评语")),
                ("saved_at", models.DateTimeField(verbose_name="暂存时间")),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="assessment.attempt",
                    ),
                ),
                (
                    "scorer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person"
                    ),
                ),
            ],
            options={
                "db_table": "draft_sheet",
                "constraints": [models.UniqueConstraint(fields=("attempt", "scorer"), name="draft_once")],
            },
        ),
        migrations.CreateModel(
            name="Results",
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
                        choices=[("open", "考核中"), ("confirmed", "成绩已确认")],
                        default="open",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("late_days", models.PositiveSmallIntegerField(default=0, verbose_name="逾期天数")),
                (
                    "confirmed_by",
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
                        related_name="results",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "results",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "confirmed"])), name="results_state"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Retake",
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
                        choices=[("applied", "待同意"), ("allowed", "已同意")],
                        default="applied",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("applied_at", models.DateTimeField(verbose_name="申请时间")),
                ("allowed_at", models.DateTimeField(null=True, verbose_name="同意时间")),
                (
                    "attendee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retake",
                        to="delivery.attendee",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retakes",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "retake",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["applied", "allowed"])), name="retake_state"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.DecimalField(decimal_places=1, max_digits=4, verbose_name="分数")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="评语")),
                ("submitted_at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="assessment.attempt",
                    ),
                ),
                (
                    "scorer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person"
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "score_sheet",
                "constraints": [
                    models.UniqueConstraint(fields=("attempt", "scorer"), name="sheet_once"),
                    models.CheckConstraint(
                        condition=models.Q(("mark__gte", 0), ("mark__lte", 100)), name="sheet_mark"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TranscriptLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(verbose_name="修订")),
                (
                    "process",
                    models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="过程性考核"),
                ),
                (
                    "final",
                    models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="终结性考核"),
                ),
                ("process_attempts", models.PositiveSmallIntegerField(default=0)),
                ("final_attempts", models.PositiveSmallIntegerField(default=0)),
                ("absent_periods", models.PositiveSmallIntegerField(default=0, verbose_name="缺课课时")),
                ("barred", models.BooleanField(verbose_name="缺课超限")),
                ("qualified", models.BooleanField(verbose_name="合格")),
                ("confirmed_at", models.DateTimeField(verbose_name="确认时间")),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transcript_lines",
                        to="delivery.attendee",
                    ),
                ),
                (
                    "confirmed_by",
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
                        related_name="transcript",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "transcript_line",
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "revision"), name="transcript_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("qualified", False),
                            models.Q(
                                ("barred", False),
                                ("final__gte", Decimal("60")),
                                ("process__gte", Decimal("60")),
                            ),
                            _connector="OR",
                        ),
                        name="transcript_qualified",
                    ),
                ],
            },
        ),
    ]
