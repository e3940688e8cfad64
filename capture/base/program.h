/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a program installed? */
#pragma once

#include <stdbool.h>

/* In PATH, or where administrators' programs are. */
bool program_exists(const char *name);
