// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/setting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char *copy_trimmed(const char *s, size_t len)
{
	while (len > 0 && is_blank(*s)) {
		s++;
		len--;
	}
	while (len > 0 && is_blank(s[len - 1]))
		len--;
	return strndup(s, len);
}

int settings_add(struct settings *s, unsigned int line, const char *name, size_t name_len,
		 const char *value, size_t value_len)
{
	struct setting *one;

	if (s->n == SETTINGS_MAX)
		return -E2BIG;
	one = &s->list[s->n++];
	*one = (struct setting){
		.line = line,
		.name = copy_trimmed(name, name_len),
		.value = copy_trimmed(value, value_len),
	};
	return one->name && one->value ? 0 : -ENOMEM;
}

void settings_deinit(struct settings *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->list[i].name);
		free(s->list[i].value);
	}
	s->n = 0;
}

const struct setting *settings_find(const struct settings *s, const char *name)
{
	size_t i;

	for (i = s->n; i > 0; i--) {
		if (strcmp(s->list[i - 1].name, name) == 0)
			return &s->list[i - 1];
	}
	return NULL;
}

int settings_check_text(const char *buf, size_t len, struct config_error *error)
{
	unsigned int line = 1;
	size_t i;

	if (len > CONFIG_MAX) {
		error->line = 1;
		(void)snprintf(error->text, sizeof(error->text), "larger than %llu bytes",
			       CONFIG_MAX);
		return -EINVAL;
	}
	for (i = 0; i < len; i++) {
		unsigned char b = (unsigned char)buf[i];

		if ((b >= ' ' && b != 0x7f) || b == '\t' || b == '\n' ||
		    (b == '\r' && i + 1 < len && buf[i + 1] == '\n')) {
			line += b == '\n';
			continue;
		}
		error->line = line;
		(void)snprintf(error->text, sizeof(error->text),
			       "control character 0x%02x: not a text file?", b);
		return -EINVAL;
	}
	return 0;
}

int settings_end(int r, unsigned int line, struct config_error *error)
{
	if (r != -E2BIG)
		return r;
	error->line = line;
	(void)snprintf(error->text, sizeof(error->text), "more than %d settings", SETTINGS_MAX);
	return -EINVAL;
}
