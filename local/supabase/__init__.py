"""Supabase on one machine: auth, REST (RPC) and Realtime over a real PostgreSQL."""

from local.supabase.app import create_app

__all__ = ["create_app"]
