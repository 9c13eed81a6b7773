"""People, what they hold, how they sign in, and the two ways to read."""
from . import private as private
