// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever is read, and in which order, the digest is the file's. */
#include "unit.h"

#include "dump/digest_read.h"
#include "dump/digest_tee.h"

#include <errno.h>
#include <string.h>

static uint64_t calls, bad_at;

static unsigned char byte_at(uint64_t off)
{
	return (unsigned char)(off * 31 ^ off >> 9 ^ off >> 17);
}

static int give(void *ctx, void *buf, size_t len, uint64_t off)
{
	unsigned char *to = buf;
	size_t i;

	(void)ctx;
	calls++;
	if (bad_at && off <= bad_at && bad_at < off + len)
		return -EIO;
	for (i = 0; i < len; i++)
		to[i] = byte_at(off + i);
	return 0;
}

static void check_read(const struct reader *by, size_t len, uint64_t off)
{
	static unsigned char buf[3 * MIB];
	size_t i;

	assert_int_equal(by->pread(by->ctx, buf, len, off), 0);
	for (i = 0; i < len; i++)
		if (buf[i] != byte_at(off + i))
			fail_msg("byte %zu at %d is another", i, (int)off);
}

static void test_the_digest_is_the_files(void **state)
{
	static const uint64_t sizes[] = {1,       65536,           MIB - 1,        MIB,
					 MIB + 1, 2 * MIB + 65535, 5 * MIB + 4097, 9 * MIB};
	struct digest_read_spec spec = {.threads = 1};
	uint8_t want[DIGEST_SIZE], is[DIGEST_SIZE];
	struct digest_tee t;
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct reader r = {.pread = give, .size = sizes[i]};
		struct reader by;
		unsigned char c;
		uint64_t at = 7;

		assert_int_equal(digest_tee_init(&t, &r), 0);
		by = digest_tee_reader(&t);
		assert_int_equal(by.size, r.size);
		/* On, back, over the edges of what is kept, and beyond the end. */
		for (k = 0; k < 300; k++) {
			size_t len;

			at = (at * 1103515245 + 12345) % r.size;
			len = (size_t)(at % 200000) + 1;
			check_read(&by, len < r.size - at ? len : (size_t)(r.size - at),
				   k % 3 ? at : at / 3);
		}
		check_read(&by, 0, r.size);
		assert_int_equal(by.pread(by.ctx, &c, 1, r.size), -ENODATA);
		if (r.size > 5 * MIB)
			check_read(&by, 3 * MIB, 1);
		assert_int_equal(digest_tee_finish(&t, is), 0);
		digest_tee_deinit(&t);
		assert_int_equal(digest_read(&r, &spec, want), 0);
		assert_memory_equal(is, want, sizeof(is));
	}
}

static void test_what_cannot_be_read_is_said(void **state)
{
	const struct reader r = {.pread = give, .size = 4 * MIB};
	uint8_t is[DIGEST_SIZE];
	struct digest_tee t;
	struct reader by;

	(void)state;
	assert_int_equal(digest_tee_init(&t, &r), 0);
	by = digest_tee_reader(&t);
	check_read(&by, 100, 0);
	bad_at = 3 * MIB + 5;
	assert_int_equal(by.pread(by.ctx, is, 1, 4 * MIB - 1), -EIO);
	assert_int_equal(digest_tee_finish(&t, is), -EIO);
	digest_tee_deinit(&t);
	bad_at = 0;
}

/* Descriptors at the front and pages behind them, in turn, and pages that share their bytes. */
static void test_reads_in_turn_are_few(void **state)
{
	const struct reader r = {.pread = give, .size = 9 * MIB};
	uint8_t is[DIGEST_SIZE];
	struct digest_tee t;
	struct reader by;
	uint64_t i;

	(void)state;
	assert_int_equal(digest_tee_init(&t, &r), 0);
	by = digest_tee_reader(&t);
	calls = 0;
	for (i = 0; i < 2000; i++) {
		check_read(&by, 3000, 2 * MIB + i * 3000);
		check_read(&by, 50, MIB);
		if (i % 256 == 0)
			check_read(&by, 6144, i / 256 * 6144);
	}
	assert_int_equal(digest_tee_finish(&t, is), 0);
	digest_tee_deinit(&t);
	assert_true(calls < 9 + 2 * 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_digest_is_the_files),
		cmocka_unit_test(test_what_cannot_be_read_is_said),
		cmocka_unit_test(test_reads_in_turn_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
