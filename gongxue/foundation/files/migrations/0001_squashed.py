import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("files", "0001_initial"), ("files", "0002_uploads")]

    initial = True

    dependencies = [
        ("identity", "__first__"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("size", models.BigIntegerField(verbose_name="字节数")),
                ("media_type", models.CharField(max_length=80, verbose_name="类型")),
                ("name", models.CharField(max_length=160, verbose_name="文件名")),
                ("sealed", models.BooleanField(default=False, verbose_name="加密存放")),
                ("stored_at", models.DateTimeField(verbose_name="存放时间")),
                (
                    "stored_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "stored_file",
                "indexes": [models.Index(fields=["digest"], name="stored_file_digest")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="stored_file_size")
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slot", models.CharField(max_length=40, verbose_name="用途")),
                ("name", models.CharField(max_length=160, verbose_name="文件名")),
                ("size", models.BigIntegerField(verbose_name="字节数")),
                ("mark", models.CharField(blank=True, max_length=120, verbose_name="续传标记")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("receiving", "正在上传"),
                            ("checking", "正在检查"),
                            ("ready", "已收齐"),
                            ("refused", "未通过检查"),
                            ("used", "已提交"),
                        ],
                        default="receiving",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("begun_at", models.DateTimeField(verbose_name="开始时间")),
                ("arrived_at", models.DateTimeField(null=True, verbose_name="收齐时间")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="检查时间")),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("media_type", models.CharField(blank=True, max_length=80, verbose_name="类型")),
                ("facts", models.JSONField(default=dict, verbose_name="视频信息")),
                ("problem", models.CharField(blank=True, max_length=300, verbose_name="未通过原因")),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
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
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "upload",
                "indexes": [models.Index(fields=["owner", "slot"], name="upload_owner")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gte", 1)), name="upload_size"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["receiving", "checking", "ready", "refused", "used"])
                        ),
                        name="upload_state",
                    ),
                ],
            },
        ),
    ]
