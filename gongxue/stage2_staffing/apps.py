from django.apps import AppConfig


class StaffingConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage2_staffing"
    label = "staffing"
