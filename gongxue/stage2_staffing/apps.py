from django.apps import AppConfig


class StaffingConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage2_staffing"
    label = "staffing"

    def ready(self) -> None:
        """Say what stage 2 watches."""
        from gongxue.stage1_planning.queries.watching import WATCHED
        from gongxue.stage2_staffing.owed import watch_openings

        WATCHED.append(watch_openings)
