"""URLs of stage 6."""

from gongxue.foundation.access.routes import route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage6_assessment import views

urlpatterns = [
    route("classes/<int:pk>/assessment/", views.assessment, "assessment", P.SEE_CLASSES),
    route("attendees/<int:pk>/score/", views.save_score, P.SAVE_SCORE.value, P.SAVE_SCORE),
    route("classes/<int:pk>/score/process/", views.score_process, P.SCORE_PROCESS.value, P.SCORE_PROCESS),
    route("classes/<int:pk>/score/final/", views.score_final, P.SCORE_FINAL.value, P.SCORE_FINAL),
    act_route("attendees/<int:pk>/retake/", P.APPLY_RETAKE),
    act_route("retakes/<int:pk>/allow/", P.ALLOW_RETAKE),
    route("classes/<int:pk>/confirm/", views.confirm, P.CONFIRM_RESULTS.value, P.CONFIRM_RESULTS),
    route("classes/<int:pk>/transcript/", views.transcript, "transcript", P.SEE_CLASSES),
    route("classes/<int:pk>/transcript.pdf", views.transcript_as_pdf, "transcript.pdf", P.SEE_CLASSES),
    route("classes/<int:pk>/transcript.xlsx", views.transcript_as_workbook, "transcript.xlsx", P.SEE_CLASSES),
    route(
        "attendees/<int:pk>/correction/",
        views.request_correction,
        P.REQUEST_CORRECTION.value,
        P.REQUEST_CORRECTION,
    ),
    act_route("corrections/<int:pk>/countersign/", P.COUNTERSIGN_CORRECTION),
    act_route("corrections/<int:pk>/refuse/", P.REFUSE_CORRECTION),
]
