// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/kdump.h"

#include "dump/kdump_header.h"

#include "../tools/kdump_image.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct memory {
	const unsigned char *buf;
	uint64_t size, largest;
	uint64_t fail_at; /* reads beyond this fail with -EIO */
};

static int memory_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct memory *m = ctx;

	/* The check promises never to read outside the file. */
	assert_true(range_ok(off, len, m->size));
	if (off + len > m->fail_at)
		return -EIO;
	if (len > m->largest)
		m->largest = len;
	memcpy(buf, m->buf + off, len);
	return 0;
}

static int check(const struct kdump_image_opts *o, struct kdump_info *info,
		 struct kdump_problem *problem)
{
	struct memory m = {.fail_at = UINT64_MAX};
	struct reader r = {.pread = memory_pread, .ctx = &m};
	unsigned char *image, *exact;
	size_t size;
	int e;

	image = kdump_image_make(o, &size);
	assert_non_null(image);
	/* In a block of its own size, so that the sanitizer sees a read past the end. */
	exact = malloc(size ? size : 1);
	assert_non_null(exact);
	memcpy(exact, image, size);
	free(image);
	m.buf = exact;
	m.size = r.size = size;
	e = kdump_check_structure(&r, info, problem);
	free(exact);
	return e;
}

static void test_good(void **state)
{
	static const uint32_t blocks[] = {4096, 16384, 65536};
	struct kdump_problem problem;
	struct kdump_info info;

	(void)state;
	for (int be = 0; be < 2; be++) {
		for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
			struct kdump_image_opts o = {.big_endian = be, .block_size = blocks[i]};

			assert_int_equal(check(&o, &info, &problem), 0);
			assert_string_equal(problem.text, "");
			assert_int_equal(info.big_endian, be);
			assert_int_equal(info.version, 6);
			assert_int_equal(info.block_size, blocks[i]);
			assert_int_equal(info.status, KDUMP_STATUS_ZLIB);
			assert_int_equal(info.dump_level, 31);
			assert_int_equal(info.max_mapnr, 61);
			assert_int_equal(info.pages, 31);
			assert_int_equal(info.pages_missing, 0);
			assert_int_equal(info.size, blocks[i] * 28 + 31 * 24);
			assert_string_equal(info.release, "6.12.107-test");
			assert_string_equal(info.node, "crashed-node");
			assert_string_equal(info.machine, o.big_endian ? "ppc64" : "ppc64le");
			assert_string_equal(info.osrelease, "6.12.107-test");
		}
	}
}

static void test_older_versions(void **state)
{
	struct kdump_problem problem;
	struct kdump_info info;

	(void)state;
	for (uint32_t v = 3; v <= 6; v++) {
		struct kdump_image_opts o = {.version = v};

		assert_int_equal(check(&o, &info, &problem), 0);
		assert_int_equal(info.version, v);
		/* Before 6 it comes from the 32-bit field. */
		assert_int_equal(info.max_mapnr, 61);
		assert_int_equal(info.pages, 31);
	}
}

static void test_page_counts(void **state)
{
	struct kdump_problem problem;
	struct kdump_info info;

	(void)state;
	/* Around the ends of bytes, words and, at 4096 * 8 bits, of the bitmap itself. */
	for (uint32_t pages = 1; pages <= 200; pages++) {
		struct kdump_image_opts o = {.pages = pages};

		assert_int_equal(check(&o, &info, &problem), 0);
		assert_int_equal(info.pages, (pages + 1) / 2);
	}
	for (uint32_t pages = 4096 * 8 - 2; pages <= 4096 * 8; pages++) {
		struct kdump_image_opts o = {.pages = pages};

		assert_int_equal(check(&o, &info, &problem), 0);
		assert_int_equal(info.pages, (pages + 1) / 2);
	}
}

static void test_every_breakage(void **state)
{
	struct kdump_problem problem;
	struct kdump_info info;

	(void)state;
	for (int be = 0; be < 2; be++) {
		for (size_t i = 0; i < KDUMP_IMAGE_BREAKS; i++) {
			struct kdump_image_opts o = {.big_endian = be,
						     .breakage = kdump_image_breaks[i].name};

			if (check(&o, &info, &problem) != -EBADMSG)
				fail_msg("%s: not noticed", o.breakage);
			if (!strstr(problem.text, kdump_image_breaks[i].says))
				fail_msg("%s: said \"%s\"", o.breakage, problem.text);
		}
	}
}

static void test_where(void **state)
{
	struct kdump_image_opts o = {.breakage = "flags-two"};
	struct kdump_problem problem;
	struct kdump_info info;

	(void)state;
	assert_int_equal(check(&o, &info, &problem), -EBADMSG);
	assert_int_equal(problem.at, 4 * 4096 + 24);
	/* What was read before stays. */
	assert_string_equal(info.release, "6.12.107-test");
	assert_int_equal(info.pages, 31);
	o.breakage = "stray-page";
	assert_int_equal(check(&o, &info, &problem), -EBADMSG);
	assert_int_equal(problem.at, 3 * 4096 + 2);
	assert_non_null(strstr(problem.text, "page 0x10 "));
	o.breakage = "missing-all";
	assert_int_equal(check(&o, &info, &problem), -EBADMSG);
	assert_int_equal(info.pages_missing, 31);
	assert_int_equal(problem.at, 4 * 4096);
}

static void test_every_cut_is_noticed(void **state)
{
	struct kdump_image_opts o = {.pages = 9};
	struct memory m = {.fail_at = UINT64_MAX};
	struct reader r = {.pread = memory_pread, .ctx = &m};
	struct kdump_problem problem;
	struct kdump_info info;
	size_t size;
	unsigned char *image = kdump_image_make(&o, &size);

	(void)state;
	assert_non_null(image);
	m.buf = image;
	for (size_t cut = 0; cut < size; cut++) {
		m.size = r.size = cut;
		assert_int_equal(kdump_check_structure(&r, &info, &problem), -EBADMSG);
		assert_true(problem.text[0]);
	}
	m.size = r.size = size;
	assert_int_equal(kdump_check_structure(&r, &info, &problem), 0);
	free(image);
}

static void test_read_errors(void **state)
{
	static const uint64_t limits[] = {0, 4096, 2 * 4096, 3 * 4096, 4 * 4096};
	struct kdump_image_opts o = {0};
	struct memory m = {0};
	struct reader r = {.pread = memory_pread, .ctx = &m};
	struct kdump_problem problem;
	struct kdump_info info;
	size_t size;
	unsigned char *image = kdump_image_make(&o, &size);

	(void)state;
	assert_non_null(image);
	m.buf = image;
	m.size = r.size = size;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		m.fail_at = limits[i];
		assert_int_equal(kdump_check_structure(&r, &info, &problem), -EIO);
	}
	free(image);
}

static void test_bounded_reads(void **state)
{
	struct kdump_image_opts o = {.block_size = 1 << 20, .pages = 50};
	struct memory m = {.fail_at = UINT64_MAX};
	struct reader r = {.pread = memory_pread, .ctx = &m};
	struct kdump_problem problem;
	struct kdump_info info;
	size_t size;
	unsigned char *image = kdump_image_make(&o, &size);

	(void)state;
	assert_non_null(image);
	m.buf = image;
	m.size = r.size = size;
	assert_int_equal(kdump_check_structure(&r, &info, &problem), 0);
	assert_true(m.largest <= 256 * KIB);
	free(image);
}

/* A sparse giant: 2^33 pages in bitmaps of a gigabyte each, of which one in the last window is
 * dumped. */
static int giant_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct kdump_image *k = ctx;
	unsigned char *out = buf;
	uint64_t end = off + len;

	memset(out, 0, len);
	if (off < k->size)
		memcpy(out, k->buf + off, len);
	else if (off == k->desc)
		memcpy(out, k->buf + k->size, KDUMP_DESC_SIZE);
	else if (end == k->bitmap2 || end == k->desc)
		out[len - 1] = 0x80;
	return 0;
}

static void test_more_than_32_bits(void **state)
{
	static unsigned char head[2 * 65536 + 24];
	struct kdump_image_opts o = {0};
	struct kdump_image k = {.o = &o, .buf = head, .size = 2 * 65536, .block = 65536};
	struct reader r = {.pread = giant_pread, .ctx = &k};
	struct kdump_problem problem;
	struct kdump_info info;

	(void)state;
	k.bitmap1 = 2 * 65536;
	k.bitmap2 = k.bitmap1 + (1ULL << 30);
	k.desc = k.bitmap2 + (1ULL << 30);
	memcpy(head, "KDUMP   ", 8);
	kdump_image_u32(&k, 8, 6);
	kdump_image_u32(&k, 428, 65536);
	kdump_image_u32(&k, 432, 1);
	kdump_image_u32(&k, 436, 2 * (1 << 14));
	kdump_image_u32(&k, 440, UINT32_MAX);
	kdump_image_u64(&k, 65536 + 96, 1ULL << 33);
	kdump_image_u64(&k, 2 * 65536, k.desc + 24);
	kdump_image_u32(&k, 2 * 65536 + 8, 65536);
	r.size = k.desc + 24 + 65536;
	assert_int_equal(kdump_check_structure(&r, &info, &problem), 0);
	assert_true(info.max_mapnr == 1ULL << 33);
	assert_int_equal(info.pages, 1);
	/* One page fewer, and the bit is beyond the last page. */
	kdump_image_u64(&k, 65536 + 96, (1ULL << 33) - 1);
	assert_int_equal(kdump_check_structure(&r, &info, &problem), -EBADMSG);
	assert_int_equal(info.pages, 0);
}

static void test_names_are_cleaned(void **state)
{
	struct kdump_image_opts o = {0};
	struct memory m = {.fail_at = UINT64_MAX};
	struct reader r = {.pread = memory_pread, .ctx = &m};
	struct kdump_problem problem;
	struct kdump_info info;
	size_t size;
	unsigned char *image = kdump_image_make(&o, &size);

	(void)state;
	assert_non_null(image);
	m.buf = image;
	m.size = r.size = size;
	memset(image + 12 + 65, 'n', 65);
	memcpy(image + 12 + 2 * 65, "a\033[b\n\xff", 7);
	assert_int_equal(kdump_check_structure(&r, &info, &problem), 0);
	assert_int_equal(strlen(info.node), 65);
	assert_string_equal(info.release, "a?[b??");
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_older_versions),
		cmocka_unit_test(test_page_counts),
		cmocka_unit_test(test_every_breakage),
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_every_cut_is_noticed),
		cmocka_unit_test(test_read_errors),
		cmocka_unit_test(test_bounded_reads),
		cmocka_unit_test(test_more_than_32_bits),
		cmocka_unit_test(test_names_are_cleaned),
	};

	return cmocka_run_group_tests_name("kdump", tests, NULL, NULL);
}
