// SPDX-License-Identifier: GPL-2.0-or-later
/* What parses keeps the promises of manifest_read.h; what does not leaves the result alone. */
#include "run/manifest_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct manifest m, before;
	char *text = malloc(size ? size : 1);
	int r;

	if (!text)
		abort();
	memcpy(text, data, size);
	memset(&m, 0x5a, sizeof(m));
	before = m;
	r = manifest_parse(text, size, &m);
	free(text);
	if (r < 0) {
		if (r != -EINVAL || memcmp(&m, &before, sizeof(m)) != 0)
			abort();
		return 0;
	}
	if (m.complete != (m.bytes > 0) || m.bytes > INT64_MAX || strlen(m.algorithm) >= 40)
		abort();
	if (m.have_digest != (strcmp(m.algorithm, DIGEST_ALGORITHM) == 0))
		abort();
	if (!m.complete && m.have_digest)
		abort();
	if (m.about.sequence > MANIFEST_SEQUENCE_MAX || m.about.crashed < 0 || m.about.captured < 0)
		abort();
	printable(m.about.host);
	printable(m.about.machine);
	printable(m.about.release);
	printable(m.about.panic);
	printable(m.about.policy);
	return 0;
}
