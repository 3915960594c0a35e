"""The customer's side for laptops and tests: seed data, a mail catcher, the simulator page.

The one thing to know: it exists only in demo mode, on a loopback address, and speaks to the house over its real doors.
"""

from contact_center.demo.furnish import Demo, DemoRefused

__all__ = ["Demo", "DemoRefused"]
