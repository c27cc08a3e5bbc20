"""An AWS organization on this machine: moto, unmodified, with what it lacks or gets wrong put right.

The server runs in a process of its own; this module only starts it and talks to it, and imports nothing heavy.
"""

from trailkeep.lab.client import Lab, start
from trailkeep.lab.faults import Fault

__all__ = ["Fault", "Lab", "start"]
