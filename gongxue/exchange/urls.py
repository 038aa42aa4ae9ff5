"""URLs of the exchange."""

from gongxue.exchange import views
from gongxue.foundation.access.routes import Open, route

urlpatterns = [
    route("messages/", views.inbox, "messages", Open.SIGNED_IN),
    route("messages/read/", views.read_all, "messages.read_all", Open.SIGNED_IN),
    route("messages/<int:pk>/calendar.ics", views.calendar, "message.calendar", Open.SIGNED_IN),
    route("messages/<int:pk>/", views.open_message, "message", Open.SIGNED_IN),
]
