// SPDX-License-Identifier: GPL-2.0-or-later
/* What parses is printed, and must read back as the same. */
#include "config/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *print_all(const struct config *c, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);
	size_t i;

	if (!f)
		abort();
	for (i = 0; i < config_keys_len; i++)
		config_print_key(f, c, &config_keys[i]);
	if (fclose(f) != 0)
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_error error = {.line = 0, .text = ""};
	struct config first, second;
	char *printed, *again;
	size_t len, again_len;
	int r;

	if (config_init(&first) < 0)
		abort();
	r = config_parse(&first, (const char *)data, size, &error);
	if (r < 0) {
		/* A refusal has a place and a text that can be printed on one line. */
		if (r != -EINVAL || error.line == 0 || !error.text[0])
			abort();
		for (const char *p = error.text; *p; p++) {
			if (*p < ' ' || *p > '~')
				abort();
		}
		config_deinit(&first);
		return 0;
	}
	if (size && data[size - 1] != '\n')
		abort();
	printed = print_all(&first, &len);
	if (config_init(&second) < 0 || config_parse(&second, printed, len, &error) < 0)
		abort();
	again = print_all(&second, &again_len);
	if (len != again_len || memcmp(printed, again, len) != 0)
		abort();
	free(printed);
	free(again);
	config_deinit(&first);
	config_deinit(&second);
	return 0;
}
