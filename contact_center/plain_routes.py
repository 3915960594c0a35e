"""The operations that need nothing but what every request brings: `main` adds those that are made of its parts."""

from collections.abc import Sequence

from contact_center.agents import reason_routes, skill_routes
from contact_center.canned import routes as canned_routes
from contact_center.complaints import routes as complaint_category_routes
from contact_center.interactions import code_routes
from contact_center.reports import routes as report_routes
from contact_center.surveys import routes as survey_routes
from contact_center.web import Routes
from kb import routes as article_routes
from routing import hours_routes, queue_routes, removal_routes, rules_routes

PLAIN: Sequence[Routes] = tuple(
    module.routes
    for module in (
        skill_routes,
        reason_routes,
        code_routes,
        canned_routes,
        complaint_category_routes,
        survey_routes,
        report_routes,
        queue_routes,
        hours_routes,
        rules_routes,
        removal_routes,
        article_routes,
    )
)
