"""The payload builders of the house, by kind of event. A kind that is not here goes out with the data it carries."""

from collections.abc import Mapping
from functools import partial

from contact_center.realtime.payloads import Builder
from contact_center.workspace.items import Viewers
from contact_center.workspace.payloads import KINDS, payloads


def builders(viewers: Viewers) -> Mapping[str, Builder]:
    """Event kind -> what makes its payload."""
    return dict.fromkeys(KINDS, partial(payloads, viewers=viewers))
