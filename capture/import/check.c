// SPDX-License-Identifier: GPL-2.0-or-later
/* What kind of file it is, and whether kdump itself would take it. */
#include "import/build.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static const struct import_table *const words[] = {&import_kdump_conf, NULL};

enum kind { KIND_UNKNOWN, KIND_SHELL, KIND_WORDS };

static enum kind kind_of_line(const char *p, size_t n)
{
	_cleanup_free_ char *line = strndup(p, n);
	char *name = line, *end;

	if (!line)
		return KIND_UNKNOWN;
	name += strspn(name, " \t\r");
	if (strncmp(name, "export", 6) == 0 && strchr(" \t", name[6]) && name[6])
		return KIND_SHELL;
	end = name + strspn(name, NAME);
	if (*end == '=' && end > name)
		return KIND_SHELL;
	end = name + strcspn(name, " \t\r");
	*end = '\0';
	return import_find_row(words, name) ? KIND_WORDS : KIND_UNKNOWN;
}

bool import_is_shell(const char *buf, size_t len)
{
	const char *p = buf, *end = buf + len, *newline;
	enum kind kind = KIND_UNKNOWN;

	for (; p < end && kind == KIND_UNKNOWN; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		newline = newline ? newline : end;
		kind = kind_of_line(p, (size_t)(newline - p));
	}
	return kind == KIND_SHELL;
}

static int refuse(struct config_error *error, const struct setting *s, const char *text,
		  unsigned int line)
{
	error->line = s->line;
	(void)snprintf(error->text, sizeof(error->text), "%s line %u", text, line);
	return -EINVAL;
}

/* How many targets it names; a path is only part of one. */
static size_t count_targets(const struct setting *s, const struct import_row *row)
{
	if (!row)
		return 0;
	if (strcmp(s->name, "dracut_args") == 0)
		return import_count_mounts(s->value);
	return row->target && strcmp(s->name, "path") != 0;
}

/* kdump takes a name once, and one target; so a file with more is in no use. */
int import_check_words(const struct settings *all, struct config_error *error)
{
	const struct setting *target = NULL;
	size_t i, j, n;

	for (i = 0; i < all->n; i++) {
		const struct setting *a = &all->list[i];
		const struct import_row *row = import_find_row(words, a->name);

		for (j = 0; j < i && row; j++) {
			if (strcmp(all->list[j].name, a->name) == 0)
				return refuse(error, a, "it was already set in", all->list[j].line);
		}
		n = count_targets(a, row);
		if (n > 0 && target)
			return refuse(error, a, "another target than that of", target->line);
		if (n > 1)
			return refuse(error, a, "several targets in", a->line);
		target = n > 0 ? a : target;
	}
	return 0;
}
