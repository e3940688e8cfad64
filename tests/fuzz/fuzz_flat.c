// SPDX-License-Identifier: GPL-2.0-or-later
/* The stream is fed whole and in pieces; both must come to the same end, and never write outside
 * what they were told. */
#include "dump/flat.h"

#include <stdlib.h>

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
	return 0;
}
