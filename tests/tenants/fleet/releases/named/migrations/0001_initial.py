"""The migration of today."""

from importlib import import_module

Migration = import_module("apps.notify.migrations.0001_initial").Migration
