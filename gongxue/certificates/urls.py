"""URLs of this part. The public ones are answered by the lane in front of the sessions; here they have their names."""

from django.urls import URLPattern

from gongxue.certificates import views
from gongxue.certificates.lane import check, query
from gongxue.certificates.views import badges, cases, checking, log, printing, supervising
from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P

urlpatterns: list[URLPattern] = [
    route("certificates/query", query, "certificates.query", Open.PUBLIC),
    route("certificates/check", check, "certificates.check", Open.PUBLIC),
    route("classes/<int:pk>/certificates/", views.class_certificates, "class_certificates", P.SEE_CLASSES),
    route(
        "classes/<int:pk>/certificates/progress/",
        views.documents_progress,
        "documents_progress",
        P.SEE_CLASSES,
    ),
    act_route("classes/<int:pk>/certificates/issue/", P.ISSUE),
    route("classes/<int:pk>/certificates.pdf", views.class_print_run, "print_run", P.ISSUE),
    route("my/certificates/", views.my_certificates, "my_certificates", P.DOWNLOAD),
    route("certificates/<int:pk>/collect/", views.collect, P.DOWNLOAD.value, P.DOWNLOAD),
    route("certificates/<int:pk>/file/", views.certificate_file, "certificate_file", P.DOWNLOAD),
    route("certificates/<int:pk>/badge.jwt", badges.badge, "certificate_badge", P.DOWNLOAD),
    route("certificates/<int:pk>/issued-badge.jwt", badges.issued_badge, "issued_badge", P.ISSUE),
    route("certificates/issuers/<slug:code>/did.json", badges.issuer, "badges.issuer", Open.PUBLIC),
    route("certificates/issuers/<slug:code>/status", badges.status, "badges.status", Open.PUBLIC),
    route("ledger/", views.ledger, "ledger", P.SEE_LEDGER),
    route("ledger.xlsx", views.ledger_as_workbook, "ledger.xlsx", P.SEE_LEDGER),
    route("ledger/receive/", views.receive, P.RECEIVE_STOCK.value, P.RECEIVE_STOCK),
    route("ledger/spoil/", views.spoil, P.SPOIL_STOCK.value, P.SPOIL_STOCK),
    route("ledger/cases/", cases.cases, "certificate_cases", P.SEE_LEDGER),
    route("certificates/<int:pk>/", cases.certificate, "certificate", P.SEE_LEDGER),
    route("certificates/<int:pk>/hand-out/", cases.hand_out, P.HAND_OUT.value, P.HAND_OUT),
    route(
        "certificates/<int:pk>/correction/", cases.correction, P.APPLY_CORRECTION.value, P.APPLY_CORRECTION
    ),
    act_route("certificates/<int:pk>/reprint/", P.REPRINT),
    act_route("certificates/<int:pk>/replacement/", P.APPLY_REPLACEMENT),
    act_route("certificates/<int:pk>/voiding/", P.APPLY_VOID),
    act_route("certificates/<int:pk>/revocation/", P.APPLY_REVOCATION),
    act_route("certificate-cases/<int:pk>/withdraw/", P.WITHDRAW_CASE),
    act_route("certificate-cases/<int:pk>/replace/", P.REPLACE),
    act_route("certificate-cases/<int:pk>/correct/", P.CORRECT),
    act_route("certificate-cases/<int:pk>/void/", P.VOID),
    act_route("certificate-cases/<int:pk>/refuse/", P.REFUSE_CASE),
    act_route("certificate-cases/<int:pk>/revoke/", P.REVOKE),
    act_route("certificate-cases/<int:pk>/keep/", P.KEEP),
    route("ledger/reconciliation/", supervising.reconciliation, "reconciliation", P.SEE_LEDGER),
    route(
        "ledger/reconciliation.xlsx",
        supervising.reconciliation_as_workbook,
        "reconciliation.xlsx",
        P.SEE_LEDGER,
    ),
    route("ledger/reconciliation/sign/", supervising.sign, P.RECONCILE.value, P.RECONCILE),
    route("ledger/log/", log.certificate_log, "certificate_log", P.SEE_LEDGER),
    route("ledger/log/checkpoint.txt", log.checkpoint_file, "certificate_log.note", P.SEE_LEDGER),
    route("ledger/log/leaves.txt", log.leaves_file, "certificate_log.leaves", P.SEE_LEDGER),
    route("ledger/misuse/", supervising.misuse, "misuse", P.SEE_LEDGER),
    route("ledger/misuse/report/", supervising.report, P.REPORT_MISUSE.value, P.REPORT_MISUSE),
    act_route("misuse-reports/<int:pk>/hand-over/", P.HAND_OVER_MISUSE),
    act_route("misuse-reports/<int:pk>/close/", P.CLOSE_MISUSE),
    route("certificates/checks/", checking.checks, P.CHECK_LIST.value, P.CHECK_LIST),
    route("certificates/checks/template.xlsx", checking.check_template, "check_template", P.CHECK_LIST),
    route("certificates/checks/<int:pk>/", checking.checked_workbook, "checked_workbook", P.CHECK_LIST),
    route("certificates/checks/<int:pk>/progress/", checking.check_progress, "check_progress", P.CHECK_LIST),
    route("certificates/checks/<int:pk>/take/", checking.take_checked, "take_checked", P.CHECK_LIST),
    route("certificates/keys/", checking.query_keys, P.ISSUE_KEY.value, P.ISSUE_KEY),
    act_route("certificates/keys/<int:pk>/revoke/", P.REVOKE_KEY),
    route("ledger/printers/", printing.printers, "printers", P.ALIGN),
    route("ledger/printers/save/", printing.align, P.ALIGN.value, P.ALIGN),
    route("ledger/printers/alignment.pdf", printing.alignment, "alignment.pdf", P.ALIGN),
    route("classes/<int:pk>/collection.pdf", printing.class_collection, "collection.pdf", P.HAND_OUT),
]
