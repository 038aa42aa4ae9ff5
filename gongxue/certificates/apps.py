from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.certificates"
    label = "certificates"

    def ready(self) -> None:
        """Numbers that were used once must be known to the witnesses of the trail."""
        from gongxue.certificates.books import reserve_numbers, used_numbers
        from gongxue.certificates.documents.signing import sign_paper
        from gongxue.foundation.trail import witnesses
        from gongxue.stage6_assessment.signing import SIGNERS

        SIGNERS.append(sign_paper)
        witnesses.register("certificates", used_numbers, reserve_numbers)
