from django.apps import AppConfig


class AccessConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.foundation.access"
    label = "access"
