"""The emergency fund: money asked for, signed, spent and accounted for."""
from . import waiting as waiting
