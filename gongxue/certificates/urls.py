"""URLs of this part. The public ones are answered by the lane in front of the sessions; here they have their names."""

from django.urls import URLPattern

from gongxue.certificates import views
from gongxue.certificates.lane import check, query
from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P

urlpatterns: list[URLPattern] = [
    route("certificates/query", query, "certificates.query", Open.PUBLIC),
    route("certificates/check", check, "certificates.check", Open.PUBLIC),
    route("classes/<int:pk>/certificates/", views.class_certificates, "class_certificates", P.SEE_CLASSES),
    act_route("classes/<int:pk>/certificates/issue/", P.ISSUE),
    route("classes/<int:pk>/certificates.pdf", views.class_print_run, "print_run", P.ISSUE),
    route("my/certificates/", views.my_certificates, "my_certificates", P.DOWNLOAD),
    route("certificates/<int:pk>/collect/", views.collect, P.DOWNLOAD.value, P.DOWNLOAD),
    route("certificates/<int:pk>/file/", views.certificate_file, "certificate_file", P.DOWNLOAD),
    route("ledger/", views.ledger, "ledger", P.SEE_LEDGER),
    route("ledger.xlsx", views.ledger_as_workbook, "ledger.xlsx", P.SEE_LEDGER),
    route("ledger/receive/", views.receive, P.RECEIVE_STOCK.value, P.RECEIVE_STOCK),
]
