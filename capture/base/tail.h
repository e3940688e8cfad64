/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last of what a program said on its stderr, for one-line messages. */
#pragma once

#include <stddef.h>

#define TAIL_MAX 2048

/* Add to tail (TAIL_MAX bytes, *used of them in use), dropping what is oldest; NUL-terminated. */
void tail_append(char *tail, size_t *used, const void *buf, size_t len);
/* The last line that is not empty, printable. Changes tail, points into it. */
const char *tail_last_words(char *tail);
