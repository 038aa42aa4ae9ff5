"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from gongxue.foundation.front import Front

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongxue.foundation.settings")
_product = get_wsgi_application()


def _at_once() -> int:
    from django.conf import settings

    return int(settings.REQUESTS_AT_ONCE)


application = Front(_product, _at_once())
