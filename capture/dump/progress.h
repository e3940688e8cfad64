/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * makedumpfile's progress lines ("\r<phase>: [ 12.3 %] | eta: 3s"), picked out of its stderr as it
 * arrives in pieces, and one line for people made of them. No I/O.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	char phase[52];  /* "" until the first line; trailing blanks cut; printable characters only
			  */
	int permille;    /* of this phase, 0..1000; -1 unknown */
	uint64_t bytes;  /* written to the sink so far; set by the caller */
	int64_t started; /* clock_ms() when the stream began; set by progress_init */
	int64_t eta_s;   /* seconds left, -1 unknown */

	/* private: the current line; its end arrives with the next one, so it is read before it is
	 * whole */
	char line[256];
	size_t line_len;
	bool counted;
};

void progress_init(struct progress *p, int64_t now);
/* Feed stderr. Returns how many progress updates were seen. */
unsigned int progress_feed(struct progress *p, const void *buf, size_t len);
/* "Copying data: 42.0 %, 12.3 MB written, 8.1 MB/s, 0:07 left" */
void progress_format(const struct progress *p, int64_t now, char *buf, size_t size);
