// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 48

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t edit_distance(const char *a, size_t n, const char *b)
{
	/* Three rows of the usual table: a swap looks two rows back. */
	size_t rows[3][WORD_MAX + 1];
	size_t alen = min2(n, WORD_MAX), blen = strnlen(b, WORD_MAX), i, j;

	for (j = 0; j <= blen; j++)
		rows[0][j] = j;
	for (i = 1; i <= alen; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3];

		row[0] = i;
		for (j = 1; j <= blen; j++) {
			row[j] = min2(above[j], row[j - 1]) + 1;
			row[j] = min2(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min2(row[j], rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[alen % 3][blen];
}
