from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage1_planning"
    label = "planning"

    def ready(self) -> None:
        """Say what "class/12" means where earlier parts show it."""
        from gongxue.parties.queries import REFERENCE_NAMES
        from gongxue.stage1_planning.queries import class_names
        from gongxue.stage1_planning.queries.owed import watch_approvals, watch_reports
        from gongxue.stage1_planning.queries.watching import WATCHED

        REFERENCE_NAMES["class"] = class_names
        WATCHED.extend([watch_reports, watch_approvals])
