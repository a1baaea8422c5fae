"""Who may do what: actors, their roles and rights, and which cases they see.

Light on purpose, since every case query asks it. Accounts themselves are in `people`, `sessions` and `tokens`.
"""

from pipeline.accounts.actor import ALL_CLINICS, OPERATOR, SYSTEM, Actor, service_actor
from pipeline.accounts.roles import ROLES, UnknownRoleError, may, rights_of
from pipeline.accounts.scope import within

__all__ = [
    "ALL_CLINICS",
    "OPERATOR",
    "ROLES",
    "SYSTEM",
    "Actor",
    "UnknownRoleError",
    "may",
    "rights_of",
    "service_actor",
    "within",
]
