/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of makedumpfile's options may be added by hand. Private to dump/makedumpfile*. */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mdf_vetting {
	bool bad;     /* it would break the stream, or a key of the configuration sets it: text says
			 which */
	bool unknown; /* not an option we know; text says which */
	char text[200];
	/* What changes how much it needs. */
	uint64_t cyclic_buffer; /* bytes; 0: its own choice */
	unsigned int order;     /* it gathers 2^order pages for a write */
};

/* Without -b. */
#define MDF_ORDER_DEFAULT 4
/* A GiB of pages of 64 KiB. */
#define MDF_ORDER_MAX 14

/* words: n of them, as they would be added to argv. Looks at them as getopt_long would, clusters
 * and abbreviations too. */
void mdf_vet_options(char *const *words, size_t n, struct mdf_vetting *out);
