import django.db.models.deletion
import gongxue.regulations.programme
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("programme", "0001_initial"),
        ("programme", "0002_changes"),
        ("programme", "0003_versions"),
        ("programme", "0004_registers"),
        ("programme", "0005_templates"),
        ("programme", "0006_together"),
        ("programme", "0007_groups"),
        ("programme", "0008_notes"),
        ("programme", "0009_lessons_are_booked"),
    ]

    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("identity", "__first__"),
        ("parties", "0001_squashed"),
        ("planning", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseSession",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("course", "授课"),
                            ("process", "过程性考核"),
                            ("final", "终结性考核"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                ("module", models.CharField(blank=True, max_length=4, verbose_name="模块")),
                ("topic", models.CharField(blank=True, max_length=80, verbose_name="内容")),
                ("room", models.CharField(blank=True, max_length=40, verbose_name="地点")),
                ("group", models.PositiveSmallIntegerField(default=0, verbose_name="组")),
                (
                    "teacher",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.person",
                        verbose_name="授课教师",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "course_session",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training_class", "day", "period", "group"), name="session_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["course", "process", "final", "other"])),
                        name="session_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__gte", 1), ("period__lte", 12)), name="session_period"
                    ),
                    models.CheckConstraint(condition=models.Q(("group__lte", 6)), name="session_group"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftSession",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("course", "授课"),
                            ("process", "过程性考核"),
                            ("final", "终结性考核"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                ("module", models.CharField(blank=True, max_length=4, verbose_name="模块")),
                ("topic", models.CharField(blank=True, max_length=80, verbose_name="内容")),
                ("room", models.CharField(blank=True, max_length=40, verbose_name="地点")),
                ("group", models.PositiveSmallIntegerField(default=0, verbose_name="组")),
                (
                    "teacher",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.person",
                        verbose_name="授课教师",
                    ),
                ),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft_sessions",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "draft_session",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training_class", "day", "period", "group"), name="draft_session_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["course", "process", "final", "other"])),
                        name="draft_session_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__gte", 1), ("period__lte", 12)),
                        name="draft_session_period",
                    ),
                    models.CheckConstraint(condition=models.Q(("group__lte", 6)), name="draft_session_group"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FiledProgramme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("content", models.JSONField(verbose_name="内容")),
                ("filed_at", models.DateTimeField(verbose_name="报备时间")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="变更理由")),
                ("moved", models.JSONField(default=list, verbose_name="变更内容")),
                ("material", models.BooleanField(default=True, verbose_name="经省级审核")),
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filed_programmes",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "filed_programme",
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "version"), name="filed_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ModuleHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "module",
                    models.CharField(
                        choices=[
                            ("1-1", "课程标准校本转化"),
                            ("1-2", "课程学习任务设计"),
                            ("1-3", "课程考核方案设计"),
                            ("1-4", "终结性考核试题设计"),
                            ("1-5", "教师专业技能指导"),
                            ("1-6", "教师教学实施指导"),
                            ("2-1", "学习任务分析"),
                            ("2-2", "学习任务教学活动策划"),
                            ("2-3", "学习任务考核设计"),
                            ("2-4", "学习任务工作页设计与编写"),
                            ("2-5", "学习任务信息页设计与编写"),
                            ("2-6", "一体化示范课设计与实施"),
                            ("3-1", "课程教学进度计划编制"),
                            ("3-2", "学习任务教学活动设计"),
                            ("3-3", "课堂教学活动组织与实施"),
                            ("3-4", "学习任务过程性考核实施"),
                            ("3-5", "课程终结性考核组织与实施"),
                            ("3-6", "教学场地和设施使用管理"),
                        ],
                        max_length=4,
                        verbose_name="模块",
                    ),
                ),
                ("periods", models.PositiveSmallIntegerField(verbose_name="最低课时")),
                ("effective_from", models.DateField(verbose_name="自何日起")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                ("entered_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "module_hours",
                "indexes": [models.Index(fields=["module", "effective_from"], name="module_hours_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("periods__gte", 1), ("periods__lte", 120)),
                        name="module_hours_periods",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "module__in",
                                [
                                    "1-1",
                                    "1-2",
                                    "1-3",
                                    "1-4",
                                    "1-5",
                                    "1-6",
                                    "2-1",
                                    "2-2",
                                    "2-3",
                                    "2-4",
                                    "2-5",
                                    "2-6",
                                    "3-1",
                                    "3-2",
                                    "3-3",
                                    "3-4",
                                    "3-5",
                                    "3-6",
                                ],
                            )
                        ),
                        name="module_hours_module",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Programme",
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
                            ("draft", "编写中"),
                            ("submitted", "待省级审核"),
                            ("returned", "已退回"),
                            ("filed", "已报备"),
                            ("changing", "变更编写中"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("objectives", models.TextField(blank=True, verbose_name="培训目标")),
                ("course_plan", models.TextField(blank=True, verbose_name="课程安排")),
                ("assessment_plan", models.TextField(blank=True, verbose_name="考核安排")),
                ("materials", models.TextField(blank=True, verbose_name="培训资料")),
                ("venue", models.TextField(blank=True, verbose_name="场地设备")),
                ("logistics", models.TextField(blank=True, verbose_name="后勤服务")),
                (
                    "final_mode",
                    models.CharField(
                        choices=[("lesson", "说课"), ("defence", "答辩")],
                        default=gongxue.regulations.programme.FinalMode["LESSON"],
                        max_length=10,
                        verbose_name="终结性考核方式",
                    ),
                ),
                (
                    "venue_declared",
                    models.BooleanField(default=False, verbose_name="声明不在风景名胜区或高档宾馆"),
                ),
                ("notes", models.JSONField(default=dict, verbose_name="每日备注")),
                ("groups", models.PositiveSmallIntegerField(default=1, verbose_name="分组上课的组数")),
                ("returned_reason", models.CharField(blank=True, max_length=500, verbose_name="退回意见")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="报送时间")),
                ("filed_at", models.DateTimeField(null=True, verbose_name="报备时间")),
                ("first_submitted_at", models.DateTimeField(null=True, verbose_name="首次报送时间")),
                ("late_days", models.PositiveSmallIntegerField(default=0, verbose_name="逾期天数")),
                ("change_reason", models.CharField(blank=True, max_length=500, verbose_name="变更理由")),
                ("changed_from", models.PositiveIntegerField(default=0, verbose_name="变更前的版本")),
                ("written_at", models.DateTimeField(null=True, verbose_name="最近修改时间")),
                (
                    "submitted_by",
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
                        related_name="programme",
                        to="planning.trainingclass",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "programme",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "submitted", "returned", "filed", "changing"])
                        ),
                        name="programme_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("final_mode__in", ["lesson", "defence"])), name="programme_mode"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("groups__gte", 1), ("groups__lte", 6)), name="programme_groups"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=20, verbose_name="位置")),
                ("text", models.CharField(max_length=500, verbose_name="批注")),
                ("organisation", models.CharField(max_length=100, verbose_name="单位")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("resolved_at", models.DateTimeField(null=True, verbose_name="解决时间")),
                (
                    "answers",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="programme.programmecomment",
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
                    "resolved_by",
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
                        related_name="programme_comments",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "programme_comment",
                "indexes": [models.Index(fields=["training_class", "place"], name="programme_comment_place")],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("confirmed_at", models.DateTimeField(verbose_name="确认时间")),
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
                        related_name="confirmations",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "programme_confirmation",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training_class", "person", "version"), name="confirmation_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeTemplate",
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
                        verbose_name="培训级别",
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("content", models.JSONField(verbose_name="内容")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="停用时间")),
                (
                    "institution",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                        verbose_name="培训机构",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "programme_template",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["3", "2", "1", "G"])), name="template_level"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("institution", "level", "title"),
                        name="template_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None), ("institution", None)),
                        fields=("level", "title"),
                        name="template_national_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("saved", "编写"),
                            ("submitted", "报送"),
                            ("returned", "退回"),
                            ("filed", "报备"),
                            ("dropped", "撤销变更"),
                        ],
                        max_length=10,
                        verbose_name="缘由",
                    ),
                ),
                ("content", models.JSONField(null=True, verbose_name="内容")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "by",
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
                        related_name="programme_versions",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "programme_version",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause__in", ["saved", "submitted", "returned", "filed", "dropped"])
                        ),
                        name="programme_version_cause",
                    ),
                    models.UniqueConstraint(
                        fields=("training_class", "version", "cause"), name="programme_version_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnedItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="退回的版本")),
                ("place", models.CharField(max_length=20, verbose_name="部分")),
                ("code", models.CharField(max_length=20, verbose_name="退回理由")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("said_of", models.JSONField(verbose_name="退回时的内容")),
                ("mended_at", models.DateTimeField(null=True, verbose_name="修改完成时间")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="修改说明")),
                (
                    "mended_by",
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
                        related_name="returned_items",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "returned_item",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training_class", "version", "place"), name="returned_item_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("workstation", "学习工作站"),
                            ("classroom", "多媒体教室"),
                            ("hall", "报告厅"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                ("seats", models.PositiveSmallIntegerField(verbose_name="座位数")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="停用时间")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                        verbose_name="培训机构",
                    ),
                ),
            ],
            options={
                "db_table": "room",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("institution", "name"),
                        name="room_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seats__gte", 1), ("seats__lte", 2000)), name="room_seats"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["workstation", "classroom", "hall", "other"])),
                        name="room_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SectionVerdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("place", models.CharField(max_length=20, verbose_name="部分")),
                ("accepts", models.BooleanField(verbose_name="通过")),
                ("code", models.CharField(blank=True, max_length=20, verbose_name="退回理由")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("said_of", models.JSONField(verbose_name="所审内容")),
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
                    "training_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="programme_verdicts",
                        to="planning.trainingclass",
                    ),
                ),
            ],
            options={
                "db_table": "section_verdict",
                "indexes": [
                    models.Index(fields=["training_class", "version"], name="section_verdict_version")
                ],
            },
        ),
    ]
