"""The door to the web: polite (validators, two at once a host, Retry-After), fast (one libcurl), safe (a guard).

requests ─▶ turns ─▶ wire (libcurl; guard at every socket) ─▶ exchange (what one address says) ─▶ outcomes
              ▲                                                                                      │
              └────────────────────────────────── a redirect ───────────────────────────────────────┘
"""

from aggregator.fetch.client import Client
from aggregator.fetch.foresight import foreseen_refusal, is_own
from aggregator.fetch.guard import Guard
from aggregator.fetch.limits import Limits, Pace

__all__ = ["Client", "Guard", "Limits", "Pace", "foreseen_refusal", "is_own"]
