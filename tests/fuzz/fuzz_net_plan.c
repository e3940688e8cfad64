// SPDX-License-Identifier: GPL-2.0-or-later
/* What parses is printed, and must read back as the same. The first line is the host. */
#include "net/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *print(const struct net_plan *p, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		abort();
	net_plan_print(f, p);
	if (fclose(f) != 0)
		abort();
	return text;
}

/* What is made of others comes behind them, and every name is one of the plan. */
static void check_order(const struct net_plan *p)
{
	size_t i, k;

	for (i = 0; i < p->n_links; i++) {
		const struct net_link *l = &p->links[i];

		if (*l->parent && net_plan_link(p, l->parent) >= l)
			abort();
		for (k = 0; k < l->n_ports; k++)
			if (!net_plan_link(p, l->ports[k]) || net_plan_link(p, l->ports[k]) >= l)
				abort();
	}
	for (i = 0; i < p->n_addresses; i++)
		if (!net_plan_link(p, p->addresses[i].link))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *newline = memchr(data, '\n', size);
	static struct net_plan first, second;
	struct net_error error = {.text = ""};
	char host[NET_HOST_MAX], *printed, *again;
	size_t n = newline ? (size_t)(newline - text) : 0, len, again_len;
	int r;

	if (!newline || n >= sizeof(host))
		return 0;
	memcpy(host, text, n);
	host[n] = '\0';
	r = net_plan_parse(newline + 1, size - n - 1, host, &first, &error);
	if (r < 0) {
		if (r != -ENOENT && (r != -EINVAL || !error.line || !error.text[0]))
			abort();
		for (const char *p = error.text; *p; p++)
			if (*p < ' ' || *p > '~')
				abort();
		return 0;
	}
	check_order(&first);
	printed = print(&first, &len);
	r = net_plan_parse(printed, len, host, &second, &error);
	/* A target and nothing behind it is a part all the same. */
	if (r < 0)
		abort();
	again = print(&second, &again_len);
	if (len != again_len || memcmp(printed, again, len) != 0)
		abort();
	free(printed);
	free(again);
	return 0;
}
