// SPDX-License-Identifier: GPL-2.0-or-later
/* What parses keeps the promises of url.h, and reads back as the same when it is spelled again. */
#include "target/url.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_promises(const struct url *u)
{
	const char *path = u->path;
	size_t len = strlen(path), i;

	if (path[0] != '/' || strstr(path, "//") || strstr(path, "/../") || strstr(path, "/./"))
		abort();
	if (len > 1 && path[len - 1] == '/')
		abort();
	if (len >= 3 && strcmp(path + len - 3, "/..") == 0)
		abort();
	if (u->host[0] == '-' || u->user[0] == '-' || (u->scheme == URL_FILE) != !u->host[0])
		abort();
	for (i = 0; i < u->n_options; i++) {
		if (strchr(u->options[i].value, ',') || !u->options[i].value[0])
			abort();
	}
}

static void check_same(const struct url *a, const struct url *b)
{
	size_t i;

	if (a->scheme != b->scheme || a->port != b->port || strcmp(a->user, b->user) != 0 ||
	    strcmp(a->host, b->host) != 0 || strcmp(a->path, b->path) != 0 ||
	    a->n_options != b->n_options)
		abort();
	for (i = 0; i < a->n_options; i++) {
		if (a->options[i].key != b->options[i].key ||
		    strcmp(a->options[i].value, b->options[i].value) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why = NULL;
	struct url first, second;
	char *text = malloc(size + 1), *again;
	int r;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	r = url_parse(text, &first, &why);
	free(text);
	if (r < 0) {
		if (r != -EINVAL || !why)
			abort();
		return 0;
	}
	check_promises(&first);
	again = url_format(&first);
	if (!again)
		abort();
	/* Escapes can make the second spelling longer than a URL may be. */
	if (strlen(again) <= URL_MAX) {
		if (url_parse(again, &second, &why) < 0)
			abort();
		check_same(&first, &second);
		url_deinit(&second);
	}
	free(again);
	url_deinit(&first);
	return 0;
}
