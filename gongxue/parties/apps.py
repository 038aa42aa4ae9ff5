from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.parties"
    label = "parties"
