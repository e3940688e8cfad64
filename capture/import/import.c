// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/import.h"

#include "base/cleanup.h"
#include "import/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_MAX 300  /* bytes of a setting that are shown */
#define WHY_MAX    2000 /* of what is said about it: it stands on a line of a configuration */

static const struct import_row *find_row(enum import_format format, const char *name)
{
	static const struct import_table *const shell[] = {&import_suse, &import_debian, NULL},
						*const words[] = {&import_kdump_conf, NULL};
	const struct import_table *const *t = format == IMPORT_SHELL ? shell : words;
	size_t i;

	for (; *t; t++) {
		for (i = 0; i < (*t)->n; i++) {
			if (strcmp((*t)->rows[i].name, name) == 0)
				return &(*t)->rows[i];
		}
	}
	return NULL;
}

/* Does it look as if it held a password, whoever it belongs to? A line that is no assignment is
 * judged by all of it. */
static bool is_secret(const struct import_row *row, const struct setting *s)
{
	const char *text = *s->name ? s->name : s->value;

	return (row && row->secret) || strcasestr(text, "pass") || strcasestr(text, "secret");
}

/* Cut the password out of "[scheme://]user:password@host" in each word, in place. One may hold any
 * character, so rather too much is cut. */
static void hide_passwords(char *s)
{
	while (*s) {
		size_t n = strcspn(s, " \t");
		char *scheme = memmem(s, n, "://", 3), *user = scheme ? scheme + 3 : s;
		char *at = memrchr(user, '@', (size_t)(s + n - user));
		char *colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;

		if (colon && at > colon + 1) {
			colon[1] = '*';
			n = (size_t)(colon + 2 - s) + (size_t)(s + n - at);
			memmove(colon + 2, at, strlen(at) + 1);
		}
		s += n;
		s += strspn(s, " \t");
	}
}

static char *show(const struct importer *im, const struct import_row *row, const struct setting *s)
{
	bool shell = im->out->format == IMPORT_SHELL && *s->name;
	char *text = NULL;

	if (asprintf(&text, "%s%s%s", s->name,
		     shell                   ? "="
		     : *s->name && *s->value ? " "
					     : "",
		     is_secret(row, s) ? "***" : s->value) < 0)
		return NULL;
	hide_passwords(text);
	if (strlen(text) > SOURCE_MAX)
		memcpy(text + SOURCE_MAX - 3, "...", 4);
	return text;
}

static void translate(struct importer *im, const struct import_row *row, const struct setting *s)
{
	const struct setting *last = settings_find(im->settings, s->name);

	if (im->out->format == IMPORT_SHELL && *s->name && last != s)
		import_note(im, "set again in line %u", last->line);
	else if (!*s->value && !s->unread)
		import_note(im, "empty");
	else if (row && !row->translate && !row->lost)
		import_note(im, "%s", row->why);
	else if (!row || s->unread)
		import_lose(im, "%s", s->unread ? s->unread : "not known");
	else if (row->translate)
		row->translate(im, s);
	else
		import_lose(im, "%s", row->why);
	im->target_asked |= row && row->target && (*s->value || s->unread);
}

static void import_one(struct importer *im, const struct import_row *row, const struct setting *s)
{
	struct import_entry *e = &im->out->entries[im->out->n++];

	*e = (struct import_entry){
		.line = s->line,
		.source = show(im, row, s),
		.set = strdup(""),
		.note = strdup(""),
		.lost = strdup(""),
	};
	if (!e->source || !e->set || !e->note || !e->lost)
		im->error = -ENOMEM;
	im->entry = e;
	im->out->known += row != NULL;
	if (!im->error)
		translate(im, row, s);
}

static int refuse(struct config_error *error, const struct setting *s, const char *text,
		  unsigned int line)
{
	error->line = s->line;
	(void)snprintf(error->text, sizeof(error->text), "%s line %u", text, line);
	return -EINVAL;
}

/* kdump takes a name once, and one target; so a file with more is not what anybody uses. */
static int check_once(const struct settings *all, struct config_error *error)
{
	size_t i, j;

	for (i = 0; i < all->n; i++) {
		const struct setting *a = &all->list[i];
		const struct import_row *row = find_row(IMPORT_KDUMP_CONF, a->name);
		bool place = row && row->target && strcmp(a->name, "path") != 0;

		for (j = 0; j < i && row; j++) {
			const struct setting *b = &all->list[j];
			const struct import_row *other = find_row(IMPORT_KDUMP_CONF, b->name);

			if (other == row)
				return refuse(error, a, "it was already set in", b->line);
			if (place && other && other->target && strcmp(b->name, "path") != 0)
				return refuse(error, a, "another target than that of", b->line);
		}
	}
	return 0;
}

static int import_all(struct importer *im)
{
	const struct settings *all = im->settings;
	size_t i;
	int late, r = config_init(&im->scratch);

	if (r < 0)
		return r;
	config_clear_targets(&im->scratch);
	for (late = 0; late < 2; late++) {
		for (i = 0; i < all->n && !im->error; i++) {
			const struct import_row *row = find_row(im->out->format, all->list[i].name);

			if ((row && row->late) == (late == 1))
				import_one(im, row, &all->list[i]);
		}
	}
	im->out->target_lost = im->target_asked && im->scratch.n_targets == 0;
	config_deinit(&im->scratch);
	return im->error;
}

int import_parse(const char *buf, size_t len, struct import *out, struct config_error *error)
{
	struct settings *all = calloc(1, sizeof(*all));
	struct importer im = {.settings = all, .out = out};
	int r;

	*out = (struct import){0};
	if (!all)
		return -ENOMEM;
	if (settings_look_like_shell(buf, len)) {
		out->format = IMPORT_SHELL;
		r = settings_read_shell(buf, len, all, error);
	} else {
		r = settings_read_words(buf, len, all, error);
		if (r == 0)
			r = check_once(all, error);
	}
	if (r == 0) {
		out->entries = calloc(all->n + 1, sizeof(*out->entries));
		r = out->entries ? import_all(&im) : -ENOMEM;
	}
	settings_deinit(all);
	free(all);
	if (r < 0)
		import_deinit(out);
	return r;
}

void import_deinit(struct import *im)
{
	size_t i;

	for (i = 0; im->entries && i < im->n; i++) {
		free(im->entries[i].source);
		free(im->entries[i].set);
		free(im->entries[i].note);
		free(im->entries[i].lost);
	}
	free(im->entries);
	*im = (struct import){0};
}

void import_print(FILE *f, const struct import *im, const char *name)
{
	size_t i;

	fprintf(f,
		"# Made by fadump-ng config import from %s.\n"
		"# Read it, then put it into place and run fadump-ng config check.\n",
		name);
	if (im->target_lost)
		fprintf(f, "\n# NO TARGET WAS TAKEN OVER. Without one, dumps go to the default:\n"
			   "#target = file:///var/crash\n");
	for (i = 0; i < im->n; i++) {
		const struct import_entry *e = &im->entries[i];

		fprintf(f, "\n# line %u: %s\n", e->line, e->source);
		if (*e->note)
			fprintf(f, "# %.*s\n", WHY_MAX, e->note);
		if (*e->lost)
			fprintf(f, "# NOT TAKEN OVER: %.*s\n", WHY_MAX, e->lost);
		fputs(e->set, f);
	}
}
