from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage4_enrolment"
    label = "enrolment"

    def ready(self) -> None:
        """Institutions meet the people who apply for their classes; the national list links to published notices."""
        from gongxue.parties.models import Person
        from gongxue.stage1_planning.queries import NOTICED
        from gongxue.stage4_enrolment.queries import applicants_met_by, classes_with_notice

        Person.ALSO_SEEN.append(applicants_met_by)
        NOTICED.append(classes_with_notice)
