import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("delivery", "0001_initial"),
        ("delivery", "0002_attendance_in_full"),
        ("delivery", "0003_class_office"),
        ("delivery", "0004_products"),
        ("delivery", "0005_product_files"),
    ]

    initial = True

    dependencies = [
        ("enrolment", "0001_squashed"),
        ("files", "0001_squashed"),
        ("identity", "__first__"),
        ("jobs", "0001_initial"),
        ("parties", "0001_squashed"),
        ("planning", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                ("says", models.CharField(blank=True, max_length=1000, verbose_name="要求")),
                ("module", models.CharField(blank=True, max_length=4, verbose_name="模块")),
                (
                    "mode",
                    models.CharField(
                        choices=[("individual", "个人完成"), ("group", "小组完成")],
                        max_length=10,
                        verbose_name="完成方式",
                    ),
                ),
                ("kinds", models.JSONField(default=list, verbose_name="文件类型")),
                ("most_files", models.PositiveSmallIntegerField(default=1, verbose_name="文件数")),
                ("due_at", models.DateTimeField(verbose_name="截止时间")),
                (
                    "state",
                    models.CharField(
                        choices=[("set", "进行中"), ("withdrawn", "已撤销")],
                        default="set",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("set_at", models.DateTimeField(verbose_name="布置时间")),
                (
                    "set_by",
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
                        related_name="assignments",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "assignment",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["set", "withdrawn"])), name="assignment_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["individual", "group"])), name="assignment_mode"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("arrived_at", models.DateTimeField(null=True, verbose_name="报到时间")),
                ("pledged_at", models.DateTimeField(null=True, verbose_name="签署纪律承诺")),
                ("pledge_way", models.CharField(blank=True, max_length=10, verbose_name="承诺方式")),
                ("no_show_at", models.DateTimeField(null=True, verbose_name="标记未到时间")),
                ("no_show_reason", models.CharField(blank=True, max_length=200, verbose_name="未到原因")),
                ("group", models.PositiveSmallIntegerField(null=True, verbose_name="小组")),
                ("attempt", models.PositiveSmallIntegerField(default=1, verbose_name="学习成果第几次")),
                ("may_hand_in", models.BooleanField(default=True, verbose_name="可提交学习成果")),
                ("scored", models.PositiveSmallIntegerField(default=0, verbose_name="已评齐第几次")),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendee",
                        to="enrolment.application",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendees",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "attendee",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("arrived_at", None), ("no_show_at", None), _connector="OR"),
                        name="attendee_here_or_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pledge_way__in", ["", "own", "paper"])),
                        name="attendee_pledge_way",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AttendanceMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("period", models.PositiveSmallIntegerField(verbose_name="课时")),
                (
                    "presence",
                    models.CharField(
                        choices=[
                            ("present", "到课"),
                            ("late", "迟到"),
                            ("left_early", "早退"),
                            ("leave", "请假"),
                            ("absent", "旷课"),
                        ],
                        max_length=10,
                        verbose_name="考勤",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("roll", "点名"),
                            ("qr", "扫码"),
                            ("online", "网络课堂"),
                            ("leave", "请假审批"),
                            ("sheet", "补录"),
                            ("corrected", "更正"),
                        ],
                        default="roll",
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("marked_at", models.DateTimeField(verbose_name="记录时间")),
                (
                    "marked_by",
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
                        related_name="attendance",
                        to="planning.trainingclass",
                    ),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="delivery.attendee",
                    ),
                ),
            ],
            options={
                "db_table": "attendance_mark",
                "indexes": [
                    models.Index(fields=["training_class", "day", "period"], name="attendance_sheet")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "day", "period"), name="attendance_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("presence__in", ["present", "late", "left_early", "leave", "absent"])
                        ),
                        name="attendance_presence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["roll", "qr", "online", "leave", "sheet", "corrected"])
                        ),
                        name="attendance_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ceremony",
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
                        choices=[("opening", "开班式"), ("closing", "结业式")],
                        max_length=10,
                        verbose_name="仪式",
                    ),
                ),
                ("planned_on", models.DateField(null=True, verbose_name="计划日期")),
                ("planned_at", models.CharField(blank=True, max_length=5, verbose_name="计划时间")),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="地点")),
                ("agenda", models.TextField(blank=True, max_length=1000, verbose_name="议程")),
                ("speakers", models.CharField(blank=True, max_length=160, verbose_name="发言人")),
                ("held_on", models.DateField(null=True, verbose_name="举办日期")),
                ("attended", models.PositiveSmallIntegerField(null=True, verbose_name="参加学员")),
                ("discipline", models.BooleanField(default=False, verbose_name="宣读纪律要求")),
                ("recorded_at", models.DateTimeField(null=True, verbose_name="记录时间")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "recorded_by",
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
                        related_name="ceremonies",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "ceremony",
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "kind"), name="ceremony_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["opening", "closing"])), name="ceremony_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CeremonyPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_at", models.DateTimeField(verbose_name="上传时间")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="移除时间")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ceremony",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="delivery.ceremony",
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
                "db_table": "ceremony_photo",
                "indexes": [models.Index(fields=["ceremony", "id"], name="ceremony_photos")],
            },
        ),
        migrations.CreateModel(
            name="ClassNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="标题")),
                ("text", models.CharField(max_length=2000, verbose_name="内容")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("all", "全班"),
                            ("group", "一个小组"),
                            ("not_arrived", "未报到的"),
                            ("no_pledge", "未签承诺的"),
                            ("no_product", "未交学习成果的"),
                        ],
                        max_length=12,
                        verbose_name="对象",
                    ),
                ),
                ("group", models.PositiveSmallIntegerField(null=True, verbose_name="小组")),
                ("discipline", models.BooleanField(default=False, verbose_name="附纪律要求")),
                ("sent_at", models.DateTimeField(verbose_name="发送时间")),
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
                        related_name="class_notices",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "class_notice",
                "indexes": [models.Index(fields=["training_class", "-id"], name="class_notice_class")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("audience__in", ["all", "group", "not_arrived", "no_pledge", "no_product"])
                        ),
                        name="notice_audience",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shared", models.BooleanField(default=False, verbose_name="在班内公开手机号")),
                ("changed_at", models.DateTimeField(verbose_name="时间")),
                (
                    "attendee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_share",
                        to="delivery.attendee",
                    ),
                ),
            ],
            options={
                "db_table": "contact_share",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
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
                        choices=[("preparing", "待开班"), ("running", "培训中"), ("finished", "教学已结束")],
                        default="preparing",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("started_at", models.DateTimeField(null=True, verbose_name="开班时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="教学结束时间")),
                (
                    "training_class",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delivery",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "delivery",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["preparing", "running", "finished"])),
                        name="delivery_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DisciplineReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("notice", "发放入学通知时"),
                            ("arrival", "入学报到时"),
                            ("training", "学习培训期间"),
                        ],
                        max_length=10,
                        verbose_name="场合",
                    ),
                ),
                ("means", models.CharField(max_length=40, verbose_name="方式")),
                ("text_version", models.CharField(max_length=20, verbose_name="文本版本")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "by",
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
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discipline_reminders",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "discipline_reminder",
                "indexes": [
                    models.Index(fields=["training_class", "occasion"], name="reminder_class"),
                    models.Index(fields=["person", "-id"], name="reminder_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("occasion__in", ["notice", "arrival", "training"])),
                        name="reminder_occasion",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="组号")),
                ("name", models.CharField(blank=True, max_length=20, verbose_name="组名")),
                (
                    "leader",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.attendee",
                        verbose_name="组长",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="group_names",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "group_name",
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "number"), name="group_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 10)), name="group_name_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LearningProduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(verbose_name="第几次")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="第几版")),
                ("group", models.PositiveSmallIntegerField(null=True, verbose_name="小组")),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("handed_in_at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "assignment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="delivery.assignment",
                    ),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="delivery.attendee",
                    ),
                ),
                (
                    "handed_in_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="delivery.learningproduct",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "learning_product",
                "indexes": [models.Index(fields=["attendee", "attempt"], name="product_attendee")],
            },
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("lessons", models.JSONField(verbose_name="课时")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待批准"),
                            ("approved", "已批准"),
                            ("refused", "未批准"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="requested",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="答复")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaves",
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
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaves",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "leave",
                "indexes": [models.Index(fields=["training_class", "state"], name="leave_of_class")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["requested", "approved", "refused", "withdrawn"])),
                        name="leave_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lodging",
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
                        choices=[("arranged", "统一安排"), ("home", "本地居家")],
                        max_length=10,
                        verbose_name="住宿方式",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="住处")),
                ("room", models.CharField(blank=True, max_length=80, verbose_name="房间")),
                ("note", models.CharField(blank=True, max_length=80, verbose_name="备注")),
                ("first_night", models.DateField(verbose_name="首晚")),
                ("last_night", models.DateField(verbose_name="末晚")),
                ("written_at", models.DateTimeField(verbose_name="登记时间")),
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
                        related_name="lodgings",
                        to="planning.trainingclass",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "lodging",
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "person"), name="lodging_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["arranged", "home"])), name="lodging_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_night__gte", models.F("first_night"))),
                        name="lodging_nights",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MarkCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("day", models.DateField(verbose_name="日期")),
                ("period", models.PositiveSmallIntegerField(verbose_name="课时")),
                (
                    "old",
                    models.CharField(
                        choices=[
                            ("present", "到课"),
                            ("late", "迟到"),
                            ("left_early", "早退"),
                            ("leave", "请假"),
                            ("absent", "旷课"),
                        ],
                        max_length=10,
                        verbose_name="原考勤",
                    ),
                ),
                (
                    "new",
                    models.CharField(
                        choices=[
                            ("present", "到课"),
                            ("late", "迟到"),
                            ("left_early", "早退"),
                            ("leave", "请假"),
                            ("absent", "旷课"),
                        ],
                        max_length=10,
                        verbose_name="更正为",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待另一人同意"),
                            ("confirmed", "已更正"),
                            ("declined", "未同意"),
                        ],
                        default="proposed",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="答复")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mark_corrections",
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
                    "proposed_by",
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
                        related_name="mark_corrections",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "mark_correction",
                "indexes": [
                    models.Index(fields=["training_class", "state"], name="mark_correction_of_class")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "confirmed", "declined"])),
                        name="mark_correction_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("new__in", ["present", "late", "left_early", "leave", "absent"]),
                            ("old__in", ["present", "late", "left_early", "leave", "absent"]),
                            models.Q(("old", models.F("new")), _negated=True),
                        ),
                        name="mark_correction_presences",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="mark_correction_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("attendee", "day", "period"),
                        name="mark_correction_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Material",
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
                            ("programme", "培训方案"),
                            ("timetable", "课程表"),
                            ("notice", "招生通知"),
                            ("discipline", "培训纪律要求"),
                            ("other", "其他资料"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("added_at", models.DateTimeField(verbose_name="添加时间")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="移除时间")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="materials",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "class_material",
                "indexes": [models.Index(fields=["training_class", "id"], name="material_class")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["programme", "timetable", "notice", "discipline", "other"])
                        ),
                        name="material_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandedOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="materials",
                        to="delivery.attendee",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handed_out",
                        to="delivery.material",
                    ),
                ),
            ],
            options={
                "db_table": "handed_out",
                "constraints": [
                    models.UniqueConstraint(fields=("material", "attendee"), name="handed_out_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NightAbsence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("night", models.DateField(verbose_name="夜晚")),
                ("reason", models.CharField(blank=True, max_length=80, verbose_name="说明")),
                ("noted_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "lodging",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="delivery.lodging",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "night_absence",
                "constraints": [
                    models.UniqueConstraint(fields=("lodging", "night"), name="night_absence_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NightCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("night", models.DateField(verbose_name="夜晚")),
                ("noted_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "noted_by",
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
                        related_name="night_checks",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "night_check",
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "night"), name="night_check_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeAddressee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enrolment.application",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addressees",
                        to="delivery.classnotice",
                    ),
                ),
            ],
            options={
                "db_table": "notice_addressee",
                "constraints": [
                    models.UniqueConstraint(fields=("notice", "application"), name="notice_addressee_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OnlineUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("period", models.PositiveSmallIntegerField(verbose_name="课时")),
                ("group", models.PositiveSmallIntegerField(default=0, verbose_name="小组")),
                ("link", models.CharField(max_length=300, verbose_name="课堂链接")),
                ("material", models.CharField(blank=True, max_length=500, verbose_name="资料和说明")),
                ("set_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "set_by",
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
                        related_name="online_units",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "online_unit",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training_class", "day", "period", "group"), name="online_unit_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("group__lte", 6)), name="online_unit_group"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pledge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("own", "本人在线承诺"), ("paper", "纸质签字")],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("text_version", models.CharField(max_length=20, verbose_name="文本版本")),
                ("given_at", models.DateTimeField(verbose_name="时间")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person"
                    ),
                ),
                (
                    "recorded_by",
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
                        related_name="pledges",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "pledge",
                "indexes": [models.Index(fields=["training_class", "person"], name="pledge_class")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("way", "own")),
                        fields=("training_class", "person"),
                        name="pledge_own_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["own", "paper"])), name="pledge_way"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortfolioPack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("made_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                ("size", models.BigIntegerField(default=0, verbose_name="字节数")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packs",
                        to="delivery.attendee",
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
                "db_table": "portfolio_pack",
                "indexes": [models.Index(fields=["attendee", "asked_by"], name="portfolio_pack_of")],
            },
        ),
        migrations.CreateModel(
            name="ProductComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="关于第几版")),
                ("text", models.CharField(max_length=500, verbose_name="内容")),
                ("by_author", models.BooleanField(verbose_name="学员所写")),
                ("sealed", models.BooleanField(default=True, verbose_name="评分期间不公开")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "answers",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="delivery.productcomment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="delivery.learningproduct",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_comments",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "product_comment",
                "indexes": [models.Index(fields=["product", "at"], name="product_comment_work")],
            },
        ),
        migrations.CreateModel(
            name="ProductFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几个")),
                ("facts", models.JSONField(default=dict, verbose_name="视频信息")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="delivery.learningproduct",
                    ),
                ),
            ],
            options={
                "db_table": "product_file",
                "constraints": [
                    models.UniqueConstraint(fields=("product", "number"), name="product_file_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RollWindow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("day", models.DateField(verbose_name="日期")),
                ("period", models.PositiveSmallIntegerField(verbose_name="课时")),
                ("group", models.PositiveSmallIntegerField(default=0, verbose_name="小组")),
                ("nonce", models.BinaryField(max_length=16, verbose_name="随机数")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "签到中"), ("closed", "已关闭")],
                        default="open",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="开启时间")),
                ("late_at", models.DateTimeField(verbose_name="迟到界限")),
                ("closes_at", models.DateTimeField(verbose_name="截止时间")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="关闭时间")),
                (
                    "opened_by",
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
                        related_name="roll_windows",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "roll_window",
                "indexes": [
                    models.Index(fields=["training_class", "day", "period"], name="roll_window_place")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "closed"])), name="roll_window_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at__gte", models.F("late_at")), ("late_at__gte", models.F("opened_at"))
                        ),
                        name="roll_window_order",
                    ),
                    models.CheckConstraint(condition=models.Q(("group__lte", 6)), name="roll_window_group"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("training_class", "day", "period", "group"),
                        name="roll_window_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("period", models.PositiveSmallIntegerField(verbose_name="课时")),
                (
                    "presence",
                    models.CharField(
                        choices=[("present", "到课"), ("late", "迟到")], max_length=10, verbose_name="签到"
                    ),
                ),
                (
                    "via",
                    models.CharField(
                        choices=[("qr", "扫码"), ("online", "网络课堂")], max_length=10, verbose_name="方式"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="签到时间")),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="delivery.attendee",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="planning.trainingclass",
                    ),
                ),
                (
                    "window",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="delivery.rollwindow",
                    ),
                ),
            ],
            options={
                "db_table": "scan",
                "indexes": [models.Index(fields=["training_class", "day", "period"], name="scan_place")],
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "day", "period"), name="scan_once"),
                    models.CheckConstraint(
                        condition=models.Q(("presence__in", ["present", "late"])), name="scan_presence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("via__in", ["qr", "online"])), name="scan_via"
                    ),
                ],
            },
        ),
    ]
