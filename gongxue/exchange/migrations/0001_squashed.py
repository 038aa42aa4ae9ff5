import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("exchange", "0001_initial"), ("exchange", "0002_once_and_event"), ("exchange", "0003_mail")]

    initial = True

    dependencies = [
        ("identity", "0001_initial"),
        ("identity", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sealed", models.BinaryField(verbose_name="邮箱")),
                ("nonce", models.BinaryField(verbose_name="确认码种子")),
                ("code_until", models.DateTimeField(verbose_name="确认码有效至")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="删除时间")),
                ("wanted", models.BooleanField(default=True, verbose_name="接收邮件")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            options={
                "db_table": "mail_address",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("removed_at", None), models.Q(("confirmed_at", None), _negated=True)
                        ),
                        fields=("account",),
                        name="mail_address_in_force",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None), ("removed_at", None)),
                        fields=("account",),
                        name="mail_address_waiting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=120, verbose_name="标题")),
                ("body", models.TextField(blank=True, verbose_name="内容")),
                ("link", models.CharField(blank=True, max_length=200, verbose_name="链接")),
                ("kind", models.CharField(max_length=40, verbose_name="类别")),
                ("once", models.CharField(blank=True, max_length=120, verbose_name="只发一次")),
                ("event", models.JSONField(null=True, verbose_name="日程")),
                ("sent_at", models.DateTimeField(verbose_name="时间")),
                ("read_at", models.DateTimeField(null=True, verbose_name="已读")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                "db_table": "message",
                "indexes": [
                    models.Index(fields=["account", "-id"], name="message_inbox"),
                    models.Index(
                        condition=models.Q(("read_at", None)), fields=["account"], name="message_unread"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("once", ""), _negated=True),
                        fields=("to", "once"),
                        name="message_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待发送"),
                            ("sent", "已发送"),
                            ("returned", "退回"),
                            ("dropped", "未发送"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("queued_at", models.DateTimeField(verbose_name="写入时间")),
                ("due_at", models.DateTimeField(verbose_name="下次发送")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="已试次数")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("reason", models.CharField(blank=True, max_length=80, verbose_name="原因")),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exchange.mailaddress",
                        verbose_name="收件邮箱",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mails",
                        to="exchange.message",
                        verbose_name="消息",
                    ),
                ),
            ],
            options={
                "db_table": "mail",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_at"], name="mail_due"
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting"), _negated=True),
                        fields=["ended_at", "state"],
                        name="mail_ended_lately",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "address"), name="mail_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "sent", "returned", "dropped"])),
                        name="mail_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                models.Q(("ended_at", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="mail_ended",
                    ),
                ],
            },
        ),
    ]
