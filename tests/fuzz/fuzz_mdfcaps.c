// SPDX-License-Identifier: GPL-2.0-or-later
/* What `makedumpfile -v` prints; and the same text as options from the configuration and as a
 * kernel's release. */
#include "dump/makedumpfile.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mdf_caps caps = {.version = {1, 7, 8}, .lzo = true};
	struct mdf_request req = {.dump_level = 31, .threads = 2, .cpus_online = 2, .core = "core"};
	struct mdf_plan plan;
	char warning[200], *text;
	size_t n = 0;

	(void)!mdf_parse_caps((const char *)data, size, &caps);
	text = malloc(size + 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	mdf_warn_too_old(&caps, text, warning, sizeof(warning));
	if (strlen(warning) >= sizeof(warning))
		abort();
	req.extra = text;
	if (mdf_plan_init(&caps, &req, &plan) == 0) {
		while (plan.argv[n])
			n++;
		/* Always last, and never more than fit. */
		if (n < 2 || n >= ARRAY_SIZE(plan.argv) || strcmp(plan.argv[n - 1], "core") != 0 ||
		    strcmp(plan.argv[1], "-F") != 0)
			abort();
		mdf_plan_deinit(&plan);
	} else if (!plan.warnings[0][0]) {
		abort();
	}
	free(text);
	return 0;
}
