"""Investigations, case files, and what is kept in them about a person."""
