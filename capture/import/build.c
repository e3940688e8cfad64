// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/build.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* After what is there, and a separator when there is something. */
static _printf_(4, 0) void append(struct importer *im, char **to, const char *separator,
				  const char *fmt, va_list ap)
{
	char *more = NULL, *whole = NULL;

	if (im->error)
		return;
	if (vasprintf(&more, fmt, ap) < 0)
		more = NULL;
	if (!more || asprintf(&whole, "%s%s%s", *to, **to ? separator : "", more) < 0) {
		im->error = -ENOMEM;
		whole = NULL;
	}
	free(more);
	if (whole) {
		free(*to);
		*to = whole;
	}
}

static _printf_(2, 3) void add_lines(struct importer *im, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append(im, &im->entry->set, "", fmt, ap);
	va_end(ap);
}

void import_note(struct importer *im, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append(im, &im->entry->note, "; ", fmt, ap);
	va_end(ap);
}

void import_lose(struct importer *im, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append(im, &im->entry->lost, "; ", fmt, ap);
	va_end(ap);
}

/* What sets a key where no setting does. */
static const struct import_row no_row;

/* Would the parser read the line back as it is meant? It takes a '#' for a comment in two places.
 */
static bool reads_back(const char *value)
{
	size_t n = strlen(value);

	return n > 0 && *value != '#' && !strstr(value, " #") && !strstr(value, "\t#") &&
	       !strchr(" \t", *value) && !strchr(" \t", value[n - 1]);
}

static void already_set(struct importer *im, const struct config_key *key,
			const struct import_row *by, unsigned int line)
{
	if (by->phase == PHASE_FIRST && im->row && im->row->phase != PHASE_FIRST)
		import_note(im, "%s of line %u has the last word on %s there, and so here",
			    by->name, line, key->name);
	else
		import_lose(im, "%s was already set by line %u", key->name, line);
}

static void set_value(struct importer *im, const struct config_key *key, const char *value)
{
	struct config_error error = {0};
	size_t index = (size_t)(key - config_keys);
	const char *why = NULL;
	struct url url;
	int r;

	if (key->type != CONFIG_TYPE_TARGET && im->by[index]) {
		if (strcmp(im->value[index], value) == 0)
			import_note(im, "as line %u says, too", im->line[index]);
		else
			already_set(im, key, im->by[index], im->line[index]);
		return;
	}
	if (!reads_back(value)) {
		import_lose(im, "its value cannot be written as a value of %s", key->name);
		return;
	}
	r = 0;
	if (key->type == CONFIG_TYPE_TARGET) {
		r = url_parse(value, &url, &why);
		if (r == 0)
			url_deinit(&url);
		else if (r == -EINVAL)
			import_lose(im, "not a target that can be reached: %s", why);
	}
	if (r == 0) {
		r = config_key_set(&im->scratch, key, value, &error);
		if (r == -EINVAL)
			import_lose(im, "%s", error.text);
	}
	if (r == -ENOMEM)
		im->error = r;
	if (r < 0)
		return;
	free(im->value[index]);
	im->value[index] = strdup(value);
	if (!im->value[index])
		im->error = -ENOMEM;
	im->line[index] = im->entry->line;
	im->by[index] = im->row ? im->row : &no_row;
	add_lines(im, "%s = %s\n", key->name, value);
}

void import_set(struct importer *im, const char *name, const char *fmt, ...)
{
	const struct config_key *key = config_key_find(name);
	_cleanup_free_ char *value = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&value, fmt, ap);
	va_end(ap);
	if (n < 0) {
		value = NULL;
		im->error = -ENOMEM;
	} else if (key && !im->error) {
		set_value(im, key, value);
	}
}

bool import_is_set(const struct importer *im, const char *name)
{
	const struct config_key *key = config_key_find(name);

	if (!key)
		return false;
	return key->type == CONFIG_TYPE_TARGET ? im->scratch.n_targets > 0
					       : im->by[key - config_keys] != NULL;
}

const struct setting *import_value(const struct importer *im, const char *name)
{
	const struct setting *s = settings_find(im->settings, name);

	return s && *s->value ? s : NULL;
}
