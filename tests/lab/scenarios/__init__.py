# SPDX-License-Identifier: GPL-2.0-or-later
"""One file a scenario: a line on what it proves, and run(lab), which raises Failure where that does not hold."""
