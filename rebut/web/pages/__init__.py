"""The pages: what a nurse sees in a browser, on a desktop or a telephone, with or without script."""

from fastapi import APIRouter

from rebut.web.pages import account, cases, decide, documents, live, people, provider, signin, upload

router = APIRouter(include_in_schema=False)
for part in (signin, provider, account, people, cases, decide, upload, live, documents):
    router.include_router(part.router)

__all__ = ["router"]
