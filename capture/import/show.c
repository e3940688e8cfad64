// SPDX-License-Identifier: GPL-2.0-or-later
/* What may be shown of a setting: it may hold passwords, whatever it is. */
#include "import/build.h"

#include "base/cleanup.h"
#include "import/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_MAX 300 /* bytes that are shown */
#define ALNUM      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define HIDDEN     "***"

static const char *const schemes[] = {"file", "nfs", "ssh", "sftp", "scp"};

/* Does the scheme that ends at `colon` lead to where dumps can go? */
static bool is_target(const char *value, const char *colon)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(schemes); i++) {
		n = strlen(schemes[i]);
		if ((size_t)(colon - value) >= n && strncasecmp(colon - n, schemes[i], n) == 0 &&
		    (colon - value == (ptrdiff_t)n || !strchr(ALNUM, colon[-(ptrdiff_t)n - 1])))
			return true;
	}
	return false;
}

/* There is room for it. */
static void hide_rest(char *s)
{
	memcpy(s, HIDDEN, sizeof(HIDDEN));
}

/* Is it a port, the end of an address, or nothing: not a password whose '@' is missing? */
static bool is_port(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0' || s[strspn(s, "0123456789")] == '/' ||
	       s[strspn(s, "0123456789abcdefABCDEF:.]")] == '/' ||
	       s[strspn(s, "0123456789abcdefABCDEF:.]")] == '\0';
}

/* Cut what stands between a ':' and the last '@' of the whole, since a password may hold anything,
 * and all of a URL that cannot be a target. In place; there is room for HIDDEN after the end. */
static void hide_urls(char *value)
{
	char *scheme = value, *first = NULL, *at, *colon;

	while ((scheme = strstr(scheme, "://"))) {
		if (!is_target(value, scheme)) {
			hide_rest(scheme + 3);
			break;
		}
		first = first ? first : scheme;
		scheme += 3;
	}
	first = first ? first + 3 : value;
	at = strrchr(first, '@');
	colon = strchr(first, ':');
	if (at && colon && colon < at) {
		_cleanup_free_ char *rest = strdup(at);

		hide_rest(colon + 1);
		if (rest)
			memcpy(colon + 1 + strlen(HIDDEN), rest, strlen(rest) + 1);
	} else if (!at && colon && first != value && *first != '[' && !is_port(colon + 1)) {
		hide_rest(colon + 1);
	}
}

static bool is_plain(const char *word)
{
	return *word && word[strspn(word, ALNUM "._-/[")] == '\0';
}

/* Its first word, without a variable that is set for it. */
static void put_command(FILE *f, const char *value, bool whole)
{
	size_t n = strcspn(value, " \t;&|");
	_cleanup_free_ char *first = strndup(value, n);

	if (whole)
		fputs(value, f);
	else if (!first || !is_plain(first))
		fputs("...", f);
	else
		fprintf(f, "%s%s", first, value[n] ? " ..." : "");
}

static void put_arguments(FILE *f, const char *value)
{
	_cleanup_(word_list_deinit) struct word_list list = {.n = 0};
	size_t i;

	if (word_list_init(value, &list) < 0)
		return;
	for (i = 0; i < list.n; i++) {
		const char *word = list.words[i];
		size_t n = strspn(word, ALNUM "._-");

		fputs(i ? " " : "", f);
		if (import_argument_is_known(word) || (!word[n] && n < 40))
			fputs(word, f);
		else if (word[n] == '=')
			fprintf(f, "%.*s=" HIDDEN, (int)n, word);
		else
			fputs(HIDDEN, f);
	}
}

static void put_value(FILE *f, const char *value)
{
	size_t len = strlen(value);
	_cleanup_free_ char *copy = malloc(2 * len + 2 * sizeof(HIDDEN));

	if (!copy)
		return;
	memcpy(copy, value, len + 1);
	hide_urls(copy);
	fputs(copy, f);
}

static void put(FILE *f, const struct importer *im, const struct setting *s)
{
	const struct import_entry *e = im->entry;

	if (!*s->name)
		put_command(f, s->value, false);
	else if (!im->row || s->unread)
		fputs("...", f);
	else if (im->row->show == SHOW_NOTHING)
		fputs(HIDDEN, f);
	else if (im->row->show == SHOW_COMMAND)
		put_command(f, s->value, im->whole && !*e->lost);
	else if (im->row->show == SHOW_ARGUMENTS)
		put_arguments(f, s->value);
	else
		put_value(f, s->value);
}

char *import_show(const struct importer *im, const struct setting *s)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	fputs(s->name, f);
	if (*s->name && im->out->format == IMPORT_SHELL)
		fputc('=', f);
	else if (*s->name && *s->value)
		fputc(' ', f);
	if (*s->value)
		put(f, im, s);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	if (len > SOURCE_MAX)
		memcpy(text + SOURCE_MAX - 3, "...", 4);
	return text;
}
