"""HTTP glue: typed routes become validation, OpenAPI 3.1 and problem+json. Knows no domain.

A route is declared on a `Routes` with the permission it needs; the handler takes a `Context`, its path parameters by
name, and optionally `query` and `body` models; what it returns is its documented answer.
"""

from contact_center.web.context import Context, Principal, Reach
from contact_center.web.models import Download, Model, Page, Paged, Query, Reply, Text
from contact_center.web.routes import PUBLIC, SIGNED_IN, Operation, Routes

__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "Context",
    "Download",
    "Model",
    "Operation",
    "Page",
    "Paged",
    "Principal",
    "Query",
    "Reach",
    "Reply",
    "Routes",
    "Text",
]
