import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("planning", "0001_initial"),
        ("planning", "0002_lines"),
        ("planning", "0003_reminders"),
        ("planning", "0004_changes"),
        ("planning", "0005_instructors_granted"),
    ]

    initial = True

    dependencies = [
        ("files", "0001_squashed"),
        ("identity", "0001_initial"),
        ("identity", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportingRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年")),
                (
                    "half",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "上半年"), (2, "下半年")], verbose_name="半年"
                    ),
                ),
                ("opens_on", models.DateField(verbose_name="报送开始")),
                ("closes_on", models.DateField(verbose_name="报送截止")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "报送中"), ("published", "已发布")],
                        default="open",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
            ],
            options={
                "db_table": "reporting_round",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "published"])), name="round_state"
                    ),
                    models.UniqueConstraint(fields=("year", "half"), name="round_once"),
                    models.CheckConstraint(condition=models.Q(("half__in", [1, 2])), name="round_half"),
                    models.CheckConstraint(
                        condition=models.Q(("closes_on__gte", models.F("opens_on"))), name="round_dates"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedEdition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="期号")),
                ("lines", models.JSONField(verbose_name="班次")),
                ("complete", models.JSONField(null=True, verbose_name="完整清单")),
                ("changes", models.JSONField(null=True, verbose_name="变更清单")),
                ("published_at", models.DateTimeField(verbose_name="发布时间")),
                (
                    "published_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="planning.reportinground",
                    ),
                ),
            ],
            options={
                "db_table": "published_edition",
                "constraints": [models.UniqueConstraint(fields=("round", "number"), name="edition_once")],
            },
        ),
        migrations.CreateModel(
            name="ProvinceReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                ("lines", models.PositiveIntegerField(verbose_name="班次数")),
                ("reported_at", models.DateTimeField(verbose_name="上报时间")),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="planning.reportinground",
                    ),
                ),
            ],
            options={
                "db_table": "province_report",
                "indexes": [models.Index(fields=["round", "province_code"], name="province_report_place")],
            },
        ),
        migrations.CreateModel(
            name="PlanImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="文件名")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                ("columns", models.JSONField(verbose_name="表头")),
                ("lines", models.JSONField(default=list, verbose_name="行")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="planning.reportinground",
                    ),
                ),
            ],
            options={
                "db_table": "plan_import",
                "indexes": [models.Index(fields=["account", "-id"], name="plan_import_own")],
            },
        ),
        migrations.CreateModel(
            name="TrainingClass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                (
                    "level",
                    models.CharField(
                        choices=[("3", "三级"), ("2", "二级"), ("1", "一级"), ("G", "骨干")],
                        max_length=1,
                        verbose_name="培训级别",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("01", "机械类"),
                            ("02", "电工电子类"),
                            ("03", "信息类"),
                            ("04", "交通类"),
                            ("05", "服务类"),
                            ("06", "财经商贸类"),
                            ("07", "工业综合与农业类"),
                            ("08", "文化艺术与综合类"),
                        ],
                        max_length=2,
                        verbose_name="专业大类",
                    ),
                ),
                ("first_day", models.DateField(verbose_name="开班日")),
                ("last_day", models.DateField(verbose_name="结束日")),
                ("days", models.PositiveSmallIntegerField(verbose_name="培训天数")),
                ("headcount", models.PositiveSmallIntegerField(verbose_name="培训人数")),
                ("scope", models.CharField(max_length=200, verbose_name="招生范围")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待省级审核"),
                            ("returned", "已退回"),
                            ("approved", "省级已通过"),
                            ("reported", "已上报"),
                            ("published", "已发布"),
                            ("cancelled", "已取消"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("returned_reason", models.CharField(blank=True, max_length=500, verbose_name="退回理由")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="部指导中心核对时间")),
                ("stage", models.PositiveSmallIntegerField(default=1, verbose_name="环节")),
                ("edition_code", models.CharField(max_length=20, verbose_name="适用版本")),
                ("outside_plan", models.BooleanField(default=False, verbose_name="计划外")),
                ("instructors", models.PositiveSmallIntegerField(null=True, verbose_name="授课人数")),
                ("created_at", models.DateTimeField(verbose_name="填报时间")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                        verbose_name="培训机构",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="classes",
                        to="planning.reportinground",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "training_class",
                "indexes": [
                    models.Index(fields=["province_code", "id"], name="class_province"),
                    models.Index(fields=["institution", "id"], name="class_institution"),
                    models.Index(fields=["state", "first_day"], name="class_published"),
                    models.Index(fields=["stage", "first_day"], name="class_stage_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "returned",
                                    "approved",
                                    "reported",
                                    "published",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="class_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["3", "2", "1", "G"])), name="class_level"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("category__in", ["01", "02", "03", "04", "05", "06", "07", "08"])
                        ),
                        name="class_category",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))), name="class_dates"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("headcount__gte", 1), ("headcount__lte", 30)),
                        name="class_headcount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("instructors", None),
                            models.Q(("instructors__gte", 1), ("instructors__lte", 4)),
                            _connector="OR",
                        ),
                        name="class_instructors",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stage__gte", 1), ("stage__lte", 8)), name="class_stage"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubmittedLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几次提交")),
                ("values", models.JSONField(verbose_name="内容")),
                ("submitted_at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="submissions",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "submitted_line",
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "number"), name="submitted_line_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnedLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("dates", "培训时间不合适"),
                            ("approval", "级别或专业大类不在获批范围"),
                            ("headcount", "培训人数不合适"),
                            ("scope", "招生范围不清楚"),
                            ("twin", "重复填报"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="退回原因",
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几次提交")),
                ("by_centre", models.BooleanField(verbose_name="部指导中心退回")),
                ("returned_at", models.DateTimeField(verbose_name="退回时间")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="planning.reportinground",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="returns",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "returned_line",
                "indexes": [models.Index(fields=["round", "province_code"], name="returned_line_round")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__in", ["dates", "approval", "headcount", "scope", "twin", "other"])
                        ),
                        name="returned_line_code",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                (
                    "path",
                    models.CharField(
                        choices=[
                            ("list", "增补、调整"),
                            ("class", "计划内班次变化"),
                            ("outside", "计划外班次"),
                        ],
                        max_length=8,
                        verbose_name="途径",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("add", "新增班次"), ("change", "调整班次"), ("cancel", "取消班次")],
                        max_length=8,
                        verbose_name="事项",
                    ),
                ),
                ("before", models.JSONField(default=dict, verbose_name="原内容")),
                ("after", models.JSONField(default=dict, verbose_name="新内容")),
                ("reason", models.CharField(max_length=500, verbose_name="申请理由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applied", "待省级审核"),
                            ("returned", "已退回"),
                            ("withdrawn", "已撤回"),
                            ("refused", "未同意"),
                            ("approved", "已生效，待备案"),
                            ("questioned", "备案时提出意见"),
                            ("recorded", "已备案"),
                        ],
                        default="applied",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="审核意见")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="备案意见")),
                ("applied_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("recorded_at", models.DateTimeField(null=True, verbose_name="备案时间")),
                (
                    "applied_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                        verbose_name="培训机构",
                    ),
                ),
                (
                    "scan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="盖章扫描件",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="planning.publishededition",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="planning.reportinground",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "plan_change",
                "indexes": [
                    models.Index(fields=["province_code", "state"], name="plan_change_province"),
                    models.Index(fields=["institution", "-id"], name="plan_change_institution"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "applied",
                                    "returned",
                                    "withdrawn",
                                    "refused",
                                    "approved",
                                    "questioned",
                                    "recorded",
                                ],
                            )
                        ),
                        name="plan_change_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("path__in", ["list", "class", "outside"])),
                        name="plan_change_path",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["add", "change", "cancel"])), name="plan_change_kind"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["applied", "returned"])),
                        fields=("training_class",),
                        name="plan_change_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("path", "outside"), _negated=True),
                            ("scan__isnull", False),
                            ("state__in", ["applied", "returned", "withdrawn", "refused"]),
                            _connector="OR",
                        ),
                        name="plan_change_scan",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Involvement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("duty", models.CharField(max_length=24, verbose_name="身份")),
                ("since", models.DateTimeField(verbose_name="起")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="止")),
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
                        related_name="involvements",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "involvement",
                "indexes": [models.Index(fields=["account", "duty"], name="involvement_account")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training_class", "account", "duty"), name="involvement_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeadlineException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("deadline", models.CharField(max_length=20, verbose_name="期限")),
                ("until", models.DateField(verbose_name="延至")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("granted_at", models.DateTimeField(verbose_name="准予时间")),
                (
                    "granted_by",
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
                        related_name="exceptions",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "deadline_exception",
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80, verbose_name="事项")),
                ("sent_at", models.DateTimeField(verbose_name="时间")),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.role",
                        verbose_name="收件人",
                    ),
                ),
            ],
            options={
                "db_table": "reminder",
                "indexes": [models.Index(fields=["sent_at"], name="reminder_age")],
                "constraints": [models.UniqueConstraint(fields=("to", "key"), name="reminder_once")],
            },
        ),
    ]
