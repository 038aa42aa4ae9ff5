from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("access", "0001_initial"), ("access", "0002_presence")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("page", models.CharField(max_length=40)),
                ("account", models.BigIntegerField()),
                ("name", models.CharField(max_length=40)),
                ("organisation", models.CharField(max_length=100)),
                ("part", models.CharField(blank=True, max_length=40)),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "db_table": "presence",
                "indexes": [models.Index(fields=["seen_at"], name="presence_seen_at")],
                "constraints": [models.UniqueConstraint(fields=("page", "account"), name="presence_once")],
            },
        ),
        migrations.CreateModel(
            name="Throttle",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
                ("heard_from", models.DateTimeField()),
            ],
            options={
                "db_table": "throttle",
                "indexes": [models.Index(fields=["last_at"], name="throttle_last_at")],
            },
        ),
    ]
