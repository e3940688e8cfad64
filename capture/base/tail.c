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

const char *tail_last_words(char *tail)
{
	char *end = tail + strlen(tail), *p;

	while (end > tail && (unsigned char)end[-1] <= ' ')
		end--;
	*end = '\0';
	for (p = end; p > tail && p[-1] != '\n' && p[-1] != '\r'; p--)
		if ((unsigned char)p[-1] < ' ' || p[-1] == 0x7f)
			p[-1] = ' ';
	while (*p == ' ')
		p++;
	return p;
}
