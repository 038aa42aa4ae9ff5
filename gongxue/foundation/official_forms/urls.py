"""URLs of official forms."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.official_forms.views import blank, drafts, results, versions
from gongxue.foundation.pages.act import act_route
from gongxue.regulations.roles import Permission as P

urlpatterns = [
    route("forms/<slug:code>/", blank.blank, "forms.blank", Open.PUBLIC),
    route("official-forms/", versions.versions, "forms.versions", P.SEE_FORMS),
    route("official-forms/versions/<int:pk>/", versions.version, "forms.version", P.SEE_FORMS),
    route("official-forms/versions/<int:pk>/results/", results.results, "forms.results", P.SEE_FORMS),
    route("official-forms/versions/<int:pk>/begin/", drafts.begin, P.BEGIN_FORM.value, P.BEGIN_FORM),
    route("official-forms/compare/<slug:code>/", versions.compare, "forms.compare", P.SEE_FORMS),
    route("official-forms/drafts/<int:pk>/", drafts.edit, P.EDIT_FORM.value, P.EDIT_FORM),
    route("official-forms/drafts/<int:pk>/preview/", drafts.preview, "forms.preview", P.SEE_FORMS),
    route("official-forms/drafts/<int:pk>/publish/", drafts.publish, P.PUBLISH_FORM.value, P.PUBLISH_FORM),
    act_route("official-forms/drafts/<int:pk>/drop/", P.DROP_FORM),
]
