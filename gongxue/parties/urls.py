"""URLs of this part."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.pages.act import act_route
from gongxue.parties.sign_up import register
from gongxue.parties.views import imports, own_entry, people, pool, pool_register, registers
from gongxue.regulations.roles import Permission as P

urlpatterns = [
    route("registers/", registers.registers, "registers", Open.SIGNED_IN),
    route("registers/<int:pk>/", registers.institution, "registers.institution", Open.SIGNED_IN),
    route("registers/<int:pk>/approve/", registers.approve, P.REGISTER_APPROVAL.value, P.REGISTER_APPROVAL),
    route("registers/schools/", registers.schools, "schools", Open.SIGNED_IN),
    route("registers/schools/add/", registers.add_school, P.REGISTER_SCHOOL.value, P.REGISTER_SCHOOL),
    route("pool/", pool.pool, "pool", P.SEE_POOL),
    route("pool/<int:pk>/", pool.member, "pool.member", P.SEE_POOL),
    route("pool/me/", pool.me, "pool.me", Open.SIGNED_IN),
    route("pool.xlsx", pool.pool_as_workbook, "pool.xlsx", P.SEE_POOL),
    route("pool/me/days/", own_entry.days, P.MARK_AWAY.value, P.MARK_AWAY),
    act_route("pool/days/<int:pk>/clear/", P.CLEAR_AWAY),
    act_route("pool/<int:pk>/willing/", P.SET_WILLING),
    act_route("pool/me/introduce/", P.INTRODUCE),
    route("pool/register/", pool_register.register, P.REGISTER_BACKBONE.value, P.REGISTER_BACKBONE),
    route("accounts/import/", imports.upload, P.IMPORT_ACCOUNTS.value, P.IMPORT_ACCOUNTS),
    route("accounts/import/template.xlsx", imports.template, "accounts.import_template", P.IMPORT_ACCOUNTS),
    route("accounts/import/<int:pk>/", imports.preview, "accounts.import_preview", P.IMPORT_ACCOUNTS),
    route(
        "accounts/import/<int:pk>/progress/", imports.progress, "accounts.import_progress", P.IMPORT_ACCOUNTS
    ),
    route(
        "accounts/import/<int:pk>/problems.xlsx",
        imports.problems,
        "accounts.import_problems",
        P.IMPORT_ACCOUNTS,
    ),
    route("accounts/import/<int:pk>/confirm/", imports.confirm, "accounts.import_confirm", P.IMPORT_ACCOUNTS),
    route("accounts/import/<int:pk>/drop/", imports.drop, "accounts.import_drop", P.IMPORT_ACCOUNTS),
    route(
        "accounts/import/<int:pk>/passwords/",
        imports.passwords,
        "accounts.import_passwords",
        P.IMPORT_ACCOUNTS,
    ),
    route("sign-up/", register, P.SIGN_UP.value, Open.PUBLIC),
    act_route("people/me/consent/", P.CONSENT),
    route("people/<int:pk>/reveal/", people.reveal, P.REVEAL.value, P.REVEAL),
]
