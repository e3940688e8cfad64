// SPDX-License-Identifier: GPL-2.0-or-later
/* What dracut's words say can be written down as a plan and read again. */
#include "net/dracut_ip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct net_plan first, second;
	struct net_error error = {.text = ""};
	char *text = NULL;
	size_t len;
	FILE *f;
	int r = net_dracut_parse((const char *)data, size, &first, &error);

	if (r < 0) {
		if (r != -EINVAL || !error.text[0])
			abort();
		for (const char *p = error.text; *p; p++)
			if (*p < ' ' || *p > '~')
				abort();
		return 0;
	}
	f = open_memstream(&text, &len);
	if (!f)
		abort();
	net_plan_print(f, &first);
	if (fclose(f) != 0)
		abort();
	if (net_plan_parse(text, len, "any", &second, &error) < 0)
		abort();
	free(text);
	return 0;
}
