import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("staffing", "0001_initial"),
        ("staffing", "0002_deadlines_and_chain"),
        ("staffing", "0003_opening_cancelled"),
        ("staffing", "0004_team_change"),
        ("staffing", "0005_staffing_runs"),
        ("staffing", "0006_serving_part_of_a_class"),
        ("staffing", "0007_avoidance_lifts"),
    ]

    initial = True

    dependencies = [
        ("identity", "__first__"),
        ("jobs", "0001_initial"),
        ("parties", "0001_squashed"),
        ("planning", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffingRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "进行中"), ("done", "已完成"), ("failed", "没有完成")],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("again", models.BooleanField(default=False, verbose_name="含已推荐而有空缺的班次")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                ("inputs", models.BinaryField(default=bytes, verbose_name="输入")),
                ("inputs_sha256", models.CharField(blank=True, max_length=64)),
                ("answer", models.JSONField(default=dict, verbose_name="结果")),
                ("answer_sha256", models.CharField(blank=True, max_length=64)),
                ("classes", models.PositiveIntegerField(default=0, verbose_name="班次")),
                ("teachers", models.PositiveIntegerField(default=0, verbose_name="在库教师")),
                ("seats", models.PositiveIntegerField(default=0, verbose_name="待配席位")),
                ("unfilled", models.PositiveIntegerField(default=0, verbose_name="空缺席位")),
                ("stored", models.PositiveIntegerField(default=0, verbose_name="已写入班次")),
                ("objective", models.BigIntegerField(default=0, verbose_name="总分")),
                ("bound", models.BigIntegerField(default=0, verbose_name="理论上限")),
                ("greedy", models.BigIntegerField(default=0, verbose_name="逐班推荐的总分")),
                ("method", models.CharField(blank=True, max_length=10, verbose_name="方法")),
                ("windows", models.PositiveIntegerField(default=0, verbose_name="分块次数")),
                ("cut", models.BooleanField(default=False, verbose_name="受时间限制")),
                ("seconds", models.FloatField(default=0, verbose_name="用时")),
                ("shortages", models.JSONField(default=list, verbose_name="空缺与出路")),
                ("spread", models.JSONField(default=list, verbose_name="授课次数分布")),
                ("passed_over", models.JSONField(default=list, verbose_name="未写入的班次")),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "staffing_run",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "failed"])),
                        name="staffing_run_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("state",),
                        name="staffing_run_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recommendation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run", models.PositiveSmallIntegerField(verbose_name="第几次推荐")),
                (
                    "seat",
                    models.CharField(
                        choices=[("instructor", "授课骨干教师"), ("examiner", "考核骨干教师")],
                        max_length=12,
                        verbose_name="席位",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(verbose_name="次序")),
                ("chosen", models.BooleanField(verbose_name="首选")),
                ("score", models.IntegerField(verbose_name="得分")),
                ("reasons", models.JSONField(verbose_name="理由")),
                ("made_at", models.DateTimeField(verbose_name="推荐时间")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person"
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommendations",
                        to="planning.trainingclass",
                    ),
                ),
                (
                    "staffing_run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommendations",
                        to="staffing.staffingrun",
                    ),
                ),
            ],
            options={
                "db_table": "recommendation",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training_class", "run", "seat", "person"), name="recommendation_person"
                    ),
                    models.UniqueConstraint(
                        fields=("training_class", "run", "seat", "rank"), name="recommendation_rank"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamChange",
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
                        choices=[("requested", "待省级审核"), ("approved", "已同意"), ("refused", "未同意")],
                        default="requested",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("before", models.PositiveSmallIntegerField(verbose_name="原人数")),
                ("wanted", models.PositiveSmallIntegerField(verbose_name="调整为")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("decision", models.CharField(blank=True, max_length=500, verbose_name="审核意见")),
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
                        related_name="team_changes",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "team_change",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["requested", "approved", "refused"])),
                        name="team_change_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wanted__gte", 1), ("wanted__lte", 4)), name="team_change_size"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")),
                        fields=("training_class",),
                        name="team_change_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AvoidanceLift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("lifted_at", models.DateTimeField(verbose_name="解除时间")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="恢复时间")),
                (
                    "lifted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person"
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="avoidance_lifts",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "avoidance_lift",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("training_class", "person"),
                        name="avoidance_lift_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "seat",
                    models.CharField(
                        choices=[("instructor", "授课骨干教师"), ("examiner", "考核骨干教师")],
                        max_length=12,
                        verbose_name="席位",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几位")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("nominated", "待部指导中心确认"),
                            ("sent", "待答复"),
                            ("accepted", "已接受"),
                            ("declined", "已婉拒"),
                            ("expired", "逾期失效"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="nominated",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("letter", models.CharField(blank=True, max_length=500, verbose_name="附言")),
                (
                    "own_reason",
                    models.CharField(blank=True, max_length=500, verbose_name="本机构教师邀请理由"),
                ),
                ("answer_by", models.DateField(verbose_name="答复期限")),
                ("answer_until", models.DateTimeField(null=True, verbose_name="答复截止时刻")),
                (
                    "origin",
                    models.CharField(
                        choices=[("hand", "培训机构邀请"), ("chain", "自动递补"), ("rescue", "应急邀请")],
                        default="hand",
                        max_length=10,
                        verbose_name="来由",
                    ),
                ),
                (
                    "decline_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("time", "时间冲突"),
                            ("health", "健康原因"),
                            ("employer", "单位工作安排"),
                            ("journey", "路途不便"),
                            ("other", "其他原因"),
                        ],
                        max_length=10,
                        verbose_name="婉拒原因",
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("serves_from", models.DateField(null=True, verbose_name="任职自")),
                ("served_until", models.DateField(null=True, verbose_name="任职至")),
                ("answer_reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                ("sent_at", models.DateTimeField(verbose_name="发出时间")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="parties.person",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="staffing.invitation",
                    ),
                ),
                (
                    "sent_by",
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
                        related_name="invitations",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "invitation",
                "indexes": [models.Index(fields=["person", "state"], name="invitation_inbox")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["nominated", "sent", "accepted", "declined", "expired", "withdrawn"],
                            )
                        ),
                        name="invitation_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["nominated", "accepted"]),
                            models.Q(("state", "sent"), models.Q(("origin", "rescue"), _negated=True)),
                            _connector="OR",
                        ),
                        fields=("training_class", "seat", "number"),
                        name="invitation_seat",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["nominated", "sent", "accepted"])),
                        fields=("training_class", "person"),
                        name="invitation_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["hand", "chain", "rescue"])),
                        name="invitation_origin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decline_code__in", ["", "time", "health", "employer", "journey", "other"])
                        ),
                        name="invitation_decline_code",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opening",
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
                        choices=[
                            ("filed", "待推荐"),
                            ("recommended", "邀请中"),
                            ("staffed", "师资已到位"),
                            ("cancelled", "已取消"),
                        ],
                        default="filed",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("remarks", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("chain", models.BooleanField(default=True, verbose_name="自动递补")),
                ("filed_at", models.DateTimeField(verbose_name="申请时间")),
                ("recommended_at", models.DateTimeField(null=True, verbose_name="推荐时间")),
                ("staffed_at", models.DateTimeField(null=True, verbose_name="到位时间")),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "training_class",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opening",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "opening",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["filed", "recommended", "staffed", "cancelled"])),
                        name="opening_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(verbose_name="顺序")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person"
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preferences",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "preference",
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "person"), name="preference_once")
                ],
            },
        ),
    ]
