// SPDX-License-Identifier: GPL-2.0-or-later
/* What makedumpfile prints on stderr, in pieces. */
#include "dump/progress.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct progress *p)
{
	char text[128];

	if (p->permille < -1 || p->permille > 1000 || p->eta_s < -1)
		abort();
	if (strlen(p->phase) >= sizeof(p->phase))
		abort();
	progress_format(p, 5000, text, sizeof(text));
	if (strlen(text) >= sizeof(text))
		abort();
	for (const char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step = size ? 1 + data[size - 1] % 80 : 1;
	struct progress p;

	progress_init(&p, 0);
	p.bytes = size * 1000;
	for (size_t i = 0; i < size; i += step) {
		(void)progress_feed(&p, data + i, size - i < step ? size - i : step);
		check(&p);
	}
	return 0;
}
