"""URLs of stage 1."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning import views
from gongxue.stage1_planning.views import changes, editions, feasibility, national, table
from gongxue.stage1_planning.views import round as round_

urlpatterns = [
    route("national/", national.national_list, "national_list", Open.PUBLIC),
    route("national/editions/", editions.edition_list, "editions", Open.PUBLIC),
    route("national/editions/<int:pk>/", editions.edition_page, "edition", Open.PUBLIC),
    route("planning/", views.rounds, "planning.rounds", P.SEE_CLASSES),
    route("planning/open/", views.open_round, P.OPEN_ROUND.value, P.OPEN_ROUND),
    route("planning/<int:pk>/feasibility/", feasibility.feasibility, "planning.feasibility", P.SEE_CLASSES),
    route("planning/<int:pk>/", round_.round_page, "planning.round", P.SEE_CLASSES),
    route("planning/<int:pk>/lines.xlsx", round_.round_workbook, "planning.workbook", P.SEE_CLASSES),
    route("planning/<int:pk>/days/", views.change_round, P.CHANGE_ROUND.value, P.CHANGE_ROUND),
    route("planning/<int:pk>/table/", table.table, P.SAVE_LINES.value, P.SAVE_LINES),
    route("planning/<int:pk>/table/upload/", table.upload, "planning.upload", P.SAVE_LINES),
    route("planning/<int:pk>/table/template.xlsx", table.template, "planning.template", P.SAVE_LINES),
    route("planning/imports/<int:pk>/problems.xlsx", table.problems, "planning.problems", P.SAVE_LINES),
    route("planning/<int:pk>/add/", views.add_line, P.ADD_LINE.value, P.ADD_LINE),
    *(
        route(f"planning/<int:pk>/{where}/", round_.decision(permission), permission.value, permission)
        for where, permission in (
            ("approve", P.APPROVE_LINES),
            ("return", P.RETURN_LINES),
            ("accept", P.ACCEPT_LINES),
            ("send-back", P.SEND_BACK_LINES),
        )
    ),
    route("planning/lines/<int:pk>/", round_.line_page, "planning.line", P.SEE_CLASSES),
    route("planning/lines/<int:pk>/edit/", views.edit_line, P.EDIT_LINE.value, P.EDIT_LINE),
    route("classes/<int:pk>/exception/", views.grant_exception, P.GRANT_EXCEPTION.value, P.GRANT_EXCEPTION),
    act_route("planning/lines/<int:pk>/remove/", P.REMOVE_LINE),
    act_route("planning/lines/<int:pk>/approve/", P.APPROVE_LINE),
    act_route("planning/lines/<int:pk>/return/", P.RETURN_LINE),
    act_route("planning/lines/<int:pk>/send-back/", P.SEND_BACK_LINE),
    act_route("planning/<int:pk>/submit/", P.SUBMIT_PLAN),
    act_route("planning/<int:pk>/report/", P.REPORT_PLAN),
    act_route("planning/<int:pk>/publish/", P.PUBLISH_PLAN),
    route("planning/changes/", changes.change_list, "planning.changes", P.SEE_CLASSES),
    route("planning/changes/<int:pk>/", changes.change_page, "planning.change", P.SEE_CLASSES),
    route("planning/changes/<int:pk>/scan/", changes.scan, "planning.change_scan", P.SEE_CLASSES),
    route("planning/changes/<int:pk>/amend/", changes.amend, P.AMEND_CHANGE.value, P.AMEND_CHANGE),
    route(
        "planning/changes/<int:pk>/scan/upload/",
        changes.attach_scan,
        P.ATTACH_CHANGE_SCAN.value,
        P.ATTACH_CHANGE_SCAN,
    ),
    route("planning/changes/<int:pk>/approve/", changes.approve, P.APPROVE_CHANGE.value, P.APPROVE_CHANGE),
    act_route("planning/changes/<int:pk>/take-back/", P.TAKE_BACK_CHANGE),
    act_route("planning/changes/<int:pk>/return/", P.RETURN_CHANGE),
    act_route("planning/changes/<int:pk>/refuse/", P.REFUSE_CHANGE),
    act_route("planning/changes/<int:pk>/question/", P.QUESTION_CHANGE),
    act_route("planning/changes/<int:pk>/record/", P.RECORD_CHANGE),
    route("planning/<int:pk>/addition/", changes.apply_addition, P.APPLY_ADDITION.value, P.APPLY_ADDITION),
    route("classes/<int:pk>/change/", changes.apply_change, P.APPLY_CHANGE.value, P.APPLY_CHANGE),
    route("classes/<int:pk>/cancel/", changes.apply_cancel, P.APPLY_CANCEL.value, P.APPLY_CANCEL),
]
