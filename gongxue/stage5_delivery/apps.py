from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """See README.md of this folder."""

    name = "gongxue.stage5_delivery"
    label = "delivery"

    def ready(self) -> None:
        """A period whose roll was called is a fact: no change of the programme moves it. Jobs stand in the clock's list."""
        from gongxue.stage3_programme.queries import TAUGHT
        from gongxue.stage5_delivery import tasks as tasks
        from gongxue.stage5_delivery.queries import called_periods

        TAUGHT.append(called_periods)
