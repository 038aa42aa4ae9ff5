"""Settings: one file, every value from a typed option (see docs/settings.md)."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF

from gongxue.foundation import options
from gongxue.foundation.databases import database_settings
from gongxue.foundation.keys import secret_key
from gongxue.foundation.mail_settings import mail_settings

BASE_DIR = Path(__file__).resolve().parents[2]
# Relative folders lie in the repository, absolute ones where they say.
VAR_DIR = BASE_DIR / options.text("GONGXUE_VAR", "var", "folder of the database, the files and the keys")
KEYS_DIR = VAR_DIR / options.text(
    "GONGXUE_KEYS", "keys", "folder of the keys (relative to GONGXUE_VAR), apart from backups"
)
STORE_DIR = VAR_DIR / options.text(
    "GONGXUE_STORE", "store", "folder of uploaded and issued files (relative to GONGXUE_VAR)"
)
ASSETS_DIR = BASE_DIR / "assets"

PRODUCTION = options.flag("GONGXUE_PRODUCTION", False, "HTTPS only: secure cookies, redirect, HSTS")
DEBUG = False
SECRET_KEY = secret_key(KEYS_DIR)
HOST = options.text("GONGXUE_HOST", "127.0.0.1", "the public host name")
ALLOWED_HOSTS = [HOST, "localhost", "127.0.0.1", "[::1]"]
ORIGIN = options.text("GONGXUE_ORIGIN", "http://127.0.0.1:8000", "origin printed in QR codes and documents")
CSRF_TRUSTED_ORIGINS = [ORIGIN]
TRUSTED_PROXIES = options.names("GONGXUE_PROXIES", "", "addresses whose X-Forwarded-For is believed")

DATABASES = database_settings(VAR_DIR)
DATABASE_ROUTERS = ["gongxue.foundation.databases.VolatileRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "template_partials",
    "gongxue.foundation.identity",
    "gongxue.foundation.access",
    "gongxue.foundation.trail",
    "gongxue.foundation.lifecycle",
    "gongxue.foundation.official_forms",
    "gongxue.foundation.files",
    "gongxue.foundation.jobs",
    "gongxue.foundation.pages",
    "gongxue.parties",
    "gongxue.exchange",
    "gongxue.stage1_planning",
    "gongxue.stage2_staffing",
    "gongxue.stage3_programme",
    "gongxue.stage4_enrolment",
    "gongxue.stage5_delivery",
    "gongxue.stage6_assessment",
    "gongxue.stage7_evaluation",
    "gongxue.certificates",
    "gongxue.desks",
    "gongxue.api",
    "gongxue.rehearsal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gongxue.foundation.pages.middleware.RequestTrace",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gongxue.certificates.lane.PublicQueryLane",  # answered before sessions and accounts
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gongxue.foundation.access.middleware.SessionAge",
    "gongxue.foundation.access.middleware.CurrentRole",
    "gongxue.foundation.access.middleware.DenyByDefault",
    "gongxue.foundation.access.middleware.GetCannotWrite",
    "gongxue.foundation.pages.middleware.Refusals",
]

ROOT_URLCONF = "gongxue.urls"
WSGI_APPLICATION = "gongxue.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "gongxue.foundation.pages.context.page",
                "gongxue.exchange.context.inbox",
            ],
            "builtins": ["gongxue.foundation.pages.templatetags.kit"],
        },
    }
]

# Accounts ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend"
]  # known and unknown names cost the same
PASSWORD_HASHERS = ["gongxue.foundation.identity.passwords.Argon2idTuned"]
PASSWORD_MIN_LENGTH = options.number("GONGXUE_PASSWORD_MIN_LENGTH", 12, "shortest password accepted")
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "gongxue.foundation.identity.passwords.LongEnough",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "gongxue.foundation.identity.passwords.CommonPasswords"},
    {"NAME": "gongxue.foundation.identity.passwords.ContextWords"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"

SESSION_ENGINE = "django.contrib.sessions.backends.db"  # routed to the volatile database
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
IDLE_MINUTES = options.number(
    "GONGXUE_IDLE_MINUTES", 30, "minutes without a request after which a session ends"
)
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_FAILURE_VIEW = "gongxue.foundation.pages.views.csrf_failure"

# Transport and content security -----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION and TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = ["gongxue.foundation.files.uploads.CappedUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o640
UPLOAD_LIMIT = 50 * 1024 * 1024  # one file in one request; larger ones come piece by piece
UPLOAD_QUOTA = (
    options.number("GONGXUE_UPLOAD_MB", 3072, "megabytes of uploads one person may have under way")
    * 1024
    * 1024
)
STORE_QUOTA = (
    options.number("GONGXUE_STORE_MB", 20_000, "megabytes of files the store may hold") * 1024 * 1024
)

ACCEL = options.text(
    "GONGXUE_ACCEL",
    "",
    "internal location of nginx that shows the store, e.g. /store/: nginx then sends files itself",
)
REQUESTS_AT_ONCE = options.number(
    "GONGXUE_AT_ONCE", 1, "requests that one web process works on at once (2 pay off on PostgreSQL)"
)

# Jobs, language, time, static files -------------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "gongxue.foundation.jobs.backend.TableBackend"}}
LANGUAGE_CODE = "zh-hans"
USE_I18N = True  # Django's own words (form errors) in Chinese; ours are Chinese in the templates
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("vendor", ASSETS_DIR / "vendor")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # ours is foundation.files
    "staticfiles": {"BACKEND": "gongxue.foundation.pages.static_files.HashedFiles"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_MAX_AGE = 3600

# E-mail of the messages; without a host nothing is sent and everything stays on the pages ---------------------------
_MAIL = mail_settings()
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = _MAIL.host, _MAIL.port, 30
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.tls == "starttls", _MAIL.tls == "tls"
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
MAIL_AUTHORITY, MAIL_FROM, MAIL_REPLY_TO = _MAIL.authority, _MAIL.sender, _MAIL.reply_to

SITE_NAME = options.text("GONGXUE_SITE_NAME", "工学一体化教师培训管理服务平台", "the name in the page head")
SITE_BODY = options.text("GONGXUE_SITE_BODY", "中国就业培训技术指导中心（演示）", "主办单位 in the footer")
SITE_ICP = options.text("GONGXUE_ICP", "", "ICP and 公安备案 numbers in the footer")
DEMONSTRATION = options.flag(
    "GONGXUE_DEMO", True, "build the demonstration country when the database is empty"
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "gongxue.foundation.pages.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {
        "handlers": ["console"],
        "level": options.text("GONGXUE_LOG_LEVEL", "WARNING", "least level logged"),
    },
}
SILENCED_SYSTEM_CHECKS = (
    []
    if PRODUCTION
    # Without HTTPS on a demonstration machine these would be wrong; the production profile sets them all.
    else ["security.W004", "security.W008", "security.W012", "security.W016"]
)
