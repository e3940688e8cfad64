// SPDX-License-Identifier: GPL-2.0-or-later
/* What is taken from ssh -G's lines is one line's; of a list that is put in order, nothing is lost
 * and nothing comes to it. */
#include "target/ssh_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GCM "aes128-gcm@openssh.com,"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All characters of the names, whatever their order. */
static void count(const char *list, size_t n[256])
{
	for (; *list; list++)
		n[(unsigned char)*list] += *list != ',';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), value[256], ordered[256], small[24];
	size_t before[256] = {0}, after[256] = {0};

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	ssh_config_value(text, "ciphers", value, sizeof(value));
	if (strpbrk(value, "\r\n") || strlen(value) >= sizeof(value))
		abort();
	ssh_config_prefer(value, ordered, sizeof(ordered));
	count(value, before);
	count(ordered, after);
	if (ordered[0] && (memcmp(before, after, sizeof(before)) != 0 ||
			   strncmp(ordered, "aes", 3) != 0 || strstr(ordered, ",,")))
		abort();
	if (!ordered[0] && strncmp(value, GCM, strlen(GCM)) == 0)
		abort();
	ssh_config_prefer(value, small, sizeof(small));
	if (strlen(small) >= sizeof(small))
		abort();
	free(text);
	return 0;
}
