// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/said.h"

#include <stdio.h>
#include <string.h>

#define HEAD (SAID_MAX / 2) /* of the first lines so much stays */

/*
 * A progress line ends "[ 12.3 %] /  " and the time left in 16 columns; an error may follow right
 * after it.
 */
static const char *beyond_progress(const char *line)
{
	const char *p = strstr(line, "%]");
	size_t width = strlen("%] /  ") + 16;

	if (!p || !strstr(line, ": ["))
		return line;
	return strlen(p) > width ? p + width : "";
}

const char *said_clean(const char *line, size_t len, char *buf, size_t size)
{
	const char *said;
	size_t n = len < size ? len : size - 1;

	for (size_t i = 0; i < n; i++)
		buf[i] = (char)(line[i] < ' ' || line[i] >= 0x7f ? ' ' : line[i]);
	while (n > 0 && buf[n - 1] == ' ')
		n--;
	buf[n] = '\0';
	said = beyond_progress(buf);
	return said + strspn(said, " ");
}

/* The oldest line of the second half gives way. */
static void drop_one(struct said *s)
{
	const char *half = memchr(s->text + HEAD - 1, '\n', s->len - (HEAD - 1));
	size_t from = half ? (size_t)(half + 1 - s->text) : 0;
	const char *eol = from < s->len ? memchr(s->text + from, '\n', s->len - from) : NULL;
	size_t to = eol ? (size_t)(eol + 1 - s->text) : s->len;

	memmove(s->text + from, s->text + to, s->len - to);
	s->len -= to - from;
	s->dropped = true;
}

static void end_line(struct said *s)
{
	char clean[SAID_LINE_MAX];
	const char *said = said_clean(s->line, s->line_len, clean, sizeof(clean));
	size_t n = strlen(said);

	s->line_len = 0;
	if (n == 0)
		return;
	while (s->len + n + 2 > sizeof(s->text))
		drop_one(s);
	memcpy(s->text + s->len, said, n);
	s->len += n;
	s->text[s->len++] = '\n';
	s->text[s->len] = '\0';
}

void said_feed(struct said *s, const void *buf, size_t len)
{
	const char *p = buf;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\n' || p[i] == '\r')
			end_line(s);
		else if (s->line_len < sizeof(s->line))
			s->line[s->line_len++] = p[i];
	}
}

void said_finish(struct said *s)
{
	end_line(s);
}
