"""Wiring: settings, hosts, entry points; nothing here knows the trade."""

# Loaded with the package: a task that is sent before would go to no broker at all.
from spindle.celery import app as celery_app

__all__ = ["celery_app"]
