// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/flat.h"

#include "../tools/flat_image.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

#define DATA_LEN 1000

struct sink {
	unsigned char data[8192];
	uint64_t end;
	unsigned int calls;
	unsigned int fail_at; /* the call that fails; 0: none */
};

static int sink_write(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct sink *s = ctx;

	assert_true(len > 0);
	assert_true(range_ok(off, len, sizeof(s->data)));
	if (++s->calls == s->fail_at)
		return -ENOSPC;
	memcpy(s->data + off, buf, len);
	if (off + len > s->end)
		s->end = off + len;
	return 0;
}

static void fill(unsigned char *data)
{
	for (size_t i = 0; i < DATA_LEN; i++)
		data[i] = (unsigned char)(i * 7 + i / 256);
}

/* Feed in pieces of `step` bytes; the result of the last call. */
static int feed(struct flat *f, const unsigned char *buf, size_t len, size_t step)
{
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i += step) {
		size_t n = len - i < step ? len - i : step;
		/* A block of just this size, so that the sanitizer sees a read past it. */
		unsigned char *piece = malloc(n);

		memcpy(piece, buf + i, n);
		r = flat_feed(f, piece, n);
		free(piece);
	}
	return r ? r : flat_finish(f);
}

static void test_any_pieces(void **state)
{
	static const size_t steps[] = {1, 2, 3, 15, 16, 17, 100, 4095, 4096, 4097, 100000};
	struct flat_image_opts o = {.record = 64};
	unsigned char data[DATA_LEN];

	(void)state;
	fill(data);
	for (size_t i = 0; i < ARRAY_SIZE(steps) * 4; i++) {
		struct sink sink = {.calls = 0};
		struct flat f;
		size_t len;
		unsigned char *flat;

		o.seed = i / ARRAY_SIZE(steps) & 1 ? 77 : 0;
		o.rewrite = i / ARRAY_SIZE(steps) & 2;
		flat = flat_image_make(data, DATA_LEN, &o, &len);
		flat_init(&f, sink_write, &sink);
		assert_int_equal(feed(&f, flat, len, steps[i % ARRAY_SIZE(steps)]), 0);
		assert_true(f.ended);
		assert_int_equal(f.problem, FLAT_OK);
		assert_int_equal(f.consumed, len);
		assert_int_equal(f.records, 16 + (o.rewrite ? 1 : 0));
		assert_int_equal(f.size, DATA_LEN);
		assert_int_equal(sink.end, DATA_LEN);
		assert_memory_equal(sink.data, data, DATA_LEN);
		free(flat);
	}
}

static void test_every_cut(void **state)
{
	struct flat_image_opts o = {.record = 400};
	unsigned char data[DATA_LEN];
	unsigned char *flat;
	size_t len;

	(void)state;
	fill(data);
	flat = flat_image_make(data, DATA_LEN, &o, &len);
	for (size_t cut = 0; cut < len; cut++) {
		struct sink sink = {.calls = 0};
		struct flat f;

		flat_init(&f, sink_write, &sink);
		assert_int_equal(feed(&f, flat, cut, 1 + cut % 1000), -EBADMSG);
		assert_int_equal(f.problem, FLAT_TRUNCATED);
		assert_int_equal(f.problem_at, cut);
		assert_false(f.ended);
		/* It stays so. */
		assert_int_equal(flat_finish(&f), -EBADMSG);
		assert_int_equal(flat_feed(&f, data, 1), -EBADMSG);
	}
	free(flat);
}

static void test_headers(void **state)
{
	static const struct {
		size_t at;
		unsigned char byte;
		enum flat_problem problem;
		uint64_t problem_at;
	} cases[] = {
		{0, 'x', FLAT_NOT_FLAT, 0}, {11, 'x', FLAT_NOT_FLAT, 0}, {12, 1, FLAT_NOT_FLAT, 0},
		{15, 1, FLAT_NOT_FLAT, 0},  {23, 2, FLAT_VERSION, 16},   {16, 1, FLAT_VERSION, 16},
		{31, 0, FLAT_VERSION, 24},  {31, 2, FLAT_VERSION, 24},   {32, 0, FLAT_OK, 0},
		{4095, 0, FLAT_OK, 0},
	};
	unsigned char head[FLAT_HEADER_SIZE + 16], *p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sink sink = {.calls = 0};
		struct flat f;

		p = flat_image_header(head);
		(void)flat_image_record(p, -1, -1);
		head[cases[i].at] = cases[i].byte;
		flat_init(&f, sink_write, &sink);
		assert_int_equal(feed(&f, head, sizeof(head), 7),
				 cases[i].problem == FLAT_OK ? 0 : -EBADMSG);
		assert_int_equal(f.problem, cases[i].problem);
		assert_int_equal(f.problem_at, cases[i].problem_at);
	}
}

static void test_short_input_that_is_not_flat(void **state)
{
	struct flat f;

	(void)state;
	flat_init(&f, NULL, NULL);
	assert_int_equal(feed(&f, (const unsigned char *)"KDUMP", 5, 5), -EBADMSG);
	assert_int_equal(f.problem, FLAT_NOT_FLAT);
	flat_init(&f, NULL, NULL);
	assert_int_equal(feed(&f, (const unsigned char *)"makedump", 8, 5), -EBADMSG);
	assert_int_equal(f.problem, FLAT_TRUNCATED);
}

static void test_bad_records(void **state)
{
	static const struct {
		int64_t off, size;
		bool good;
	} cases[] = {
		{-1, 0, false},
		{0, -1, false},
		{-2, -1, false},
		{INT64_MIN, 1, false},
		{0, INT64_MAX, false},
		{0, (int64_t)FLAT_RECORD_MAX + 1, false},
		{INT64_MAX - 9, 10, false},
		{INT64_MAX, 0, true},
		{INT64_MAX - 10, 0, true},
		{5, 0, true},
	};
	unsigned char buf[FLAT_HEADER_SIZE + 3 * 16 + 4], *p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sink sink = {.calls = 0};
		struct flat f;

		/* A good record first, so that the place of the bad one means something. */
		p = flat_image_header(buf);
		p = flat_image_record(p, 0, 4);
		memcpy(p, "good", 4);
		p = flat_image_record(p + 4, cases[i].off, cases[i].size);
		(void)flat_image_record(p, -1, -1);
		flat_init(&f, sink_write, &sink);
		assert_int_equal(feed(&f, buf, sizeof(buf), 5), cases[i].good ? 0 : -EBADMSG);
		assert_int_equal(sink.end, 4);
		/* An empty record makes no file longer. */
		assert_int_equal(f.size, 4);
		if (cases[i].good)
			continue;
		assert_int_equal(f.problem, FLAT_BAD_RECORD);
		assert_int_equal(f.problem_at, FLAT_HEADER_SIZE + 20);
	}
}

static int swallow(void *ctx, const void *buf, size_t len, uint64_t off)
{
	(void)buf;
	*(uint64_t *)ctx = off + len;
	return 0;
}

static void test_largest_record(void **state)
{
	unsigned char head[FLAT_HEADER_SIZE + 16], *zeros = calloc(1, 1 * MIB), *p;
	uint64_t reached = 0, off = INT64_MAX - FLAT_RECORD_MAX;
	struct flat f;

	(void)state;
	p = flat_image_header(head);
	(void)flat_image_record(p, (int64_t)off, (int64_t)FLAT_RECORD_MAX);
	flat_init(&f, swallow, &reached);
	assert_int_equal(flat_feed(&f, head, sizeof(head)), 0);
	for (size_t i = 0; i < FLAT_RECORD_MAX; i += MIB)
		assert_int_equal(flat_feed(&f, zeros, MIB), 0);
	assert_true(reached == INT64_MAX);
	assert_int_equal(f.records, 1);
	free(zeros);
}

static void test_after_the_end(void **state)
{
	struct flat_image_opts o = {.trailing = 1};
	unsigned char data[DATA_LEN];
	struct sink sink = {.calls = 0};
	struct flat f;
	size_t len;
	unsigned char *flat;

	(void)state;
	fill(data);
	flat = flat_image_make(data, DATA_LEN, &o, &len);
	flat_init(&f, sink_write, &sink);
	assert_int_equal(feed(&f, flat, len, 100000), -EBADMSG);
	assert_int_equal(f.problem, FLAT_AFTER_END);
	assert_int_equal(f.problem_at, len - 1);
	free(flat);
}

static void test_sink_error(void **state)
{
	struct flat_image_opts o = {.record = 100};
	unsigned char data[DATA_LEN];
	struct sink sink = {.fail_at = 3};
	struct flat f;
	size_t len;
	unsigned char *flat;

	(void)state;
	fill(data);
	flat = flat_image_make(data, DATA_LEN, &o, &len);
	flat_init(&f, sink_write, &sink);
	assert_int_equal(flat_feed(&f, flat, len), -ENOSPC);
	assert_int_equal(f.problem, FLAT_SINK);
	assert_int_equal(f.size, 200);
	/* The sink is not asked again. */
	assert_int_equal(flat_feed(&f, flat, len), -ENOSPC);
	assert_int_equal(flat_finish(&f), -ENOSPC);
	assert_int_equal(sink.calls, 3);
	free(flat);
}

static void test_empty_dump(void **state)
{
	struct flat_image_opts o = {0};
	struct flat f;
	size_t len;
	unsigned char *flat = flat_image_make((const unsigned char *)"", 0, &o, &len);

	(void)state;
	flat_init(&f, NULL, NULL);
	assert_int_equal(feed(&f, flat, len, 100000), 0);
	assert_int_equal(f.size, 0);
	assert_int_equal(f.records, 0);
	free(flat);
}

static void test_texts(void **state)
{
	(void)state;
	for (int i = FLAT_OK; i <= FLAT_SINK; i++) {
		for (int j = FLAT_OK; j < i; j++)
			assert_string_not_equal(flat_problem_text((enum flat_problem)i),
						flat_problem_text((enum flat_problem)j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_pieces),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_short_input_that_is_not_flat),
		cmocka_unit_test(test_bad_records),
		cmocka_unit_test(test_largest_record),
		cmocka_unit_test(test_after_the_end),
		cmocka_unit_test(test_sink_error),
		cmocka_unit_test(test_empty_dump),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests_name("flat", tests, NULL, NULL);
}
