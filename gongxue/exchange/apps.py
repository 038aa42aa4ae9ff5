from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.exchange"
    label = "exchange"
