from django.apps import AppConfig


class StaffingConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage2_staffing"
    label = "staffing"

    def ready(self) -> None:
        """Say what stage 2 watches, what hinders a change of a class, and move with it."""
        from gongxue.stage1_planning.actions import MOVED
        from gongxue.stage1_planning.queries.changes import OBSTACLES, OPENED
        from gongxue.stage1_planning.queries.watching import WATCHED
        from gongxue.stage2_staffing.moving import clashes, move_team, opened
        from gongxue.stage2_staffing.owed import watch_openings

        OPENED.append(opened)
        OBSTACLES.append(clashes)
        MOVED.append(move_team)
        WATCHED.append(watch_openings)
