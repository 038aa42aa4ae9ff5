"""URLs of the exchange."""

from gongxue.exchange import account, views
from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P

urlpatterns = [
    route("messages/", views.inbox, "messages", Open.SIGNED_IN),
    route("messages/read/", views.read_all, "messages.read_all", Open.SIGNED_IN),
    route("messages/<int:pk>/calendar.ics", views.calendar, "message.calendar", Open.SIGNED_IN),
    route("messages/<int:pk>/", views.message, "message", Open.SIGNED_IN),
    route("mail/", views.mail, "mail", P.SEE_MAIL),
    route("my/account/", account.my_account, "my_account", Open.SIGNED_IN),
    route("my/account/mail/", account.set_mail, P.SET_MAIL.value, P.SET_MAIL),
    route("my/account/mail/<int:pk>/confirm/", account.confirm_mail, P.CONFIRM_MAIL.value, P.CONFIRM_MAIL),
    act_route("my/account/mail/<int:pk>/remove/", P.REMOVE_MAIL),
    act_route("my/account/mail/<int:pk>/switch/", P.SWITCH_MAIL),
]
