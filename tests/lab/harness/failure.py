# SPDX-License-Identifier: GPL-2.0-or-later
"""The one exception a scenario fails with, and patience."""

import os

# A slow or busy machine: FADUMP_NG_LAB_PATIENCE=3 makes every wait three times as long.
PATIENCE = float(os.environ.get("FADUMP_NG_LAB_PATIENCE", "1"))


class Failure(Exception):
    """A scenario did not go as it must. The text says what was expected and what was seen."""
