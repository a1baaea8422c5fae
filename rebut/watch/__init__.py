"""Folders that are watched for files."""

from rebut.watch.folder import FolderWatch

__all__ = ["FolderWatch"]
