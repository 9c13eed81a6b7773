"""Investigations, case files, and what is kept in them about a person."""
from . import destruction as destruction
from . import holds as holds
