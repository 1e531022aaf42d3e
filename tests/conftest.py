"""Shared fixtures. Tests run on a real PostgreSQL and never reach beyond this machine."""
