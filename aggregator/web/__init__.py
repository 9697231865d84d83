"""The door to readers: what was published, over HTTP.

a request → shelf.py (which file) → answer.py (which bytes, or none) → Starlette → uvicorn
"""

from aggregator.web.app import Revolving, Site, create_app
from aggregator.web.serve import serve, serving

__all__ = ["Revolving", "Site", "create_app", "serve", "serving"]
