"""URLs of stage 7."""

from gongxue.foundation.access.routes import route
from gongxue.regulations.roles import Permission as P
from gongxue.stage7_evaluation import views

urlpatterns = [
    route("classes/<int:pk>/evaluate/", views.answer, P.ANSWER_EVALUATION.value, P.ANSWER_EVALUATION),
    route("classes/<int:pk>/evaluation/", views.evaluation, "evaluation", P.SEE_CLASSES),
    route("classes/<int:pk>/close/", views.close, P.CLOSE_CLASS.value, P.CLOSE_CLASS),
]
