// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/import.h"

#include "base/cleanup.h"
#include "import/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct import_table *const words[] = {&import_kdump_conf, NULL},
					*const fedora[] = {&import_fedora, NULL},
					*const shell[] = {&import_suse, &import_fedora,
							  &import_debian, NULL};

static const struct import_row *find_in(const struct import_table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	}
	return NULL;
}

const struct import_row *import_find_row(const struct import_table *const *tables, const char *name)
{
	const struct import_row *row = NULL;

	for (; *tables && !row; tables++)
		row = find_in(*tables, name);
	return row;
}

/* Is value one of those that `list` holds, parted by '|'? */
static bool is_listed(const char *list, const char *value)
{
	size_t n, len = strlen(value);

	if (!list || strcmp(list, "*") == 0)
		return list;
	for (;; list += n + 1) {
		n = strcspn(list, "|");
		if (n == len && memcmp(list, value, n) == 0)
			return true;
		if (!list[n])
			return false;
	}
}

static void translate_known(struct importer *im, const struct setting *s)
{
	if (im->row->translate)
		im->row->translate(im, s);
	else if (is_listed(im->row->stock, s->value))
		import_note(im, "%s", im->row->fine ? im->row->fine : im->row->why);
	else
		import_lose(im, "%s", im->row->why);
}

/* A line that only a shell can read may set a target, too. */
static bool names_target(const struct importer *im, const char *text)
{
	const struct import_table *const *t;
	size_t i;

	for (t = im->tables; *t; t++) {
		for (i = 0; i < (*t)->n; i++) {
			if ((*t)->rows[i].target && strstr(text, (*t)->rows[i].name))
				return true;
		}
	}
	return false;
}

static void translate(struct importer *im, const struct setting *s)
{
	const struct setting *last = settings_find(im->settings, s->name);
	bool words_only = im->out->format == IMPORT_KDUMP_CONF;

	if (!words_only && *s->name && last != s)
		import_note(im, "set again in line %u, which counts", last->line);
	else if (s->unread)
		import_lose(im, "%s", s->unread);
	else if (!*s->value && !words_only)
		import_note(im, "empty, so its default holds");
	else if (!im->row)
		import_lose(im, "not known, so nothing is done in its place; look up what it did");
	else if (!*s->value)
		import_lose(im, "it has no value, so kdump itself refuses the file");
	else
		translate_known(im, s);
	if (im->row)
		im->target_asked |= im->row->target && (*s->value || s->unread || words_only);
	else if (words_only || !*s->name)
		im->target_asked |= words_only || names_target(im, s->value);
}

static void import_one(struct importer *im, const char *file, const struct setting *s)
{
	struct import_entry *e = &im->out->entries[im->out->n++];

	*e = (struct import_entry){
		.file = file,
		.line = s->line,
		.set = strdup(""),
		.note = strdup(""),
		.lost = strdup(""),
	};
	im->entry = e;
	im->whole = false;
	im->row = import_find_row(im->tables, s->name);
	im->out->known += im->row != NULL;
	if (!e->set || !e->note || !e->lost)
		im->error = -ENOMEM;
	if (!im->error)
		translate(im, s);
	e->source = import_show(im, s);
	if (!e->source)
		im->error = -ENOMEM;
}

static void import_source(struct importer *im, const char *file)
{
	static const enum import_phase phases[] = {PHASE_FIRST, PHASE_NORMAL, PHASE_LAST};
	const struct settings *all = im->settings;
	size_t i, p;

	for (p = 0; p < ARRAY_SIZE(phases); p++) {
		for (i = 0; i < all->n && !im->error; i++) {
			const struct import_row *row =
				import_find_row(im->tables, all->list[i].name);

			if ((row ? row->phase : PHASE_NORMAL) == phases[p])
				import_one(im, file, &all->list[i]);
		}
	}
}

static bool is_said(const struct importer *im, const struct import_default *d)
{
	const char *list = d->unless;
	size_t n;

	for (; list && *list; list += n + (list[n] == '|')) {
		_cleanup_free_ char *name = NULL;

		n = strcspn(list, "|");
		name = strndup(list, n);
		if (name && import_value(im, name))
			return true;
	}
	return d->key && import_is_set(im, d->key);
}

/* What the tool does where nothing is said, in words or as keys. */
static void import_defaults(struct importer *im, const struct import_table *table)
{
	const struct import_default *d;

	for (d = table->defaults; d && d->text && !im->error; d++) {
		struct import_entry *e;

		if (is_said(im, d) || (d->key && strcmp(d->key, "target") == 0 && im->target_asked))
			continue;
		e = &im->out->entries[im->out->n++];
		*e = (struct import_entry){
			.source = strdup(d->text),
			.set = strdup(""),
			.note = strdup(""),
			.lost = strdup(""),
		};
		im->entry = e;
		im->row = NULL;
		if (!e->source || !e->set || !e->note || !e->lost)
			im->error = -ENOMEM;
		else if (d->key)
			import_set(im, d->key, "%s", d->value);
	}
}

/* Whose file is it? Several tools have a sysconfig/kdump. */
static const struct import_table *find_tool(const struct importer *im)
{
	const struct import_table *const *t, *best = im->tables[0];
	size_t i, most = 0;

	for (t = im->tables; *t; t++) {
		size_t n = 0;

		for (i = 0; i < im->settings->n; i++)
			n += find_in(*t, im->settings->list[i].name) != NULL;
		if (n > most)
			best = *t;
		most = n > most ? n : most;
	}
	return best;
}

static int make_room(struct import *out, size_t more)
{
	struct import_entry *entries = reallocarray(out->entries, out->n + more, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	out->entries = entries;
	return 0;
}

#define DEFAULTS_MAX 16 /* of one tool */

static int read_source(struct importer *im, const struct import_source *s, bool first,
		       struct settings *all, struct config_error *error)
{
	int r;

	im->settings = all;
	if (import_is_shell(s->buf, s->len)) {
		im->out->format = IMPORT_SHELL;
		im->tables = first ? shell : fedora;
		r = settings_read_shell(s->buf, s->len, all, error);
	} else {
		im->out->format = IMPORT_KDUMP_CONF;
		im->tables = words;
		r = settings_read_words(s->buf, s->len, all, error);
		if (r == 0)
			r = import_check_words(all, error);
	}
	if (r == 0)
		r = make_room(im->out, all->n + DEFAULTS_MAX);
	if (r < 0)
		return r;
	import_source(im, s->name);
	if (first && !im->error)
		import_defaults(im, find_tool(im));
	return im->error;
}

static void importer_deinit(struct importer *im)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(im->value); i++)
		free(im->value[i]);
	config_deinit(&im->scratch);
}

int import_files(const struct import_source *sources, size_t n, struct import *out, size_t *bad,
		 struct config_error *error)
{
	struct settings *all = calloc(1, sizeof(*all));
	struct importer *im = calloc(1, sizeof(*im));
	int r = all && im ? 0 : -ENOMEM;

	*out = (struct import){0};
	if (r == 0) {
		im->out = out;
		r = config_init(&im->scratch);
	}
	if (r == 0) {
		config_clear_targets(&im->scratch);
		for (*bad = 0; *bad < n && r == 0; *bad += r == 0) {
			r = read_source(im, &sources[*bad], *bad == 0, all, error);
			settings_deinit(all);
		}
		out->target_lost = im->target_asked && im->scratch.n_targets == 0;
	}
	if (im)
		importer_deinit(im);
	free(im);
	free(all);
	if (r < 0)
		import_deinit(out);
	return r;
}

int import_parse(const char *buf, size_t len, struct import *out, struct config_error *error)
{
	const struct import_source source = {.name = "", .buf = buf, .len = len};
	size_t bad;

	return import_files(&source, 1, out, &bad, error);
}
