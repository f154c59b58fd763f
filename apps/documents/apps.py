"""The app of documents."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """Files and photos that an enterprise keeps, checked before they are."""

    name = "apps.documents"
    verbose_name = _("Documents")
