from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage6_assessment"
    label = "assessment"

    def ready(self) -> None:
        """Say what stage 6 watches."""
        from gongxue.stage1_planning.queries.watching import WATCHED
        from gongxue.stage5_delivery.queries.comments import HAS_SCORED
        from gongxue.stage6_assessment.owed import watch_appeals, watch_second_attempts, watch_transcripts
        from gongxue.stage6_assessment.seal import has_scored

        WATCHED.append(watch_transcripts)
        WATCHED.append(watch_second_attempts)
        WATCHED.append(watch_appeals)
        HAS_SCORED.append(has_scored)
