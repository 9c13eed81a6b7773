"""The emergency fund: money asked for, signed, spent and accounted for."""
