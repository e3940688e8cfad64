/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of makedumpfile's options may be added by hand. Private to dump/makedumpfile*. */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

struct mdf_vetting {
	bool bad;     /* it would break the stream, or a key of the configuration sets it: text says
			 which */
	bool unknown; /* not an option we know; text says which */
	char text[200];
};

/* words: n of them, as they would be added to argv. Looks at them as getopt_long would, clusters
 * and abbreviations too. */
void mdf_vet_options(char *const *words, size_t n, struct mdf_vetting *out);
