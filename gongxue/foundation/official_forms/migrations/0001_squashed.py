import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("official_forms", "0001_initial"), ("official_forms", "0002_drafts_and_portraits")]

    initial = True

    dependencies = [
        ("files", "0001_squashed"),
        ("identity", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="表单")),
                ("number", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("effective_from", models.DateField(verbose_name="施行日期")),
                ("definition", models.JSONField(verbose_name="定义")),
                ("published_at", models.DateTimeField(null=True, verbose_name="发布时间")),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "form_version",
                "constraints": [
                    models.UniqueConstraint(fields=("code", "number"), name="form_version_once"),
                    models.UniqueConstraint(fields=("code", "effective_from"), name="form_version_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("code", models.CharField(max_length=20, verbose_name="表单")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "编写中"), ("published", "已发布"), ("withdrawn", "已撤销")],
                        default="draft",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("definition", models.JSONField(verbose_name="定义")),
                ("begun_at", models.DateTimeField(verbose_name="起草时间")),
                ("changed_at", models.DateTimeField(verbose_name="修改时间")),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="official_forms.formversion",
                        verbose_name="起草自",
                    ),
                ),
                (
                    "became",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="official_forms.formversion",
                    ),
                ),
            ],
            options={
                "db_table": "form_draft",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published", "withdrawn"])),
                        name="form_draft_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")), fields=("code",), name="form_draft_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("became__isnull", False), ("state", "published")),
                            models.Q(models.Q(("state", "published"), _negated=True), ("became", None)),
                            _connector="OR",
                        ),
                        name="form_draft_became",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Portrait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("width", models.PositiveSmallIntegerField(verbose_name="宽（像素）")),
                ("height", models.PositiveSmallIntegerField(verbose_name="高（像素）")),
                ("added_at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "db_table": "portrait",
                "indexes": [models.Index(fields=["account", "-id"], name="portrait_latest")],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.CharField(max_length=1, verbose_name="级别")),
                ("items", models.JSONField(default=dict, verbose_name="答案")),
                ("sealed", models.BinaryField(default=bytes, verbose_name="加密答案")),
                ("edition", models.PositiveIntegerField(default=1, verbose_name="修改次数")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                ("offered", models.JSONField(default=dict, verbose_name="沿用")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "portrait",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="official_forms.portrait",
                    ),
                ),
            ],
            options={
                "db_table": "form_answer",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edition__gte", 1)), name="form_answer_edition"
                    )
                ],
            },
        ),
    ]
