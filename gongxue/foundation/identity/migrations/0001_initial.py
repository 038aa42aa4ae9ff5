import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sign_in_name", models.CharField(max_length=40, unique=True, verbose_name="登录名")),
                ("name", models.CharField(max_length=40, verbose_name="姓名")),
                ("data_key", models.BinaryField(null=True, verbose_name="个人数据密钥")),
                ("must_change_password", models.BooleanField(default=True, verbose_name="须修改初始密码")),
                ("initial_secret_until", models.DateTimeField(null=True, verbose_name="初始密码有效期")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("created_at", models.DateTimeField(verbose_name="创建时间")),
            ],
            options={
                "db_table": "account",
                "indexes": [models.Index(fields=["name"], name="account_name")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="account_has_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign_in_name", ""), _negated=True),
                        name="account_has_sign_in_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handed",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("identity.account",),
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("centre", "部指导中心"),
                            ("province", "省级管理部门"),
                            ("development_centre", "师资研修中心"),
                            ("training_base", "教师培训基地"),
                            ("school", "技工院校"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="名称")),
                ("province_code", models.CharField(blank=True, max_length=2, verbose_name="行政区划代码")),
                ("code", models.CharField(blank=True, max_length=3, verbose_name="培训机构号")),
                ("batch", models.CharField(blank=True, max_length=20, verbose_name="批次")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
            ],
            options={
                "db_table": "organisation",
                "indexes": [models.Index(fields=["province_code", "kind"], name="organisation_place")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["centre", "province", "development_centre", "training_base", "school"],
                            )
                        ),
                        name="organisation_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=("code",),
                        name="organisation_code_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("centre", "部指导中心工作人员"),
                            ("oversight", "职业能力建设司（只读）"),
                            ("province", "省级管理部门工作人员"),
                            ("institution", "培训机构工作人员"),
                            ("coordinator", "班务管理教师"),
                            ("certificate_officer", "证书管理员"),
                            ("backbone", "骨干教师"),
                            ("trainee", "参训教师"),
                            ("school", "院校管理人员"),
                            ("system", "平台定时任务"),
                        ],
                        max_length=24,
                        verbose_name="职责",
                    ),
                ),
                ("since", models.DateField(verbose_name="起")),
                ("until", models.DateField(null=True, verbose_name="止")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to="identity.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "role",
                "indexes": [models.Index(fields=["organisation", "duty"], name="role_organisation")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "duty__in",
                                [
                                    "centre",
                                    "oversight",
                                    "province",
                                    "institution",
                                    "coordinator",
                                    "certificate_officer",
                                    "backbone",
                                    "trainee",
                                    "school",
                                    "system",
                                ],
                            )
                        ),
                        name="role_duty",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("account", "organisation", "duty"),
                        name="role_held_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.role"
                    ),
                ),
            ],
            options={
                "db_table": "api_token",
            },
        ),
    ]
