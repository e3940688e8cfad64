/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another crash-dump service that is enabled on this machine: it would register, capture and reboot
 * by its own rules. */
#pragma once

#include "base/root.h"

/* Its unit's name ("kdump.service"), or NULL. Static. */
const char *conflict_find(const struct root *root);
