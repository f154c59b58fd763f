"""Spindle's tenant apps on plain django-tenants, as its documentation says."""
