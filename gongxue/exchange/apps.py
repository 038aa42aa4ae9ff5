from django.apps import AppConfig
from django.conf import settings


class ExchangeConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.exchange"
    label = "exchange"

    def ready(self) -> None:
        """The clock sends e-mail where there is a mail server."""
        from gongxue.exchange.tasks import send_mail
        from gongxue.foundation.jobs.backend import periodic

        if settings.EMAIL_HOST:
            periodic("mail.send", 60)(send_mail)
