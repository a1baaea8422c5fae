"""Wording and page layouts, as data; nothing here runs."""
