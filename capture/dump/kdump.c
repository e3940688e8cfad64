// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/kdump.h"

#include "base/cleanup.h"
#include "dump/kdump_header.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define WINDOW     (64 * KIB) /* of each bitmap */
#define DESCS      (8 * KIB)  /* descriptors read at once */
#define BUFFER     (DESCS * KDUMP_DESC_SIZE)
#define COMPRESSED (KDUMP_STATUS_ZLIB | KDUMP_STATUS_LZO | KDUMP_STATUS_SNAPPY | KDUMP_STATUS_ZSTD)

_Static_assert(BUFFER >= 2 * WINDOW, "both bitmap windows fit the buffer");

struct check {
	const struct reader *r;
	struct kdump_info *info;
	struct kdump_problem *problem;
	struct kdump_layout at;
	unsigned char *buf;
	uint64_t data_off;   /* the descriptors' end, where page data begins */
	uint64_t first_data; /* lowest offset of page data that was seen */
	uint64_t first_missing;
};

/* Which page is in bitmap 2 but not in bitmap 1? The windows differ, so there is one. */
static int report_stray(const struct check *c, const unsigned char *one, const unsigned char *two,
			uint64_t from, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned int stray = two[i] & ~(unsigned int)one[i];

		if (stray)
			return kdump_bad(c->problem, c->at.bitmap2_off + from + i,
					 "page 0x%" PRIx64
					 " is dumped but does not exist: it is in "
					 "bitmap 2 and not in bitmap 1",
					 (from + i) * 8 + (uint64_t)__builtin_ctz(stray));
	}
	return -EBADMSG;
}

/* Count bits and compare. Bits and not numbers, so the byte order of the dump does not matter. len
 * is a multiple of 8. */
static bool count_words(const unsigned char *one, const unsigned char *two, size_t len,
			uint64_t *pages)
{
	uint64_t a, b, stray = 0, n = 0;

	for (size_t i = 0; i < len; i += sizeof(a)) {
		memcpy(&a, one + i, sizeof(a));
		memcpy(&b, two + i, sizeof(b));
		stray |= b & ~a;
		n += (uint64_t)__builtin_popcountll(b);
	}
	*pages += n;
	return stray == 0;
}

/* Clear what lies beyond the last page: readers never look there. The windows begin at byte `from`.
 */
static void mask_end(unsigned char *one, unsigned char *two, uint64_t from, size_t len,
		     uint64_t max_mapnr)
{
	uint64_t bits = max_mapnr - from * 8;
	size_t whole = (size_t)(bits / 8);

	if (bits >= (uint64_t)len * 8)
		return;
	if (bits % 8) {
		unsigned int mask = (1u << (bits % 8)) - 1;

		one[whole] = (unsigned char)(one[whole] & mask);
		two[whole] = (unsigned char)(two[whole] & mask);
		whole++;
	}
	memset(one + whole, 0, len - whole);
	memset(two + whole, 0, len - whole);
}

static int check_bitmaps(struct check *c)
{
	uint64_t used = (c->info->max_mapnr + 7) / 8, pages = 0;
	unsigned char *one = c->buf, *two = c->buf + WINDOW;
	int e;

	/* A bitmap is whole blocks, so the window can be rounded up to words. */
	used = (used + 7) & ~UINT64_C(7);
	for (uint64_t from = 0; from < used; from += WINDOW) {
		size_t len = used - from < WINDOW ? (size_t)(used - from) : WINDOW;

		e = c->r->pread(c->r->ctx, one, len, c->at.bitmap1_off + from);
		if (e == 0)
			e = c->r->pread(c->r->ctx, two, len, c->at.bitmap2_off + from);
		if (e < 0)
			return e;
		mask_end(one, two, from, len, c->info->max_mapnr);
		if (!count_words(one, two, len, &pages))
			return report_stray(c, one, two, from, len);
	}
	c->info->pages = pages;
	if (pages == 0)
		return kdump_bad(c->problem, c->at.bitmap2_off, "bitmap 2 is empty: no page in it");
	/* As many descriptors as bits; divided, since the product could overflow. */
	if (pages > (c->r->size - c->at.desc_off) / KDUMP_DESC_SIZE)
		return kdump_bad(c->problem, c->r->size,
				 "the file ends at 0x%" PRIx64 ", inside its %" PRIu64
				 " page descriptors",
				 c->r->size, pages);
	c->data_off = c->at.desc_off + pages * KDUMP_DESC_SIZE;
	c->first_data = UINT64_MAX;
	return 0;
}

static int check_desc(struct check *c, const unsigned char *d, uint64_t n)
{
	uint64_t off = kdump_u64(d, c->info->big_endian);
	uint32_t size = kdump_u32(d + 8, c->info->big_endian);
	uint32_t flags = kdump_u32(d + 12, c->info->big_endian);
	uint64_t at = c->at.desc_off + n * KDUMP_DESC_SIZE;

	if (off == 0) {
		if (c->info->pages_missing++ == 0)
			c->first_missing = at;
		return 0;
	}
	if (off < c->data_off)
		return kdump_bad(c->problem, at,
				 "page %" PRIu64 " of %" PRIu64 ": data at 0x%" PRIx64
				 ", before the descriptors' end at 0x%" PRIx64,
				 n, c->info->pages, off, c->data_off);
	if (!range_ok(off, size, c->r->size))
		return kdump_bad(c->problem, at,
				 "page %" PRIu64 " of %" PRIu64 ": 0x%" PRIx32
				 " bytes at 0x%" PRIx64 " reach past the file's end at 0x%" PRIx64,
				 n, c->info->pages, size, off, c->r->size);
	if ((flags & ~COMPRESSED) || (flags & (flags - 1)))
		return kdump_bad(c->problem, at,
				 "page %" PRIu64 " of %" PRIu64 ": flags 0x%" PRIx32, n,
				 c->info->pages, flags);
	if (size == 0 || size > c->info->block_size || (!flags && size != c->info->block_size))
		return kdump_bad(c->problem, at,
				 "page %" PRIu64 " of %" PRIu64 ": %" PRIu32
				 " bytes %s of a page of %" PRIu32,
				 n, c->info->pages, size, flags ? "compressed" : "uncompressed",
				 c->info->block_size);
	if (off < c->first_data)
		c->first_data = off;
	return 0;
}

static int check_descs(struct check *c)
{
	uint64_t pages = c->info->pages, left;
	size_t count;
	int e;

	for (uint64_t n = 0; n < pages; n += count) {
		left = pages - n;
		count = left < DESCS ? (size_t)left : DESCS;
		e = c->r->pread(c->r->ctx, c->buf, count * KDUMP_DESC_SIZE,
				c->at.desc_off + n * KDUMP_DESC_SIZE);
		if (e < 0)
			return e;
		for (size_t i = 0; i < count; i++) {
			e = check_desc(c, c->buf + i * KDUMP_DESC_SIZE, n + i);
			if (e < 0)
				return e;
		}
	}
	/* A block of descriptors that never reached the disk looks like this, too. */
	if (c->info->pages_missing > 0)
		return kdump_bad(c->problem, c->first_missing,
				 "%" PRIu64 " of %" PRIu64
				 " pages have no data: their descriptors are "
				 "empty",
				 c->info->pages_missing, pages);
	return 0;
}

/*
 * Page data begins where the descriptors end. A gap with something in it holds descriptors of pages
 * that bitmap 2 has lost: every page after those would be taken for another one.
 */
static int check_gap(struct check *c)
{
	static const unsigned char none[KDUMP_DESC_SIZE];
	unsigned char next[KDUMP_DESC_SIZE];
	int e;

	if (c->first_data - c->data_off < sizeof(next))
		return 0;
	e = c->r->pread(c->r->ctx, next, sizeof(next), c->data_off);
	if (e < 0)
		return e;
	if (memcmp(next, none, sizeof(next)) == 0)
		return 0;
	return kdump_bad(c->problem, c->data_off,
			 "bitmap 2 has %" PRIu64 " pages, but there are descriptors of more",
			 c->info->pages);
}

int kdump_check_structure(const struct reader *r, struct kdump_info *info,
			  struct kdump_problem *problem)
{
	struct check c = {.r = r, .info = info, .problem = problem};
	_cleanup_free_ unsigned char *buf = NULL;
	int e;

	*info = (struct kdump_info){0};
	*problem = (struct kdump_problem){0};
	e = kdump_read_header(r, info, &c.at, problem);
	if (e < 0)
		return e;
	buf = malloc(BUFFER);
	if (!buf)
		return -ENOMEM;
	c.buf = buf;
	e = check_bitmaps(&c);
	if (e == 0)
		e = check_descs(&c);
	if (e == 0)
		e = check_gap(&c);
	return e;
}
