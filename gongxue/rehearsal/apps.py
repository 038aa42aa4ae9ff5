from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.rehearsal"
    label = "rehearsal"
