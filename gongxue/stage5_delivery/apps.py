from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage5_delivery"
    label = "delivery"
