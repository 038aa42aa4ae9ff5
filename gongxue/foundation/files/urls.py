"""URLs of the door for large files; what may be sent is asked of the slot."""

from gongxue.foundation.access.routes import Open, route
from gongxue.foundation.files import tus

urlpatterns = [
    route("uploads/", tus.uploads, "uploads", Open.SIGNED_IN),
    route("uploads/<str:uid>/", tus.upload, "upload", Open.SIGNED_IN),
]
