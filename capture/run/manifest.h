/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written beside a dump for tools and people: manifest.json and, where there is one,
 * opalcore. */
#pragma once

#include "run/run.h"

/* manifest.json's text; the caller frees it; NULL without memory. t: where it goes. */
char *manifest_format(const struct run *run, const struct target *t);
/* The firmware's own dump on powernv; nothing elsewhere. Best effort: logs what went wrong. */
void manifest_put_opalcore(struct run *run, struct target *t);
