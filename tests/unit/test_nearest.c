// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "base/nearest.h"

#include <string.h>

static size_t between(const char *a, const char *b)
{
	size_t d = edit_distance(a, strlen(a), b);

	/* as far one way as the other */
	assert_int_equal(edit_distance(b, strlen(b), a), d);
	return d;
}

static void test_known_distances(void **state)
{
	(void)state;
	assert_int_equal(between("", ""), 0);
	assert_int_equal(between("target", "target"), 0);
	assert_int_equal(between("", "keep"), 4);
	assert_int_equal(between("compres", "compress"), 1);
	assert_int_equal(between("treads", "threads"), 1);
	assert_int_equal(between("dunp-level", "dump-level"), 1);
	assert_int_equal(between("tagret", "target"), 1); /* neighbours swapped */
	assert_int_equal(between("kitten", "sitting"), 3);
}

static void test_only_n_bytes_count(void **state)
{
	(void)state;
	assert_int_equal(edit_distance("keep=5", 4, "keep"), 0);
	assert_int_equal(edit_distance("keep", 0, "keep"), 4);
}

static void test_long_words_are_cut(void **state)
{
	char a[200], b[200];

	(void)state;
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	a[199] = b[199] = '\0';
	b[150] = 'y';
	assert_int_equal(edit_distance(a, 199, b), 0);
	b[10] = 'y';
	assert_int_equal(edit_distance(a, 199, b), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_distances),
		cmocka_unit_test(test_only_n_bytes_count),
		cmocka_unit_test(test_long_words_are_cut),
	};

	return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
