// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/flat_reader.h"

#include "../tools/flat_image.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

#define FILE_MAX 4096

struct stream {
	unsigned char *buf;
	size_t len;
	int fail; /* what a read returns; 0 */
};

static int stream_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct stream *s = ctx;

	assert_true(range_ok(off, len, s->len));
	memcpy(buf, s->buf + off, len);
	return s->fail;
}

static struct reader reader_of(struct stream *s)
{
	return (struct reader){.pread = stream_pread, .ctx = s, .size = s->len};
}

/* Whatever is asked for, it is what an ordinary file would have there. */
static void check_reads(const struct flat_reader *f, const unsigned char *want, size_t len)
{
	unsigned char got[FILE_MAX];

	assert_int_equal(f->r.size, len);
	for (size_t off = 0; off <= len; off += 1 + off / 7)
		for (size_t n = 0; off + n <= len; n += 1 + n / 3) {
			memset(got, 0x5a, sizeof(got));
			assert_int_equal(f->r.pread(f->r.ctx, got, n, off), 0);
			assert_memory_equal(got, want + off, n);
		}
	assert_int_equal(f->r.pread(f->r.ctx, got, 1, len), -ENODATA);
	assert_int_equal(f->r.pread(f->r.ctx, got, len + 1, 0), -ENODATA);
	assert_int_equal(f->r.pread(f->r.ctx, got, 2, UINT64_MAX), -ENODATA);
}

static void test_reads(void **state)
{
	static const struct flat_image_opts opts[] = {
		{.record = 1000},
		{.record = 64, .rewrite = true},
		{.record = 1, .rewrite = true, .seed = 3},
		{.record = 77, .seed = 7, .trailing = 5},
		{.record = 64, .trailing = 300000},
	};
	unsigned char data[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 7 + i / 256);
	for (size_t i = 0; i < ARRAY_SIZE(opts); i++) {
		struct stream s = {0};
		struct flat_reader f;
		struct reader in;

		s.buf = flat_image_make(data, sizeof(data), &opts[i], &s.len);
		in = reader_of(&s);
		assert_int_equal(flat_reader_init(&in, NULL, NULL, &f), 0);
		assert_int_equal(f.trailing, opts[i].trailing);
		assert_int_equal(f.stream + f.trailing, s.len);
		check_reads(&f, data, sizeof(data));
		flat_reader_deinit(&f);
		free(s.buf);
	}
}

/* Any records over each other: the last one counts. */
static void test_overlaps(void **state)
{
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 300; round++) {
		unsigned char want[FILE_MAX] = {0}, *p;
		struct stream s = {.buf = malloc(100000)};
		size_t end = 0, records = 1 + (size_t)round % 20;
		struct flat_reader f;
		struct reader in;

		p = flat_image_header(s.buf);
		for (size_t i = 0; i < records; i++) {
			size_t off = (size_t)rand_r(&seed) % 300;
			size_t len = (size_t)rand_r(&seed) % (i % 3 ? 20 : 200);

			p = flat_image_record(p, (int64_t)off, (int64_t)len);
			memset(p, (int)(round + (int)i + 1), len);
			memset(want + off, (int)(round + (int)i + 1), len);
			p += len;
			end = len > 0 && off + len > end ? off + len : end;
		}
		p = flat_image_record(p, -1, -1);
		s.len = (size_t)(p - s.buf);
		in = reader_of(&s);
		assert_int_equal(flat_reader_init(&in, NULL, NULL, &f), 0);
		check_reads(&f, want, end);
		flat_reader_deinit(&f);
		free(s.buf);
	}
}

static void test_not_whole(void **state)
{
	const struct flat_image_opts whole = {.record = 100};
	unsigned char data[1000] = {1};
	struct stream s = {0};
	struct flat_reader f;
	struct reader in;
	size_t len;

	(void)state;
	s.buf = flat_image_make(data, sizeof(data), &whole, &len);
	for (s.len = 0; s.len < len; s.len++) {
		in = reader_of(&s);
		assert_int_equal(flat_reader_init(&in, NULL, NULL, &f), -EBADMSG);
		assert_int_equal(f.problem, FLAT_TRUNCATED);
		assert_int_equal(f.problem_at, s.len);
		flat_reader_deinit(&f);
	}
	s.fail = -EIO;
	in = reader_of(&s);
	assert_int_equal(flat_reader_init(&in, NULL, NULL, &f), -EIO);
	flat_reader_deinit(&f);
	s.fail = 0;
	s.buf[0] ^= 1;
	assert_int_equal(flat_reader_init(&in, NULL, NULL, &f), -EBADMSG);
	assert_int_equal(f.problem, FLAT_NOT_FLAT);
	flat_reader_deinit(&f);
	free(s.buf);
}

/* Whole, but not to be read in place: more is written over than any makedumpfile does. */
static void test_too_many(void **state)
{
	const size_t records = 10000;
	struct stream s = {.buf = malloc(FLAT_IMAGE_HEADER + (records + 1) * 17)};
	unsigned char *p = flat_image_header(s.buf);
	struct flat_reader f;
	struct reader in;

	(void)state;
	for (size_t i = 0; i < records; i++) {
		p = flat_image_record(p, 7, 1);
		*p++ = (unsigned char)i;
	}
	p = flat_image_record(p, -1, -1);
	s.len = (size_t)(p - s.buf);
	in = reader_of(&s);
	assert_int_equal(flat_reader_init(&in, NULL, NULL, &f), -E2BIG);
	assert_int_equal(f.stream, s.len);
	flat_reader_deinit(&f);
	free(s.buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_not_whole),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests_name("flat_reader", tests, NULL, NULL);
}
