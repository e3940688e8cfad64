// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/resolv.h"

#include "base/cleanup.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t\r"

static void add_server(struct resolv *r, const char *text)
{
	char address[NET_ADDRESS_MAX];

	if (!text || net_address_parse(text, address, NULL) < 0)
		return;
	if (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0)
		r->local = true;
	else if (r->n_servers < NET_SERVERS_MAX)
		(void)snprintf(r->servers[r->n_servers++], NET_ADDRESS_MAX, "%s", address);
}

static void set_search(struct resolv *r, char *words)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t used = 0;
	char *word;

	r->search[0] = '\0';
	while ((word = strsep(&words, BLANKS))) {
		size_t n = strlen(word);

		/* "." is systemd-resolved's word for none. */
		if (!n || strcmp(word, ".") == 0 || word[strspn(word, plain)] ||
		    used + n + 2 > sizeof(r->search))
			continue;
		used += (size_t)snprintf(r->search + used, sizeof(r->search) - used, "%s%s",
					 used ? " " : "", word);
	}
}

void resolv_parse(const char *buf, size_t len, struct resolv *out)
{
	_cleanup_free_ char *text = strndup(buf, len);
	char *rest = text, *line;

	*out = (struct resolv){.local = false};
	while ((line = strsep(&rest, "\n"))) {
		char *words = line + strspn(line, BLANKS), *key;

		if (*words == '#' || *words == ';')
			continue;
		key = strsep(&words, BLANKS);
		if (words)
			words += strspn(words, BLANKS);
		if (strcmp(key, "nameserver") == 0)
			add_server(out, strsep(&words, BLANKS));
		else if (words && (strcmp(key, "search") == 0 || strcmp(key, "domain") == 0))
			set_search(out, words);
	}
}

char *resolv_format(const struct net_plan *p)
{
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	fputs(RESOLV_OURS, f);
	for (i = 0; i < p->n_servers; i++)
		fprintf(f, "nameserver %s\n", p->servers[i]);
	if (*p->search)
		fprintf(f, "search %s\n", p->search);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

bool hosts_know(const char *buf, size_t len, const char *name)
{
	_cleanup_free_ char *text = strndup(buf, len);
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *word;

		line[strcspn(line, "#")] = '\0';
		line += strspn(line, BLANKS);
		(void)strsep(&line, BLANKS); /* the address */
		while ((word = strsep(&line, BLANKS)))
			if (strcasecmp(word, name) == 0)
				return true;
	}
	return false;
}
