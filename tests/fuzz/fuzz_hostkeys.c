// SPDX-License-Identifier: GPL-2.0-or-later
/* What is taken from ssh-keyscan's lines is fit for a line of known_hosts: two words, nothing else.
 */
#include "target/known_hosts.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host_keys keys;
	size_t i;

	host_keys_parse((const char *)data, size, &keys);
	if (keys.n > HOST_KEYS_MAX)
		abort();
	for (i = 0; i < keys.n; i++) {
		const char *key = keys.keys[i].key, *space = strchr(key, ' '), *p;

		if (!space || space == key || !space[1] || strchr(space + 1, ' ') ||
		    strlen(key) >= HOST_KEY_MAX)
			abort();
		for (p = key; *p; p++)
			if (!isgraph((unsigned char)*p) && p != space)
				abort();
	}
	return 0;
}
