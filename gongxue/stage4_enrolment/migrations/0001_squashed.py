import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("enrolment", "0001_initial"),
        ("enrolment", "0002_waiting_list_moves_up"),
        ("enrolment", "0003_reason_of_a_rejection"),
        ("enrolment", "0004_reported_applicants"),
        ("enrolment", "0005_colleagues_and_freed_seats"),
    ]

    initial = True

    dependencies = [
        ("files", "0001_squashed"),
        ("identity", "0001_initial"),
        ("identity", "__first__"),
        ("jobs", "0001_initial"),
        ("official_forms", "0001_squashed"),
        ("parties", "0001_squashed"),
        ("planning", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
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
                            ("draft", "填写中"),
                            ("submitted", "待审核"),
                            ("waiting", "候补"),
                            ("offered", "待确认递补"),
                            ("admitted", "已录取"),
                            ("rejected", "未录取"),
                            ("withdrawn", "已退出"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("age", models.PositiveSmallIntegerField(verbose_name="年龄")),
                ("seat", models.PositiveSmallIntegerField(null=True, verbose_name="序号")),
                ("waiting_number", models.PositiveIntegerField(null=True, verbose_name="候补序号")),
                ("offer_until", models.DateTimeField(null=True, verbose_name="递补答复时限")),
                ("offer_lapsed_at", models.DateTimeField(null=True, verbose_name="递补逾期时间")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("decision_reason", models.CharField(blank=True, max_length=500, verbose_name="审核理由")),
                ("decision_code", models.CharField(blank=True, max_length=12, verbose_name="未录取原因")),
                ("endorsed_at", models.DateTimeField(null=True, verbose_name="单位意见时间")),
                ("reported_at", models.DateTimeField(null=True, verbose_name="报送时间")),
                (
                    "answer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="application",
                        to="official_forms.answer",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                        verbose_name="单位",
                    ),
                ),
                (
                    "endorsed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "endorsement_scan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="parties.person",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                        verbose_name="报送单位",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "application",
                "indexes": [
                    models.Index(fields=["training_class", "state"], name="application_list"),
                    models.Index(fields=["person", "-id"], name="application_person"),
                    models.Index(fields=["employer", "state"], name="application_employer"),
                    models.Index(fields=["reported_by", "-id"], name="application_reported"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "waiting",
                                    "offered",
                                    "admitted",
                                    "rejected",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="application_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "withdrawn"), _negated=True),
                        fields=("training_class", "person"),
                        name="application_once",
                    ),
                    models.UniqueConstraint(fields=("training_class", "seat"), name="application_seat_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seat", None), models.Q(("seat__gte", 1), ("seat__lte", 30)), _connector="OR"
                        ),
                        name="application_seat",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("seat", None),
                                models.Q(("state__in", ["admitted", "offered"]), _negated=True),
                            ),
                            models.Q(("seat__isnull", False), ("state__in", ["admitted", "offered"])),
                            _connector="OR",
                        ),
                        name="application_seat_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("offer_until", None), models.Q(("state", "offered"), _negated=True)),
                            models.Q(("offer_until__isnull", False), ("state", "offered")),
                            _connector="OR",
                        ),
                        name="application_offer_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
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
                        choices=[("draft", "未发布"), ("published", "报名中"), ("closed", "已截止")],
                        default="draft",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="招生通知")),
                ("contact", models.CharField(blank=True, max_length=80, verbose_name="联系人及电话")),
                ("closes_on", models.DateField(verbose_name="报名截止")),
                ("published_at", models.DateTimeField(null=True, verbose_name="发布时间")),
                ("freed_seats", models.PositiveSmallIntegerField(default=0, verbose_name="空出待递补名额")),
                (
                    "published_by",
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
                        related_name="enrolment",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "enrolment",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published", "closed"])),
                        name="enrolment_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agrees", models.BooleanField(verbose_name="同意")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("given_at", models.DateTimeField(verbose_name="时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="enrolment.application",
                    ),
                ),
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
                        related_name="opinions",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "opinion",
                "indexes": [models.Index(fields=["application", "-id"], name="opinion_latest")],
            },
        ),
        migrations.CreateModel(
            name="Substitution",
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
                        choices=[("named", "顶替办理中"), ("done", "已顶替"), ("ended", "未顶替")],
                        default="named",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("until", models.DateTimeField(verbose_name="提交申请时限")),
                ("named_at", models.DateTimeField(verbose_name="提名时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="原因")),
                (
                    "arriving",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="enrolment.application",
                        verbose_name="顶替教师",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                        verbose_name="单位",
                    ),
                ),
                (
                    "leaving",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="enrolment.application",
                        verbose_name="原录取教师",
                    ),
                ),
                (
                    "named_by",
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
                        related_name="+",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "substitution",
                "indexes": [models.Index(fields=["training_class", "state"], name="substitution_class")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["named", "done", "ended"])),
                        name="substitution_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "named")),
                        fields=("leaving",),
                        name="substitution_leaving_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "named")),
                        fields=("arriving",),
                        name="substitution_arriving_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicantImport",
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
                ("lines_sealed", models.BinaryField(default=bytes, verbose_name="待办的行")),
                ("good", models.PositiveIntegerField(default=0, verbose_name="可发放")),
                ("bad", models.PositiveIntegerField(default=0, verbose_name="有问题")),
                ("counts", models.JSONField(default=list, verbose_name="各角色人数")),
                ("says", models.CharField(blank=True, max_length=300, verbose_name="结果")),
                ("accounts", models.JSONField(default=list, verbose_name="发放的账号")),
                ("handed_out_at", models.DateTimeField(null=True, verbose_name="初始密码领取时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checked", "待确认"),
                            ("running", "正在报送"),
                            ("done", "已报送"),
                            ("dropped", "已放弃"),
                        ],
                        default="checked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("same", models.PositiveIntegerField(default=0, verbose_name="已在名单中")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.role"
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.trainingclass",
                        verbose_name="培训班",
                    ),
                ),
            ],
            options={
                "db_table": "applicant_import",
                "indexes": [models.Index(fields=["account", "-id"], name="applicant_import_own")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["checked", "running", "done", "dropped"])),
                        name="applicant_import_state",
                    )
                ],
            },
        ),
    ]
