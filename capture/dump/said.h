/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makedumpfile said on stderr, without its progress: lines of printable text, the first and
 * the last of them. */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

#define SAID_MAX      8192
#define SAID_LINE_MAX 512

struct said {
	char text[SAID_MAX]; /* NUL-terminated, each line with its end */
	size_t len;
	bool dropped; /* lines in the middle: there were more than fit */

	/* private */
	char line[SAID_LINE_MAX];
	size_t line_len;
};

/* All zero to begin with. */
void said_feed(struct said *s, const void *buf, size_t len);
/* There comes no more: the last line may have no end. */
void said_finish(struct said *s);
/* What a line of len bytes says apart from progress: printable, without blanks at its ends, ""
 * where it says nothing. */
const char *said_clean(const char *line, size_t len, char *buf, size_t size);
