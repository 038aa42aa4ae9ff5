import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("parties", "0001_initial"),
        ("parties", "0002_people_import"),
        ("parties", "0003_standing"),
        ("parties", "0004_own_entry"),
        ("parties", "0005_qualification_ended"),
        ("parties", "0006_lesson_bookings"),
    ]

    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("identity", "__first__"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("id_number_sealed", models.BinaryField(verbose_name="身份证号码")),
                ("id_number_index", models.BinaryField(max_length=16, unique=True)),
                ("phone_sealed", models.BinaryField(default=bytes, verbose_name="手机")),
                (
                    "sex",
                    models.CharField(choices=[("男", "男"), ("女", "女")], max_length=1, verbose_name="性别"),
                ),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                ("consented_at", models.DateTimeField(null=True, verbose_name="同意个人信息处理")),
                ("introduction", models.CharField(blank=True, max_length=100, verbose_name="自我介绍")),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="person",
                        to=settings.AUTH_USER_MODEL,
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
            ],
            options={
                "db_table": "person",
                "indexes": [
                    models.Index(fields=["province_code", "id"], name="person_province"),
                    models.Index(fields=["employer", "id"], name="person_employer"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("sex__in", ["男", "女"])), name="person_sex")
                ],
            },
        ),
        migrations.CreateModel(
            name="LessonBooking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("period", models.PositiveSmallIntegerField(verbose_name="课时")),
                ("reference", models.CharField(max_length=60, verbose_name="事由")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lesson_bookings",
                        to="parties.person",
                    ),
                ),
            ],
            options={
                "db_table": "lesson_booking",
                "indexes": [models.Index(fields=["reference"], name="lesson_booking_reference")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "day", "period"), name="lesson_booking_once"),
                    models.CheckConstraint(
                        condition=models.Q(("period__gte", 1), ("period__lte", 12)),
                        name="lesson_booking_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("period", models.PositiveSmallIntegerField(default=0, verbose_name="课时")),
                ("capacity", models.CharField(max_length=12, verbose_name="身份")),
                ("reference", models.CharField(max_length=60, verbose_name="事由")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="parties.person",
                    ),
                ),
            ],
            options={
                "db_table": "booking",
                "indexes": [models.Index(fields=["reference"], name="booking_reference")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "day", "period"), name="booking_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PoolMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("levels", models.CharField(default="123", max_length=3, verbose_name="可承担级别")),
                ("paused", models.CharField(blank=True, max_length=3, verbose_name="暂不承担级别")),
                ("active", models.BooleanField(default=True, verbose_name="在库")),
                ("registered_on", models.DateField(verbose_name="入库日期")),
                (
                    "certificate_number",
                    models.CharField(blank=True, max_length=15, verbose_name="骨干教师证书编号"),
                ),
                ("province_code", models.CharField(max_length=2, verbose_name="省份")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="parties.person",
                    ),
                ),
            ],
            options={
                "db_table": "pool_membership",
                "indexes": [models.Index(fields=["category", "province_code"], name="pool_place")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "category"), name="pool_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("category__in", ["01", "02", "03", "04", "05", "06", "07", "08"])
                        ),
                        name="pool_category",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Qualification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("3", "三级"), ("2", "二级"), ("1", "一级"), ("G", "骨干")],
                        max_length=1,
                        verbose_name="级别",
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
                ("certificate_number", models.CharField(max_length=15, unique=True, verbose_name="证书编号")),
                ("issued_on", models.DateField(verbose_name="发证日期")),
                ("ended_on", models.DateField(null=True, verbose_name="失效日期")),
                ("reference", models.CharField(max_length=60, verbose_name="事由")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="qualifications",
                        to="parties.person",
                    ),
                ),
            ],
            options={
                "db_table": "qualification",
                "indexes": [models.Index(fields=["reference"], name="qualification_reference")],
            },
        ),
        migrations.CreateModel(
            name="SatisfactionSum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("reference", models.CharField(max_length=60, verbose_name="事由")),
                ("group", models.PositiveSmallIntegerField(verbose_name="第几组")),
                (
                    "seat",
                    models.CharField(
                        choices=[("instructor", "授课骨干教师"), ("examiner", "考核骨干教师")],
                        max_length=12,
                        verbose_name="身份",
                    ),
                ),
                ("answers", models.PositiveIntegerField(verbose_name="份数")),
                ("items", models.PositiveSmallIntegerField(verbose_name="题数")),
                ("points", models.PositiveIntegerField(verbose_name="总分")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="satisfaction_sums",
                        to="parties.person",
                    ),
                ),
            ],
            options={
                "db_table": "satisfaction_sum",
                "indexes": [models.Index(fields=["person", "year"], name="satisfaction_year")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seat__in", ["instructor", "examiner"])), name="satisfaction_seat"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answers__gte", 1),
                            ("items__gte", 1),
                            (
                                "points__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("answers"), "*", models.F("items")
                                ),
                            ),
                            (
                                "points__lte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.Value(3), "*", models.F("answers")
                                    ),
                                    "*",
                                    models.F("items"),
                                ),
                            ),
                        ),
                        name="satisfaction_points",
                    ),
                    models.UniqueConstraint(
                        fields=("reference", "group", "person"), name="satisfaction_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrainingApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                (
                    "level",
                    models.CharField(
                        choices=[("3", "三级"), ("2", "二级"), ("1", "一级"), ("G", "骨干")],
                        max_length=1,
                        verbose_name="级别",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="自")),
                ("valid_until", models.DateField(verbose_name="至")),
                ("basis", models.CharField(max_length=120, verbose_name="依据")),
                ("registered_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="identity.organisation",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "training_approval",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("category__in", ["01", "02", "03", "04", "05", "06", "07", "08"])
                        ),
                        name="approval_category",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["3", "2", "1", "G"])), name="approval_level"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                        name="approval_dates",
                    ),
                    models.UniqueConstraint(
                        fields=("institution", "category", "level", "valid_from"), name="approval_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Unavailability",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField(verbose_name="自")),
                ("last_day", models.DateField(verbose_name="至")),
                ("note_sealed", models.BinaryField(default=bytes, verbose_name="备注")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unavailabilities",
                        to="parties.person",
                    ),
                ),
            ],
            options={
                "db_table": "unavailability",
                "indexes": [models.Index(fields=["person", "last_day"], name="unavailability_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="unavailability_dates",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "first_day", "last_day"), name="unavailability_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PeopleImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="文件名")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checked", "待确认"),
                            ("running", "正在发放"),
                            ("done", "已发放"),
                            ("dropped", "已放弃"),
                        ],
                        default="checked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("columns", models.JSONField(verbose_name="表头")),
                ("lines_sealed", models.BinaryField(default=bytes, verbose_name="待办的行")),
                ("good", models.PositiveIntegerField(default=0, verbose_name="可发放")),
                ("bad", models.PositiveIntegerField(default=0, verbose_name="有问题")),
                ("counts", models.JSONField(default=list, verbose_name="各角色人数")),
                ("says", models.CharField(blank=True, max_length=300, verbose_name="结果")),
                ("accounts", models.JSONField(default=list, verbose_name="发放的账号")),
                ("handed_out_at", models.DateTimeField(null=True, verbose_name="初始密码领取时间")),
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
            ],
            options={
                "db_table": "people_import",
                "indexes": [models.Index(fields=["account", "-id"], name="people_import_own")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["checked", "running", "done", "dropped"])),
                        name="people_import_state",
                    )
                ],
            },
        ),
    ]
