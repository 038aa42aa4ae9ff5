from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage4_enrolment"
    label = "enrolment"

    def ready(self) -> None:
        """Institutions meet the people who apply for their classes."""
        from gongxue.parties.models import Person
        from gongxue.stage4_enrolment.queries import applicants_met_by

        Person.ALSO_SEEN.append(applicants_met_by)
