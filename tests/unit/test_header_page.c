// SPDX-License-Identifier: GPL-2.0-or-later
/* Which page holds the fadump header, and does this kernel give it away? */
#include "unit.h"

#include "crash/header_page.h"

#include <errno.h>

#define PAGE (64 * KIB)

static void test_freed_when_the_area_ends_inside_a_page(void **state)
{
	struct fadump_state s = {.mem_reserved = 541065216};

	(void)state;
	assert_int_equal(541065216 % PAGE, 0);
	assert_false(header_page_is_freed(&s, PAGE));
	s.mem_reserved += 432;
	assert_true(header_page_is_freed(&s, PAGE));
	/* 64 KiB of metadata follow it there, of which the last page is freed. */
	s.platform = FADUMP_PLATFORM_POWERNV;
	assert_false(header_page_is_freed(&s, PAGE));
	s.platform = FADUMP_PLATFORM_PSERIES;
	s.mem_reserved = -1; /* not known */
	assert_false(header_page_is_freed(&s, PAGE));
	s.mem_reserved = 432;
	assert_false(header_page_is_freed(&s, 0));
}

static void test_found_by_the_core(void **state)
{
	struct vmcore_segment segments[] = {
		{.paddr = 0, .size = 0x20000000},
		{.paddr = 0x401001b0, .size = 0x1000},
		{.paddr = 0x50000010, .size = 0x1000},
	};
	struct vmcore core = {.segments = segments, .n_segments = 3};
	uint64_t addr = 7;

	(void)state;
	assert_int_equal(header_page_find(&core, PAGE, &addr), 0);
	assert_true(addr == 0x40100000);
	core.n_segments = 1;
	addr = 7;
	assert_int_equal(header_page_find(&core, PAGE, &addr), -ENOENT);
	assert_true(addr == 7);
	assert_int_equal(header_page_find(&core, 0, &addr), -ENOENT);
}

static void test_found_by_the_tree(void **state)
{
	struct fadump_state s = {.mem_reserved = 0x300101b0}; /* as with 6.12 and 768 MiB */
	struct kernel_dump tree = {.reserved_at = 0x30000000};
	uint64_t addr = 7;

	(void)state;
	assert_int_equal(header_page_find_in_tree(&tree, &s, PAGE, &addr), 0);
	assert_true(addr == 0x60010000);
	addr = 7;
	s.mem_reserved = -1;
	assert_int_equal(header_page_find_in_tree(&tree, &s, PAGE, &addr), -ENOENT);
	s.mem_reserved = 0x300101b0;
	tree.reserved_at = UINT64_MAX - 5;
	assert_int_equal(header_page_find_in_tree(&tree, &s, PAGE, &addr), -ENOENT);
	tree.reserved_at = 0;
	assert_int_equal(header_page_find_in_tree(&tree, &s, PAGE, &addr), -ENOENT);
	assert_true(addr == 7);
}

static void test_found_by_the_log(void **state)
{
	struct fadump_state s = {.mem_reserved = 0x20400000 + 432};
	struct klog_finding log = {.reserved_at = 0x20000000};
	uint64_t addr = 7;

	(void)state;
	log.freed_from[0] = 0x30000000;
	log.freed_from[1] = 0x40400000;
	log.n_freed = 2;
	assert_int_equal(header_page_find_in_log(&log, &s, PAGE, &addr), 0);
	assert_true(addr == 0x40400000);
	/* freed, but not from there on: a page that is somebody else's is left alone */
	log.n_freed = 1;
	assert_int_equal(header_page_find_in_log(&log, &s, PAGE, &addr), -ENOENT);
	log.n_freed = 2;
	log.reserved_at = 0;
	assert_int_equal(header_page_find_in_log(&log, &s, PAGE, &addr), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_freed_when_the_area_ends_inside_a_page),
		cmocka_unit_test(test_found_by_the_core),
		cmocka_unit_test(test_found_by_the_tree),
		cmocka_unit_test(test_found_by_the_log),
	};

	return cmocka_run_group_tests_name("header_page", tests, NULL, NULL);
}
