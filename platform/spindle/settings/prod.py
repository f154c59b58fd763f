"""Behind TLS, with secrets from the environment."""

from spindle import env
from spindle.settings.base import *  # noqa: F403  (differences only)
from spindle.settings.base import DOMAIN

CSRF_TRUSTED_ORIGINS = [f"https://*.{DOMAIN}", f"https://{DOMAIN}"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SPINDLE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
