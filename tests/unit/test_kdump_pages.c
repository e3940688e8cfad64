// SPDX-License-Identifier: GPL-2.0-or-later
/* Every page read and expanded, by one thread and by many. */
#include "unit.h"

#include "../tools/kdump_image.h"
#include "dump/kdump_header.h"
#include "dump/kdump_pages.h"
#include "../tools/pack.h"

#include <errno.h>
#include <stdatomic.h>

#define BLOCK 4096u

struct fixture {
	unsigned char *buf;
	size_t size;
	struct reader r;
	struct kdump_info info;
	struct kdump_problem problem;
	uint64_t bad_at; /* reads that touch this byte fail; 0: none */
	atomic_uint reads;
};

static int read_image(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct fixture *f = ctx;

	f->reads++;
	if (!range_ok(off, len, f->size))
		return -ENODATA;
	if (f->bad_at && off <= f->bad_at && f->bad_at < off + len)
		return -EIO;
	memcpy(buf, f->buf + off, len);
	return 0;
}

static size_t desc_off(const struct fixture *f, uint32_t n)
{
	(void)f;
	return 4 * BLOCK + (size_t)n * KDUMP_DESC_SIZE;
}

/* Make an image in which page 1 is compressed so. */
static void make(struct fixture *f, uint32_t flag, bool big_endian, uint32_t pages)
{
	struct kdump_image_opts o = {.big_endian = big_endian, .block_size = BLOCK, .pages = pages};
	unsigned char page[BLOCK], packed[2 * BLOCK];
	struct kdump_image k = {.o = &o};
	size_t len, at;

	free(f->buf);
	f->buf = kdump_image_make(&o, &f->size);
	assert_non_null(f->buf);
	pack_fill(page, BLOCK);
	len = pack(flag, page, BLOCK, packed);
	assert_true(len < BLOCK);
	k.buf = f->buf;
	k.desc = desc_off(f, 0);
	at = (size_t)kdump_u64(f->buf + desc_off(f, 1), big_endian);
	memcpy(f->buf + at, packed, len);
	kdump_image_desc(&k, 1, at, (uint32_t)len, flag);
	f->r = (struct reader){.pread = read_image, .ctx = f, .size = f->size};
	f->bad_at = 0;
	assert_int_equal(kdump_check_structure(&f->r, &f->info, &f->problem), 0);
}

static int check(struct fixture *f, unsigned int threads)
{
	struct kdump_pages_spec spec = {.threads = threads};

	return kdump_check_pages(&f->r, &f->info, &spec, &f->problem);
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->buf);
	free(f);
	return 0;
}

static void test_whole_dumps(void **state)
{
	static const unsigned int threads[] = {0, 1, 2, 7, 1000};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(pack_flags); i++) {
		for (size_t t = 0; t < ARRAY_SIZE(threads); t++) {
			make(f, pack_flags[i], i % 2, 4001);
			f->reads = 0;
			assert_int_equal(check(f, threads[t]), 0);
			/* every page was read, and none by more than one thread */
			assert_in_range(f->reads, f->info.pages, f->info.pages + 100);
		}
	}
}

static void test_a_page_that_does_not_expand(void **state)
{
	struct fixture *f = *state;
	size_t at;

	for (size_t i = 0; i < ARRAY_SIZE(pack_flags); i++) {
		make(f, pack_flags[i], false, 61);
		at = (size_t)kdump_u64(f->buf + desc_off(f, 1), false);
		memset(f->buf + at, 0xff, 16);
		assert_int_equal(kdump_check_structure(&f->r, &f->info, &f->problem), 0);
		assert_int_equal(check(f, 2), -EBADMSG);
		assert_int_equal(f->problem.at, at);
		assert_non_null(strstr(f->problem.text, "page 1 of 31"));
		assert_non_null(strstr(f->problem.text, "does not expand"));
	}
}

static void test_a_page_that_cannot_be_read(void **state)
{
	struct fixture *f = *state;

	make(f, KDUMP_STATUS_LZO, false, 1000);
	f->bad_at = f->size - 1;
	assert_int_equal(check(f, 3), -EIO);
	assert_non_null(strstr(f->problem.text, "cannot be read"));
	f->bad_at = desc_off(f, 400);
	assert_int_equal(check(f, 3), -EIO);
}

/* A file that somebody writes to while it is looked at. */
static void test_a_descriptor_that_changed(void **state)
{
	struct kdump_image_opts o = {.block_size = BLOCK};
	struct fixture *f = *state;
	struct kdump_image k = {.o = &o};

	make(f, KDUMP_STATUS_ZLIB, false, 61);
	k.buf = f->buf;
	k.desc = desc_off(f, 0);
	kdump_image_desc(&k, 5, f->size, BLOCK, 0);
	assert_int_equal(check(f, 1), -EBADMSG);
	assert_non_null(strstr(f->problem.text, "page 5 of 31: its descriptor has changed"));
	kdump_image_desc(&k, 5, 0x9000, BLOCK + 1, 0);
	assert_int_equal(check(f, 1), -EBADMSG);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_whole_dumps),
		test(test_a_page_that_does_not_expand),
		test(test_a_page_that_cannot_be_read),
		test(test_a_descriptor_that_changed),
	};

	return cmocka_run_group_tests_name("kdump_pages", tests, NULL, NULL);
}
