// SPDX-License-Identifier: GPL-2.0-or-later
/* kdump.conf: "name value" on each line. */
#include "import/setting.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int add_line(struct settings *out, unsigned int number, const char *p, const char *end)
{
	const char *comment = memchr(p, '#', (size_t)(end - p)), *name;

	if (comment)
		end = comment;
	while (p < end && is_blank(*p))
		p++;
	if (p == end)
		return 0;
	for (name = p; p < end && !is_blank(*p); p++)
		;
	while (end > p && is_blank(end[-1]))
		end--;
	return settings_add(out, number, name, (size_t)(p - name), p, (size_t)(end - p));
}

int settings_read_words(const char *buf, size_t len, struct settings *out,
			struct config_error *error)
{
	const char *end = buf + len, *p = buf;
	unsigned int number = 0;
	int r;

	out->n = 0;
	r = settings_check_text(buf, len, error);
	while (p < end && r == 0) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		r = add_line(out, ++number, p, newline ? newline : end);
		p = newline ? newline + 1 : end;
	}
	return settings_end(r, number, error);
}
