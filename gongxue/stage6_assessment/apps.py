from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage6_assessment"
    label = "assessment"
