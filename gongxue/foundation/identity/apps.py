from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Accounts, organisations, roles."""

    name = "gongxue.foundation.identity"
    label = "identity"
