from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage3_programme"
    label = "programme"
