from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.api"
    label = "api"
