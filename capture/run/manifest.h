/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written beside a dump for tools and people: manifest.json and, where there is one,
 * opalcore. */
#pragma once

#include "run/place.h"

/* manifest.json's text for one place; the caller frees it; NULL without memory. */
char *manifest_format(const struct run *run, const struct place *p);
/* The firmware's own dump on powernv; nothing elsewhere. Best effort: logs what went wrong. */
void manifest_put_opalcore(struct run *run, struct target *t);
