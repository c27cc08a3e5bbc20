"""Prints the page of permissions."""

import sys

from trailkeep.aws.permissions import page

sys.stdout.write(page())
