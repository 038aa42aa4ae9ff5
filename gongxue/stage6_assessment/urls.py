"""URLs of stage 6."""

from gongxue.foundation.access.routes import route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage6_assessment.views import (
    appeals,
    opened,
    presentations,
    results,
    rubrics,
    scoring,
    second_looks,
    sheet,
    standing,
)

urlpatterns = [
    route("rubrics/", rubrics.rubrics, "rubrics", P.SEE_CLASSES),
    route("rubrics/versions/<int:pk>/", rubrics.rubric, "rubric", P.SEE_CLASSES),
    route("rubrics/compare/<slug:level>/<slug:part>/", rubrics.compare, "rubrics.compare", P.SEE_CLASSES),
    route("rubrics/begin/", rubrics.begin, P.BEGIN_RUBRIC.value, P.BEGIN_RUBRIC),
    route("rubrics/drafts/<int:pk>/", rubrics.edit, P.EDIT_RUBRIC.value, P.EDIT_RUBRIC),
    route("rubrics/drafts/<int:pk>/publish/", rubrics.publish, P.PUBLISH_RUBRIC.value, P.PUBLISH_RUBRIC),
    act_route("rubrics/drafts/<int:pk>/drop/", P.DROP_RUBRIC),
    route("attendees/<int:pk>/sheet/", sheet.sheet, "assessment.sheet", P.SAVE_SCORE),
    route("attendees/<int:pk>/sheets/", opened.sheets, "assessment.sheets", P.SEE_CLASSES),
    route("score-sheets/<int:pk>/sealed.json", opened.sealed, "assessment.sealed", P.SEE_CLASSES),
    route("classes/<int:pk>/receipts/", sheet.receipts, "assessment.receipts", P.SAVE_SCORE),
    route("classes/<int:pk>/assessment/", standing.assessment, "assessment", P.SEE_CLASSES),
    route("attendees/<int:pk>/score/", sheet.save_score, P.SAVE_SCORE.value, P.SAVE_SCORE),
    route("classes/<int:pk>/score/process/", scoring.score_process, P.SCORE_PROCESS.value, P.SCORE_PROCESS),
    route("classes/<int:pk>/score/final/", scoring.score_final, P.SCORE_FINAL.value, P.SCORE_FINAL),
    act_route("classes/<int:pk>/second-dates/", P.SET_SECOND_DATES),
    act_route("attendees/<int:pk>/retake/", P.APPLY_RETAKE),
    act_route("retakes/<int:pk>/allow/", P.ALLOW_RETAKE),
    route("classes/<int:pk>/presentations/", presentations.presentations, "presentations", P.SEE_CLASSES),
    route("classes/<int:pk>/waiting-room/", presentations.waiting_room, "waiting_room", P.SEE_CLASSES),
    route("classes/<int:pk>/presentation.ics", presentations.own_calendar, "presentation.ics", P.SEE_CLASSES),
    route(
        "presentation-recordings/<int:pk>/", presentations.recording, "presentation_recording", P.SEE_CLASSES
    ),
    act_route("classes/<int:pk>/presentations/plan/", P.PLAN_PRESENTATIONS),
    act_route("presentation-days/<int:pk>/draw/", P.DRAW_ORDER),
    act_route("presentation-days/<int:pk>/next/", P.MOVE_ON),
    route("presentation-slots/<int:pk>/film/", presentations.film, "presentation_film", P.ADD_RECORDING),
    act_route("presentation-slots/<int:pk>/note/", P.NOTE_PRESENTATION),
    act_route("presentation-slots/<int:pk>/recording/", P.ADD_RECORDING),
    act_route("presentation-recordings/<int:pk>/remove/", P.REMOVE_RECORDING),
    route("classes/<int:pk>/second-looks/", second_looks.second_looks, "second_looks", P.SEE_CLASSES),
    act_route("attempts/<int:pk>/second-look/", P.NOTE_SPREAD),
    route("classes/<int:pk>/my-results/", appeals.my_results, "my_results", P.SEE_CLASSES),
    route("classes/<int:pk>/appeals/", appeals.appeals, "appeals", P.SEE_CLASSES),
    act_route("attendees/<int:pk>/appeal/", P.APPEAL),
    act_route("appeals/<int:pk>/keep/", P.KEEP_MARK),
    act_route("appeals/<int:pk>/uphold/", P.UPHOLD_APPEAL),
    act_route("appeals/<int:pk>/object/", P.OBJECT),
    act_route("appeals/<int:pk>/dismiss/", P.DISMISS_OBJECTION),
    act_route("appeals/<int:pk>/sustain/", P.SUSTAIN_OBJECTION),
    route("classes/<int:pk>/confirm/", results.confirm, P.CONFIRM_RESULTS.value, P.CONFIRM_RESULTS),
    route("classes/<int:pk>/transcript/", results.transcript, "transcript", P.SEE_CLASSES),
    route("classes/<int:pk>/transcript.pdf", results.transcript_as_pdf, "transcript.pdf", P.SEE_CLASSES),
    route("classes/<int:pk>/transcript.docx", results.transcript_as_word, "transcript.docx", P.SEE_CLASSES),
    act_route("classes/<int:pk>/transcript/receive/", P.RECEIVE_TRANSCRIPT),
    route(
        "classes/<int:pk>/transcript.xlsx", results.transcript_as_workbook, "transcript.xlsx", P.SEE_CLASSES
    ),
    route(
        "attendees/<int:pk>/correction/",
        results.request_correction,
        P.REQUEST_CORRECTION.value,
        P.REQUEST_CORRECTION,
    ),
    act_route("corrections/<int:pk>/countersign/", P.COUNTERSIGN_CORRECTION),
    act_route("corrections/<int:pk>/refuse/", P.REFUSE_CORRECTION),
]
