#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Called by servicelog_notify(8) when a migration has ended; whoever calls does not wait for an image to be built.
exec systemctl --no-block start fadump-ng-migrated.service
