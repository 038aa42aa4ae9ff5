"""URLs of stage 4."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage4_enrolment.views import (
    answers,
    compare,
    notice,
    photo,
    report,
    review,
    school,
    sheets,
    trainee,
)

urlpatterns = [
    # the notice
    route("national/notices/<int:pk>/", notice.notice, "notice", Open.PUBLIC),
    route("classes/<int:pk>/notice/", notice.edit_notice, P.EDIT_NOTICE.value, P.EDIT_NOTICE),
    act_route("enrolments/<int:pk>/publish/", P.PUBLISH_NOTICE),
    act_route("enrolments/<int:pk>/close/", P.CLOSE_ENROLMENT),
    # the trainee
    route("classes/<int:pk>/apply/", trainee.save, P.SAVE_APPLICATION.value, P.SAVE_APPLICATION),
    route("my/applications/", trainee.my_applications, "my_applications", P.SAVE_APPLICATION),
    route("my/applications/<int:pk>/", trainee.application, "application", P.SAVE_APPLICATION),
    route(
        "my/applications/<int:pk>/submit/", trainee.submit, P.SUBMIT_APPLICATION.value, P.SUBMIT_APPLICATION
    ),
    route("my/applications/<int:pk>/form1.pdf", sheets.own_pdf, "application.pdf", P.SAVE_APPLICATION),
    route("my/applications/<int:pk>/form1.docx", sheets.own_word, "application.docx", P.SAVE_APPLICATION),
    route("my/applications/<int:pk>/photo/", photo.attach, P.ATTACH_PHOTO.value, P.ATTACH_PHOTO),
    route("my/applications/<int:pk>/photo.jpg", photo.own, "application.photo", P.SAVE_APPLICATION),
    act_route("my/applications/<int:pk>/withdraw/", P.WITHDRAW_APPLICATION),
    act_route("my/applications/<int:pk>/accept/", P.ACCEPT_SEAT),
    act_route("my/applications/<int:pk>/decline/", P.DECLINE_SEAT),
    # teachers reported from a workbook
    route("reports/", report.report, P.REPORT_APPLICANTS.value, P.REPORT_APPLICANTS),
    route("reports/template.xlsx", report.template, "report_template", P.REPORT_APPLICANTS),
    route("reports/<int:pk>/", report.preview, "report_preview", P.REPORT_APPLICANTS),
    route("reports/<int:pk>/progress/", report.progress, "report_progress", P.REPORT_APPLICANTS),
    route("reports/<int:pk>/problems.xlsx", report.problems, "report_problems", P.REPORT_APPLICANTS),
    route("reports/<int:pk>/confirm/", report.confirm, "report_confirm", P.REPORT_APPLICANTS),
    route("reports/<int:pk>/drop/", report.drop, "report_drop", P.REPORT_APPLICANTS),
    route("reports/<int:pk>/passwords/", report.passwords, "report_passwords", P.REPORT_APPLICANTS),
    # the school
    route("endorsements/", school.endorsements, "endorsements", P.ENDORSE),
    route("endorsements/selected/", school.endorse_selected, "endorsements.selected", P.ENDORSE),
    act_route("applications/<int:pk>/endorse/", P.ENDORSE),
    route("applications/<int:pk>/colleague/", school.colleague, P.NAME_COLLEAGUE.value, P.NAME_COLLEAGUE),
    act_route("substitutions/<int:pk>/take-back/", P.TAKE_BACK_COLLEAGUE),
    # the review
    route("classes/<int:pk>/applicants/", review.applicants, "applicants", P.SEE_CLASSES),
    route("classes/<int:pk>/applicants.xlsx", review.applicants_sheet, "applicants.xlsx", P.SEE_CLASSES),
    route("classes/<int:pk>/form1/", answers.answers, "applicants.answers", P.SEE_CLASSES),
    route("classes/<int:pk>/form1.xlsx", sheets.answers_sheet, "applicants.form1", P.SEE_CLASSES),
    route("classes/<int:pk>/applicants/decide/", review.decide_selected, "applicants.decide", P.ADMIT),
    route("classes/<int:pk>/applicants/agree/", review.agree_selected, "applicants.agree", P.GIVE_OPINION),
    route("classes/<int:pk>/applicants/compare/", compare.compare, "applicants.compare", P.SEE_CLASSES),
    route("applications/<int:pk>/", review.applicant, "applicant", P.SEE_CLASSES),
    route("applications/<int:pk>/form1.pdf", sheets.reviewed_pdf, "applicant.pdf", P.SEE_CLASSES),
    route("applications/<int:pk>/form1.docx", sheets.reviewed_word, "applicant.docx", P.SEE_CLASSES),
    route("applications/<int:pk>/photo.jpg", photo.reviewed, "applicant.photo", P.SEE_CLASSES),
    route("applications/<int:pk>/scan/", review.scan, "application.scan", P.SEE_CLASSES),
    route(
        "applications/<int:pk>/scan/upload/",
        review.attach_scan,
        P.ATTACH_ENDORSEMENT.value,
        P.ATTACH_ENDORSEMENT,
    ),
    act_route("applications/<int:pk>/opinion/", P.GIVE_OPINION),
    act_route("applications/<int:pk>/admit/", P.ADMIT),
    act_route("applications/<int:pk>/wait/", P.WAIT),
    act_route("applications/<int:pk>/reject/", P.REJECT),
    route("classes/<int:pk>/needs/", review.needs, "needs", P.SEE_CLASSES),
]
