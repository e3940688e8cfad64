/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How alike two words are, for "did you mean". */
#pragma once

#include <stddef.h>

/*
 * Insertions, deletions, replacements and swaps of neighbours that turn a into b. Only the first 48
 * bytes of each are looked at. n bytes of a count.
 */
size_t edit_distance(const char *a, size_t n, const char *b);
