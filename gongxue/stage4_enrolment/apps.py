from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage4_enrolment"
    label = "enrolment"

    def ready(self) -> None:
        """Institutions meet who applies for their classes; the national list links to notices; the admitted are told changes."""
        from gongxue.parties.models import Person
        from gongxue.stage1_planning.actions import MOVED
        from gongxue.stage1_planning.queries import NOTICED
        from gongxue.stage1_planning.queries.changes import OBSTACLES
        from gongxue.stage1_planning.queries.watching import ENDS, WATCHED
        from gongxue.stage2_staffing.inputs import TRAINEE_EMPLOYERS
        from gongxue.stage3_programme.queries import CHANGED
        from gongxue.stage4_enrolment.moving import give_up, more_admitted
        from gongxue.stage4_enrolment.notices import programme_changed
        from gongxue.stage4_enrolment.owed import ends_of, watch_enrolments
        from gongxue.stage4_enrolment.queries import (
            applicants_met_by,
            classes_with_notice,
            employers_of_trainees,
        )

        Person.ALSO_SEEN.append(applicants_met_by)
        NOTICED.append(classes_with_notice)
        TRAINEE_EMPLOYERS.append(employers_of_trainees)
        CHANGED.append(programme_changed)
        WATCHED.append(watch_enrolments)
        ENDS.append(ends_of)
        OBSTACLES.append(more_admitted)
        MOVED.append(give_up)
