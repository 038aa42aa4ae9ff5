from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage7_evaluation"
    label = "evaluation"
