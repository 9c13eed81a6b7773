"""The core of the trail: deeds, guards, reads, refusals. Knows an actor's id and grants, never the user model."""
from . import around as around
from . import guards as guards
from . import unreadable as unreadable
from .actions import Deed as Deed
from .actions import action as action
from .actions import whole as whole
from .appending import append as append
from .reads import Shown as Shown
from .reads import gather as gather
from .reads import record_read as record_read
from .reads import record_shown as record_shown
from .reads import remember as remember
from .reads import settle as settle
from .refusals import refused as refused
