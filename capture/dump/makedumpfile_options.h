/* SPDX-License-Identifier: GPL-2.0-or-later */
/* makedumpfile's options, and which of them may be added by hand. */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mdf_option {
	const char *name;
	bool value;         /* it takes one */
	const char *refuse; /* why it cannot be added by hand, or NULL */
};

/* NULL: not known. */
const struct mdf_option *mdf_short_option(char c);
/*
 * name: len bytes of it, without its dashes, or what getopt_long takes for it. Of several that an
 * abbreviation could mean, one that cannot be added comes first.
 */
const struct mdf_option *mdf_long_option(const char *name, size_t len);

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
