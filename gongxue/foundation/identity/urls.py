"""URLs of identity."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.identity import administration, views
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P

urlpatterns = [
    route("sign-in/", views.sign_in, "sign_in", Open.PUBLIC),
    route("sign-out/", views.sign_out, "sign_out", Open.PUBLIC),
    route("password/", views.change_password, P.CHANGE_PASSWORD.value, P.CHANGE_PASSWORD),
    route("role/<int:pk>/", views.switch_role, "switch_role", Open.SIGNED_IN),
    route("accounts/", administration.accounts, "accounts", P.SEE_ACCOUNTS),
    route("accounts/create/", administration.create, P.CREATE_ACCOUNT.value, P.CREATE_ACCOUNT),
    route("accounts/choices/", administration.choices, "accounts.choices", P.SEE_ACCOUNTS),
    route("accounts/<int:pk>/", administration.account, "account", P.SEE_ACCOUNTS),
    route("accounts/<int:pk>/reset/", administration.reset, P.RESET_ACCOUNT.value, P.RESET_ACCOUNT),
    route("accounts/<int:pk>/roles/", administration.give_role, P.GIVE_ROLE.value, P.GIVE_ROLE),
    act_route("accounts/<int:pk>/suspend/", P.SUSPEND_ACCOUNT),
    act_route("accounts/roles/<int:pk>/end/", P.END_ROLE),
]
