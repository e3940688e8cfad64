/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes flattened streams (makedumpfile -F) of ordinary bytes, well-formed or not, for tests. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FLAT_IMAGE_HEADER 4096

struct flat_image_opts {
	size_t record;     /* bytes of data in a record; 0: 65536 */
	unsigned int seed; /* not 0: records in random order */
	bool rewrite;      /* write the first record as garbage first, and rightly at the end */
	bool no_end;       /* leave the end marker out */
	size_t trailing;   /* bytes after the end */
	size_t cut;        /* keep only so many bytes; 0: all */
};

static inline unsigned char *flat_image_record(unsigned char *p, int64_t off, int64_t size)
{
	uint64_t v[2] = {htobe64((uint64_t)off), htobe64((uint64_t)size)};

	memcpy(p, v, sizeof(v));
	return p + sizeof(v);
}

static inline unsigned char *flat_image_header(unsigned char *p)
{
	/* The padding is whatever was in memory. */
	memset(p, 0xa5, FLAT_IMAGE_HEADER);
	memcpy(p, "makedumpfile\0\0\0\0", 16);
	(void)flat_image_record(p + 16, 1, 1);
	return p + FLAT_IMAGE_HEADER;
}

/* Malloc'ed; NULL when there is no memory. */
static inline unsigned char *flat_image_make(const unsigned char *buf, size_t len,
					     const struct flat_image_opts *o, size_t *out_len)
{
	size_t record = o->record ? o->record : 65536, n = (len + record - 1) / record;
	size_t room = FLAT_IMAGE_HEADER + len + record + 16 * (n + 2) + o->trailing;
	size_t *order = calloc(n + 1, sizeof(*order));
	unsigned char *out = malloc(room), *p = out;
	uint64_t rnd = o->seed;

	*out_len = 0;
	if (!order || !out) {
		free(order);
		free(out);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; o->seed && i > 1; i--) {
		size_t j, t;

		rnd = rnd * 6364136223846793005u + 1442695040888963407u;
		j = (size_t)((rnd >> 33) % i);
		t = order[i - 1];
		order[i - 1] = order[j];
		order[j] = t;
	}
	p = flat_image_header(p);
	if (o->rewrite && n > 0) {
		size_t size = len < record ? len : record;

		p = flat_image_record(p, 0, (int64_t)size);
		memset(p, 0xee, size);
		p += size;
		/* The right one is the last. */
		for (size_t i = 0; i < n; i++) {
			if (order[i] == 0) {
				order[i] = order[n - 1];
				order[n - 1] = 0;
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		size_t off = order[i] * record, size = len - off < record ? len - off : record;

		p = flat_image_record(p, (int64_t)off, (int64_t)size);
		memcpy(p, buf + off, size);
		p += size;
	}
	if (!o->no_end)
		p = flat_image_record(p, -1, -1);
	memset(p, 'x', o->trailing);
	p += o->trailing;
	free(order);
	*out_len = (size_t)(p - out);
	if (o->cut && o->cut < *out_len)
		*out_len = o->cut;
	return out;
}
