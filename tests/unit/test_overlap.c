// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "crash/overlap.h"

#include <errno.h>
#include <string.h>

static void test_region(void **state)
{
	/* As 6.12 prints it on powernv, and on pseries. */
	static const char opal[] =
		"DUMP: Src: 0x00000000000000, Dest: 0x00000040000000, Size: "
		"0x40000000, Dumped: 0x0 bytes\n"
		"Memory above 0x00000040000000 is reserved for saving crash dump\n";
	static const char rtas[] =
		"CPU :[0x00000020000000-0x000000200009ff] 0xa00 bytes, Dumped: 0x0\n"
		"DUMP: Src: 0x00000000000000, Dest: 0x00000020010000, Size: 0x20000000, Dumped: "
		"0x0 bytes\n";
	uint64_t from = 7;

	(void)state;
	assert_int_equal(overlap_parse_region("", 0, &from), -EINVAL);
	assert_int_equal(overlap_parse_region("DUMP: Dest: 0x", 14, &from), -EINVAL);
	assert_true(from == 7);
	assert_int_equal(overlap_parse_region(opal, sizeof(opal) - 1, &from), 0);
	assert_true(from == 0x40000000);
	assert_int_equal(overlap_parse_region(rtas, sizeof(rtas) - 1, &from), 0);
	assert_true(from == 0x20000000);
}

static void put(unsigned char *p, uint64_t v, size_t len)
{
	for (; len > 0; v >>= 8)
		p[--len] = (unsigned char)v;
}

static void test_fdt(void **state)
{
	unsigned char buf[40 + 3 * 16] = "";
	struct overlap_range r = {.from = 7};

	(void)state;
	put(buf, 0xd00dfeed, 4);
	put(buf + 4, 0x12345, 4); /* size of the tree */
	put(buf + 16, 40, 4);     /* where the map begins */
	put(buf + 40, 0x2fff0000, 8);
	put(buf + 48, 0x10000, 8); /* RTAS: too small for the tree */
	put(buf + 56, 0x21000000, 8);
	put(buf + 64, 0x20000, 8);
	assert_int_equal(overlap_parse_fdt(buf, sizeof(buf), &r), 0);
	assert_true(r.from == 0x21000000 && r.to == 0x21020000);
	assert_string_equal(r.what, "device tree");
	/* Without an end, and without the tree. */
	assert_int_equal(overlap_parse_fdt(buf, 56, &r), -ENOENT);
	put(buf + 64, 0, 8);
	assert_int_equal(overlap_parse_fdt(buf, sizeof(buf), &r), -ENOENT);
	put(buf + 16, UINT32_MAX, 4);
	assert_int_equal(overlap_parse_fdt(buf, sizeof(buf), &r), -ENOENT);
	buf[0] = 0;
	assert_int_equal(overlap_parse_fdt(buf, sizeof(buf), &r), -EINVAL);
	assert_int_equal(overlap_parse_fdt(buf, 39, &r), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_region),
		cmocka_unit_test(test_fdt),
	};

	return cmocka_run_group_tests_name("overlap", tests, NULL, NULL);
}
