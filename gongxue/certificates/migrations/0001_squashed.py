import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("certificates", "0001_initial"),
        ("certificates", "0002_cases"),
        ("certificates", "0003_log"),
    ]

    initial = True

    dependencies = [
        ("delivery", "0001_squashed"),
        ("files", "0001_squashed"),
        ("identity", "0001_initial"),
        ("identity", "__first__"),
        ("parties", "0001_squashed"),
        ("planning", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogCheckpoint",
            fields=[
                (
                    "size",
                    models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name="叶数"),
                ),
                ("root", models.BinaryField(max_length=32)),
                ("frontier", models.BinaryField()),
                ("note", models.TextField(verbose_name="签名校验点")),
                ("horizon", models.PositiveBigIntegerField()),
                ("at", models.DateTimeField(verbose_name="时间")),
            ],
            options={
                "db_table": "certificate_log_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=15, unique=True, verbose_name="证书编号")),
                ("order", models.PositiveSmallIntegerField(verbose_name="顺序号")),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                ("holder", models.CharField(max_length=40, verbose_name="姓名")),
                ("id_number_index", models.BinaryField(max_length=16)),
                ("level", models.CharField(max_length=1, verbose_name="级别")),
                ("category", models.CharField(max_length=2, verbose_name="专业大类")),
                ("first_day", models.DateField(verbose_name="培训开始")),
                ("last_day", models.DateField(verbose_name="培训结束")),
                ("courses", models.CharField(max_length=300, verbose_name="课程内容")),
                ("periods", models.PositiveSmallIntegerField(verbose_name="培训课时")),
                ("result", models.CharField(max_length=10, verbose_name="考核结果")),
                ("issued_on", models.DateField(verbose_name="发证日期")),
                ("token", models.CharField(max_length=32, unique=True, verbose_name="核验码")),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="delivery.attendee",
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="certificates.certificate",
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
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="parties.person",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "certificate",
                "indexes": [
                    models.Index(fields=["id_number_index"], name="certificate_id_number"),
                    models.Index(fields=["institution", "-id"], name="certificate_institution"),
                    models.Index(fields=["province_code", "-id"], name="certificate_province"),
                    models.Index(fields=["training_class", "order"], name="certificate_class"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("order__gte", 1), ("order__lte", 999)), name="certificate_order"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("corrects", None)), fields=("attendee",), name="certificate_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["3", "2", "1", "G"])), name="certificate_level"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CertificateCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("replacement", "补发"),
                            ("correction", "更正"),
                            ("void", "作废"),
                            ("revocation", "撤销"),
                        ],
                        max_length=12,
                        verbose_name="事项",
                    ),
                ),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applied", "待办理"),
                            ("done", "已办结"),
                            ("refused", "不予办理"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="applied",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("holder", models.CharField(blank=True, max_length=40, verbose_name="姓名")),
                ("courses", models.CharField(blank=True, max_length=300, verbose_name="课程内容")),
                ("periods", models.PositiveSmallIntegerField(default=0, verbose_name="培训课时")),
                ("applied_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="办理时间")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="办理意见")),
                (
                    "applied_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="certificates.certificate",
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
                    ),
                ),
                (
                    "made",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certificates.certificate",
                    ),
                ),
            ],
            options={
                "db_table": "certificate_case",
                "indexes": [
                    models.Index(fields=["institution", "state", "-id"], name="certificate_case_institution"),
                    models.Index(fields=["province_code", "state", "-id"], name="certificate_case_province"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["applied", "done", "refused", "withdrawn"])),
                        name="certificate_case_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["replacement", "correction", "void", "revocation"])),
                        name="certificate_case_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "applied")),
                        fields=("certificate",),
                        name="certificate_case_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.CharField(max_length=10, verbose_name="证书序列号")),
                ("template", models.CharField(max_length=20, verbose_name="模板版本")),
                ("made_at", models.DateTimeField(verbose_name="制作时间")),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="certificates.certificate",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
            options={
                "db_table": "issued_document",
                "constraints": [
                    models.UniqueConstraint(fields=("certificate", "serial"), name="issued_document_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "入库"),
                            ("issued", "核发"),
                            ("collected", "领取"),
                            ("reprinted", "补打"),
                            ("replaced", "补发"),
                            ("corrected", "更正"),
                            ("spoiled", "损毁"),
                            ("voided", "作废"),
                            ("revoked", "撤销"),
                            ("lost", "备份恢复前已用"),
                        ],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("first_serial", models.CharField(max_length=10, verbose_name="起始序列号")),
                ("last_serial", models.CharField(max_length=10, verbose_name="截止序列号")),
                ("quantity", models.PositiveIntegerField(verbose_name="数量")),
                ("former_serial", models.CharField(blank=True, max_length=10, verbose_name="换下序列号")),
                ("collector", models.CharField(blank=True, max_length=40, verbose_name="领取人")),
                ("reason", models.CharField(blank=True, max_length=600, verbose_name="说明")),
                ("entered_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "certificate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="certificates.certificate",
                    ),
                ),
                (
                    "entered_by",
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
                    ),
                ),
            ],
            options={
                "db_table": "ledger_entry",
                "indexes": [
                    models.Index(fields=["institution", "-id"], name="ledger_institution"),
                    models.Index(fields=["province_code", "-id"], name="ledger_province"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gte", 1)), name="ledger_quantity")
                ],
            },
        ),
        migrations.CreateModel(
            name="LogLeaf",
            fields=[
                (
                    "index",
                    models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name="序号"),
                ),
                ("digest", models.BinaryField(max_length=32)),
                ("data", models.BinaryField()),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaf",
                        to="certificates.ledgerentry",
                    ),
                ),
            ],
            options={
                "db_table": "certificate_log_leaf",
            },
        ),
        migrations.CreateModel(
            name="MisuseReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("altered", "涂改"),
                            ("transferred", "转让"),
                            ("claimed", "冒领"),
                            ("copied", "翻印"),
                            ("forged", "伪造"),
                            ("sold", "贩卖"),
                        ],
                        max_length=12,
                        verbose_name="情形",
                    ),
                ),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                ("number", models.CharField(blank=True, max_length=15, verbose_name="所涉证书编号")),
                ("facts", models.CharField(max_length=1000, verbose_name="情况说明")),
                (
                    "state",
                    models.CharField(
                        choices=[("reported", "待核查"), ("handed_over", "已移送"), ("closed", "已办结")],
                        default="reported",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("reported_at", models.DateTimeField(verbose_name="登记时间")),
                ("handled_at", models.DateTimeField(null=True, verbose_name="处理时间")),
                ("outcome", models.CharField(blank=True, max_length=500, verbose_name="处理情况")),
                (
                    "certificate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="certificates.certificate",
                    ),
                ),
                (
                    "handled_by",
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
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "certificate_misuse",
                "indexes": [
                    models.Index(fields=["institution", "-id"], name="certificate_misuse_institution"),
                    models.Index(
                        fields=["province_code", "state", "-id"], name="certificate_misuse_province"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["reported", "handed_over", "closed"])),
                        name="certificate_misuse_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["altered", "transferred", "claimed", "copied", "forged", "sold"])
                        ),
                        name="certificate_misuse_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberCounter",
            fields=[
                (
                    "series",
                    models.CharField(max_length=12, primary_key=True, serialize=False, verbose_name="系列"),
                ),
                ("last", models.PositiveIntegerField(default=0, verbose_name="已用到")),
            ],
            options={
                "db_table": "number_counter",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("last__lte", 99999)), name="counter_limit")
                ],
            },
        ),
        migrations.CreateModel(
            name="PrinterOffset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="打印机")),
                ("right", models.SmallIntegerField(default=0, verbose_name="右移")),
                ("down", models.SmallIntegerField(default=0, verbose_name="下移")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "certificate_printer",
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "name"), name="certificate_printer_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("down__gte", -200), ("down__lte", 200), ("right__gte", -200), ("right__lte", 200)
                        ),
                        name="certificate_printer_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                ("month", models.DateField(verbose_name="月份")),
                ("sums", models.JSONField(verbose_name="各项合计")),
                ("counted", models.PositiveIntegerField(verbose_name="实盘张数")),
                ("signed_at", models.DateTimeField(verbose_name="对账时间")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "certificate_reconciliation",
                "indexes": [models.Index(fields=["province_code", "month"], name="certificate_reconciled")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "month"), name="certificate_reconciliation_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SerialNumberRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.PositiveIntegerField(verbose_name="顺序号")),
                ("serial", models.CharField(max_length=10, unique=True, verbose_name="证书序列号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "在库"),
                            ("issued", "已核发"),
                            ("spoiled", "损毁"),
                            ("void", "作废"),
                            ("lost", "备份恢复前已用"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "certificate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="serials",
                        to="certificates.certificate",
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
            ],
            options={
                "db_table": "serial_number",
                "indexes": [models.Index(fields=["institution", "state", "order"], name="serial_stock")],
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "order"), name="serial_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "issued")),
                        fields=("certificate",),
                        name="serial_one_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("order__gte", 1), ("order__lte", 99999)), name="serial_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["received", "issued", "spoiled", "void", "lost"])),
                        name="serial_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "issued"), _negated=True),
                            ("certificate__isnull", False),
                            _connector="OR",
                        ),
                        name="serial_issued_to",
                    ),
                ],
            },
        ),
    ]
