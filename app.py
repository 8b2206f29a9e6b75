"""Every endpoint as one ASGI app: the local stack, Vercel, any container (`uvicorn app:app`)."""

from common.endpoint import create_app
from functions import health
from functions.livekit import participants, reconcile, token, webhook

ENDPOINTS = (health, participants, reconcile, token, webhook)

app = create_app(*(endpoint.router for endpoint in ENDPOINTS))
