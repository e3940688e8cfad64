// SPDX-License-Identifier: GPL-2.0-or-later
/* A file read by threads against the same file as it was written. */
#include "dump/digest_read.h"

#include "unit.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SIZE ((size_t)(3 * MIB + 4321))

struct fixture {
	unsigned char *data;
	size_t size;
	uint64_t bad_at; /* reads that touch this byte fail; 0: none */
	atomic_ullong bytes;
};

static int file_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct fixture *f = ctx;

	assert_true(range_ok(off, len, f->size));
	f->bytes += len;
	if (f->bad_at && off <= f->bad_at && f->bad_at < off + len)
		return -EIO;
	memcpy(buf, f->data + off, len);
	return 0;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->data = malloc(SIZE);
	f->size = SIZE;
	for (size_t i = 0; i < SIZE; i++)
		f->data[i] = (unsigned char)(i * 7 + i / 65536 * 3 + i / 251);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->data);
	free(f);
	return 0;
}

static int read_it(struct fixture *f, unsigned int threads, uint8_t out[DIGEST_SIZE])
{
	struct reader r = {.pread = file_pread, .ctx = f, .size = f->size};
	struct digest_read_spec spec = {.threads = threads};

	return digest_read(&r, &spec, out);
}

static void test_as_it_was_written(void **state)
{
	static const size_t sizes[] = {0,      1,         65535,         65536, 65537,
				       131072, 4 * 65536, 4 * 65536 + 1, SIZE};
	static const unsigned int threads[] = {0, 1, 2, 9};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint8_t wanted[DIGEST_SIZE], got[DIGEST_SIZE];
		struct digest d;

		f->size = sizes[i];
		assert_int_equal(digest_init(&d), 0);
		digest_update(&d, f->data, f->size, 0);
		assert_int_equal(digest_finish(&d, f->size, NULL, wanted), 0);
		digest_deinit(&d);
		for (size_t t = 0; t < ARRAY_SIZE(threads); t++) {
			f->bytes = 0;
			memset(got, 0, sizeof(got));
			assert_int_equal(read_it(f, threads[t], got), 0);
			assert_memory_equal(got, wanted, DIGEST_SIZE);
			assert_int_equal(f->bytes, f->size);
		}
	}
}

/* Every byte of a small file counts, and so does its length. */
static void test_a_flipped_bit(void **state)
{
	struct fixture *f = *state;
	uint8_t whole[DIGEST_SIZE], got[DIGEST_SIZE];

	f->size = 2 * DIGEST_BLOCK + 100;
	assert_int_equal(read_it(f, 1, whole), 0);
	for (size_t i = 0; i < f->size; i += 61) {
		f->data[i] ^= (unsigned char)(1 << i % 8);
		assert_int_equal(read_it(f, 1, got), 0);
		assert_memory_not_equal(got, whole, DIGEST_SIZE);
		f->data[i] ^= (unsigned char)(1 << i % 8);
	}
	f->data[f->size] = 0;
	f->size++;
	assert_int_equal(read_it(f, 1, got), 0);
	assert_memory_not_equal(got, whole, DIGEST_SIZE);
}

static void test_what_cannot_be_read(void **state)
{
	struct fixture *f = *state;
	uint8_t out[DIGEST_SIZE];

	f->bad_at = 2 * MIB;
	assert_int_equal(read_it(f, 1, out), -EIO);
	assert_int_equal(read_it(f, 5, out), -EIO);
	f->bad_at = SIZE - 1;
	assert_int_equal(read_it(f, 2, out), -EIO);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_as_it_was_written),
		test(test_a_flipped_bit),
		test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests_name("digest_read", tests, NULL, NULL);
}
