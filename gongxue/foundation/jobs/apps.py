from django.apps import AppConfig


class JobsConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.foundation.jobs"
    label = "jobs"
