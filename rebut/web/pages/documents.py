"""The files of a case for the browser: each as a PDF, a page as a picture, and the packet."""

from fastapi import APIRouter

router = APIRouter()
