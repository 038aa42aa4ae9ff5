"""URLs of stage 3."""

from gongxue.foundation.access.routes import route
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P
from gongxue.stage3_programme.views import copying, papers, parts, presence, registers, versions, writing

_FILED = "classes/<int:pk>/programme/filed/<int:version>"

urlpatterns = [
    route("classes/<int:pk>/programme/", writing.programme, "programme", P.SEE_CLASSES),
    route("classes/<int:pk>/programme/here/", presence.here, "programme.here", P.EDIT_PROGRAMME),
    route("classes/<int:pk>/programme/edit/", writing.edit, P.EDIT_PROGRAMME.value, P.EDIT_PROGRAMME),
    route(f"{_FILED}/", writing.filed, "programme.filed", P.SEE_CLASSES),
    route("classes/<int:pk>/programme.pdf", papers.draft_as_pdf, "programme.pdf", P.SEE_CLASSES),
    route("classes/<int:pk>/programme.docx", papers.draft_as_word, "programme.docx", P.SEE_CLASSES),
    route(f"{_FILED}.pdf", papers.filed_as_pdf, "programme.filed.pdf", P.SEE_CLASSES),
    route(f"{_FILED}.docx", papers.filed_as_word, "programme.filed.docx", P.SEE_CLASSES),
    route("classes/<int:pk>/programme/versions/", versions.versions, "programme.versions", P.SEE_CLASSES),
    route("classes/<int:pk>/programme/parts/", parts.parts, "programme.parts", P.SEE_CLASSES),
    route(
        "classes/<int:pk>/programme/remarks/<str:place>/", parts.remarks, "programme.remarks", P.SEE_CLASSES
    ),
    act_route("programmes/<int:pk>/review/", P.REVIEW_SECTION),
    act_route("programmes/items/<int:pk>/mend/", P.MEND_SECTION),
    act_route("programmes/<int:pk>/comment/", P.COMMENT_PROGRAMME),
    act_route("programmes/comments/<int:pk>/answer/", P.ANSWER_COMMENT),
    act_route("programmes/comments/<int:pk>/resolve/", P.RESOLVE_COMMENT),
    act_route("programmes/<int:pk>/confirm/", P.CONFIRM_PROGRAMME),
    act_route("programmes/<int:pk>/submit/", P.SUBMIT_PROGRAMME),
    act_route("programmes/<int:pk>/return/", P.RETURN_PROGRAMME),
    act_route("programmes/<int:pk>/file/", P.FILE_PROGRAMME),
    act_route("programmes/<int:pk>/change/", P.CHANGE_PROGRAMME),
    act_route("programmes/<int:pk>/change/file/", P.FILE_CHANGE),
    act_route("programmes/<int:pk>/change/drop/", P.DROP_CHANGE),
    route("classes/<int:pk>/programme/copy/", copying.copying, "programme.copying", P.SEE_CLASSES),
    act_route("classes/<int:pk>/programme/copy/do/", P.COPY_PROGRAMME),
    act_route("classes/<int:pk>/programme/template/", P.SAVE_TEMPLATE),
    route("programmes/templates/", copying.templates, "programme.templates", P.SEE_CLASSES),
    act_route("programmes/templates/<int:pk>/close/", P.CLOSE_TEMPLATE),
    route("programmes/hours/", registers.hours, "programme.hours", P.SEE_CLASSES),
    act_route("programmes/hours/set/", P.SET_HOURS),
    route("programmes/rooms/", registers.rooms, "programme.rooms", P.SEE_CLASSES),
    act_route("programmes/rooms/add/", P.ADD_ROOM),
    act_route("programmes/rooms/<int:pk>/close/", P.CLOSE_ROOM),
]
