// SPDX-License-Identifier: GPL-2.0-or-later
/* What parses is written again as it was; what does not leaves the result alone. */
#include "run/attempts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char back[ATTEMPTS_TEXT + 1], *text = malloc(size ? size : 1);
	struct attempts a, before;
	unsigned int n;
	int r;

	if (!text)
		abort();
	memcpy(text, data, size);
	memset(&a, 0x5a, sizeof(a));
	before = a;
	r = attempts_parse(text, size, &a);
	if (r < 0) {
		if (r != -EINVAL || memcmp(&a, &before, sizeof(a)) != 0)
			abort();
		free(text);
		return 0;
	}
	attempts_format(&a, back);
	if (size != ATTEMPTS_TEXT || memcmp(back, text, size) != 0)
		abort();
	n = a.n;
	attempts_add(&a, 1);
	if (a.n > ATTEMPTS_MAX || a.n < n || a.one[a.n - 1].began != 1)
		abort();
	free(text);
	return 0;
}
