"""The migration of the release before."""

from importlib import import_module

Migration = import_module("tests.tenants.fleet.releases.first.migrations.0002_reactions").Migration
