from django.apps import AppConfig


class DesksConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.desks"
    label = "desks"
