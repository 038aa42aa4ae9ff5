from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage3_programme"
    label = "programme"

    def ready(self) -> None:
        """Say what stage 3 watches; the programme follows the dates and the team of its class."""
        from gongxue.stage1_planning.actions import MOVED
        from gongxue.stage1_planning.queries.watching import WATCHED
        from gongxue.stage2_staffing.actions import SUCCEEDED
        from gongxue.stage3_programme.moving import follow
        from gongxue.stage3_programme.owed import watch_programmes
        from gongxue.stage3_programme.succeeding import succeed

        MOVED.append(follow)
        SUCCEEDED.append(succeed)
        WATCHED.append(watch_programmes)
