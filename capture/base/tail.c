// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/tail.h"

#include <string.h>

void tail_append(char *tail, size_t *used, const void *buf, size_t len)
{
	const char *from = buf;
	size_t room = TAIL_MAX - 1;

	if (len > room) {
		from += len - room;
		len = room;
	}
	if (*used > room - len) {
		size_t drop = *used - (room - len);

		memmove(tail, tail + drop, *used - drop);
		*used -= drop;
	}
	memcpy(tail + *used, from, len);
	for (size_t i = 0; i < len; i++)
		if (!from[i])
			tail[*used + i] = ' ';
	*used += len;
	tail[*used] = '\0';
}

/*
 * The bytes of the character of UTF-8 at p; 0: there is none, or one that controls a terminal. A
 * byte of 0x80 to 0x9f alone does so in an encoding of single bytes, and so does U+0080 to U+009F.
 */
static size_t character(const unsigned char *p, const unsigned char *end)
{
	size_t i, n = *p < 0x80   ? 1
		      : *p < 0xc2 ? 0
		      : *p < 0xe0 ? 2
		      : *p < 0xf0 ? 3
		      : *p < 0xf5 ? 4
				  : 0;

	if (n == 1)
		return *p >= ' ' && *p != 0x7f;
	if (n == 0 || n > (size_t)(end - p))
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than need be, a half of a pair, or beyond the last one. */
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
	    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return *p == 0xc2 && p[1] < 0xa0 ? 0 : n;
}

static void make_printable(char *text, const char *end)
{
	unsigned char *p = (unsigned char *)text;

	while (p < (const unsigned char *)end) {
		size_t n = character(p, (const unsigned char *)end);

		if (n == 0)
			*p = ' ';
		p += n ? n : 1;
	}
}

const char *tail_last_words(char *tail)
{
	char *end = tail + strlen(tail), *p;

	while (end > tail && (unsigned char)end[-1] <= ' ')
		end--;
	*end = '\0';
	for (p = end; p > tail && p[-1] != '\n' && p[-1] != '\r'; p--)
		;
	make_printable(p, end);
	while (*p == ' ')
		p++;
	return p;
}
