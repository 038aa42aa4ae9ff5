from django.apps import AppConfig


class OfficialFormsConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.foundation.official_forms"
    label = "official_forms"
