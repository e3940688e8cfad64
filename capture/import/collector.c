// SPDX-License-Identifier: GPL-2.0-or-later
/* A makedumpfile command line, taken apart into keys as getopt_long would. */
#include "import/build.h"

#include "base/cleanup.h"
#include "dump/makedumpfile.h"
#include "dump/makedumpfile_options.h"
#include "import/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct command {
	struct importer *im;
	struct word_list list;
	size_t at;         /* the next word */
	size_t word;       /* number of the one at hand, from 1 */
	size_t unknown;    /* number of the first one that is not understood, from 1; 0: none */
	const char *why;   /* why it is not */
	const char *level; /* NULL: not asked for; "": not one */
	const char *threads, *compress;   /* NULL: not asked for */
	char refused[400];                /* options that cannot be used, and why */
	char extra[CONFIG_VALUE_MAX + 1]; /* those that go on as they are */
};

static const struct {
	char option;
	const char *word;
} compressions[] = {{'c', "zlib"}, {'l', "lzo"}, {'p', "snappy"}, {'z', "zstd"}};

static const char *compression(char c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(compressions); i++) {
		if (compressions[i].option == c)
			return compressions[i].word;
	}
	return NULL;
}

static void not_understood(struct command *c, const char *why)
{
	if (c->unknown)
		return;
	c->unknown = c->word;
	c->why = why;
}

static void add(char *to, size_t size, const char *separator, const char *more)
{
	size_t n = strlen(to);

	(void)snprintf(to + n, size - n, "%s%s", n ? separator : "", more);
}

static bool is_number(const char *s, size_t n)
{
	return n > 0 && n <= 4 && strspn(s, "0123456789") >= n;
}

/* One that neither sets a key nor is left out: it goes on, if it may. */
static void keep(struct command *c, const char *dashes, const struct mdf_option *o,
		 const char *value)
{
	char one[CONFIG_VALUE_MAX + 1];

	if (o->refuse) {
		(void)snprintf(one, sizeof(one), "%s%s: %s", dashes, o->name, o->refuse);
		add(c->refused, sizeof(c->refused), "; ", one);
		return;
	}
	(void)snprintf(one, sizeof(one), "%s%s%s%s", dashes, o->name, value ? " " : "",
		       value ? value : "");
	/* The words are parts of one value, which was not longer. */
	add(c->extra, sizeof(c->extra), " ", one);
	if (value && (!*value || strpbrk(value, " \t")))
		not_understood(c, "a value with blanks");
}

static bool is_level(const char *s)
{
	return is_number(s, strcspn(s, ",")) && strtol(s, NULL, 10) <= 31;
}

static void take_short(struct command *c, const struct mdf_option *o, const char *value)
{
	switch (*o->name) {
	case 'd':
		c->level = value && is_level(value) ? value : "";
		if (!*c->level)
			add(c->refused, sizeof(c->refused), "; ", "-d: it takes 0 to 31");
		break;
	case 'E':
		add(c->refused, sizeof(c->refused), "; ",
		    "-E: a dump is written in the kdump-compressed format, not as ELF");
		break;
	case 'F':
		break;
	default:
		if (compression(*o->name))
			c->compress = compression(*o->name);
		else
			keep(c, "-", o, value);
	}
}

static void take_long(struct command *c, const struct mdf_option *o, const char *value)
{
	if (strcmp(o->name, "message-level") == 0)
		return;
	if (strcmp(o->name, "num-threads") != 0) {
		keep(c, "--", o, value);
		return;
	}
	if (value && is_number(value, strlen(value)))
		c->threads = value;
	else
		add(c->refused, sizeof(c->refused), "; ", "--num-threads: it takes a number");
}

/* The value of an option that needs one: what stands in its own word, or else the next one. NULL:
 * it has none. */
static const char *value_of(struct command *c, const char *rest)
{
	if (rest)
		return rest;
	return c->at < c->list.n ? c->list.words[c->at++] : NULL;
}

static void read_cluster(struct command *c, const char *p)
{
	for (; *p && !c->unknown; p++) {
		const struct mdf_option *o = mdf_short_option(*p);
		const char *value = NULL;

		if (!o) {
			not_understood(c, "not an option of makedumpfile");
		} else if (!o->value) {
			take_short(c, o, NULL);
		} else {
			value = value_of(c, p[1] ? p + 1 : NULL);
			if (value)
				take_short(c, o, value);
			else
				not_understood(c, "its value is missing");
			return;
		}
	}
}

static void read_long(struct command *c, const char *name)
{
	size_t len = strcspn(name, "=");
	const struct mdf_option *o = len ? mdf_long_option(name, len) : NULL;
	const char *value = NULL;

	if (o && o->value)
		value = value_of(c, name[len] ? name + len + 1 : NULL);
	if (!o)
		not_understood(c, "not an option of makedumpfile");
	else if (o->value && !value)
		not_understood(c, "its value is missing");
	else if (!o->value && name[len])
		not_understood(c, "it takes no value");
	else
		take_long(c, o, value);
}

static void read_command(struct command *c)
{
	while (c->at < c->list.n && !c->unknown) {
		const char *word = c->list.words[c->at++];

		c->word = c->at;
		if (word[0] != '-' || !word[1])
			not_understood(c, "not an option");
		else if (word[1] == '-')
			read_long(c, word + 2);
		else
			read_cluster(c, word + 1);
	}
	if (c->list.open)
		not_understood(c, "its quotes do not end");
}

static void set_extra(struct importer *im, const char *extra)
{
	char why[200];
	int r;

	if (!*extra)
		return;
	r = mdf_check_extra(extra, why, sizeof(why));
	if (r == -ENOMEM)
		im->error = r;
	else if (r < 0)
		import_lose(im, "its other options cannot be used");
	else
		import_set(im, "makedumpfile-options", "%s", extra);
}

static void set_keys(struct command *c, bool whole)
{
	struct importer *im = c->im;
	long threads = c->threads ? strtol(c->threads, NULL, 10) : 0;

	if (c->level && *c->level)
		import_set(im, "dump-level", "%ld", strtol(c->level, NULL, 10));
	if (c->level && strchr(c->level, ','))
		import_lose(im, "of several dump levels the first one is taken; a dump that does "
				"not fit goes to the next target");
	if (c->threads)
		import_set(im, "threads", "%ld", threads > 0 ? threads : 1);
	if (c->compress || whole)
		import_set(im, "compress", "%s", c->compress ? c->compress : "none");
	if (!c->level && whole)
		import_set(im, "dump-level", "0");
	set_extra(im, c->extra);
	im->whole = true;
	if (*c->refused)
		import_lose(im, "makedumpfile's %s", c->refused);
}

void import_makedumpfile(struct importer *im, const char *text, bool whole)
{
	_cleanup_free_ struct command *c = calloc(1, sizeof(*c));

	if (!c || word_list_init(text, &c->list) < 0) {
		im->error = -ENOMEM;
	} else if (strlen(text) > CONFIG_VALUE_MAX) {
		import_lose(im, "too long");
	} else {
		c->im = im;
		read_command(c);
		/* A half of it would be another dump than the one that was meant. */
		if (c->unknown)
			import_lose(im,
				    "word %zu of makedumpfile's options is not understood (%s); "
				    "none of them is taken over, so that dump-level, compress and "
				    "threads keep their defaults: set them by hand",
				    c->unknown, c->why);
		else
			set_keys(c, whole);
	}
	if (c)
		word_list_deinit(&c->list);
}
