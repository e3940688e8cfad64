// SPDX-License-Identifier: GPL-2.0-or-later
/* The stream is fed whole and in pieces; both must come to the same end, and never write outside
 * what they were told. Read in place it is the file that was written. */
#include "dump/flat.h"
#include "dump/flat_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_MAX (256 * KIB) /* of a file, to be compared */

struct bytes {
	const uint8_t *data;
	size_t size;
};

static int bytes_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct bytes *b = ctx;

	if (!range_ok(off, len, b->size))
		abort();
	memcpy(buf, b->data + off, len);
	return 0;
}

static int image_write(void *ctx, const void *buf, size_t len, uint64_t off)
{
	if (range_ok(off, len, IMAGE_MAX))
		memcpy((uint8_t *)ctx + off, buf, len);
	return 0;
}

static void compare(const struct flat_reader *f, const uint8_t *data, size_t size)
{
	uint8_t *want = calloc(2, IMAGE_MAX), *got = want + IMAGE_MAX;
	size_t n = (size_t)f->r.size;
	struct flat flat;

	if (!want)
		abort();
	flat_init(&flat, image_write, want);
	(void)!flat_feed(&flat, data, size);
	if (f->r.pread(f->r.ctx, got, n, 0) < 0 || memcmp(want, got, n) != 0)
		abort();
	for (size_t off = 0, len = 1; off + len <= n; off += len, len = len * 2 % 251 + 1)
		if (f->r.pread(f->r.ctx, got, len, off) < 0 || memcmp(want + off, got, len) != 0)
			abort();
	free(want);
}

static void read_in_place(const struct flat *a, const uint8_t *data, size_t size)
{
	struct bytes bytes = {data, size};
	struct reader in = {.pread = bytes_pread, .ctx = &bytes, .size = size};
	struct flat_reader f;
	int r = flat_reader_init(&in, NULL, NULL, &f);

	if ((r == -EBADMSG) != (a->problem != FLAT_OK && a->problem != FLAT_AFTER_END))
		abort();
	if (r != 0 && r != -EBADMSG && r != -E2BIG)
		abort();
	if (r == 0 && (f.r.size != a->size || f.stream + f.trailing != size))
		abort();
	if (r == 0 && f.r.size <= IMAGE_MAX)
		compare(&f, data, size);
	flat_reader_deinit(&f);
}

struct sum {
	uint64_t bytes, hash, highest;
};

static int sum_write(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct sum *s = ctx;
	const unsigned char *p = buf;

	if (len == 0 || len > FLAT_RECORD_MAX || !range_ok(off, len, INT64_MAX))
		abort();
	for (size_t i = 0; i < len; i++)
		s->hash += (off + i + 1) * 0x9e3779b97f4a7c15u * (p[i] + 1u);
	s->bytes += len;
	if (off + len > s->highest)
		s->highest = off + len;
	return 0;
}

static int parse(const uint8_t *data, size_t size, size_t step, struct flat *f, struct sum *s)
{
	int r = 0;

	*s = (struct sum){0};
	flat_init(f, sum_write, s);
	for (size_t i = 0; i < size && r == 0; i += step)
		r = flat_feed(f, data + i, size - i < step ? size - i : step);
	return flat_finish(f) | r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step = size ? 1 + data[size - 1] % 64 : 1;
	struct flat a, b;
	struct sum sa, sb;
	int ra = parse(data, size, size ? size : 1, &a, &sa);
	int rb = parse(data, size, step, &b, &sb);

	if (ra != rb || a.problem != b.problem || a.problem_at != b.problem_at ||
	    a.consumed != b.consumed || a.records != b.records || a.size != b.size ||
	    a.ended != b.ended || sa.hash != sb.hash || sa.bytes != sb.bytes)
		abort();
	if (a.size != sa.highest || a.consumed > size || (ra == 0) != (a.problem == FLAT_OK))
		abort();
	if (ra == 0 && (!a.ended || a.consumed != size))
		abort();
	read_in_place(&a, data, size);
	return 0;
}
