// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/said.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

static void feed(struct said *s, const char *text, size_t step)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i += step)
		said_feed(s, text + i, len - i < step ? len - i : step);
}

static void test_lines(void **state)
{
	static const char text[] = "\rCopying data                                      : [ 12.3 "
				   "%] /           eta: 3s"
				   "\n\n  first \x1b[31m \xff\n"
				   "\rCopying data                                      : [ 99.9 "
				   "%] |           eta: 0s"
				   "writepage: no such page.\n"
				   "last without an end";

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct said s = {0};

		feed(&s, text, step);
		said_finish(&s);
		assert_string_equal(s.text, "first  [31m\nwritepage: no such page.\n"
					    "last without an end\n");
		assert_int_equal(s.len, strlen(s.text));
		assert_false(s.dropped);
	}
}

/* The first lines and the last. */
static void test_bounded(void **state)
{
	struct said s = {0};
	char line[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(line, sizeof(line), "line %d\n", i);
		feed(&s, line, sizeof(line));
		assert_true(s.len < sizeof(s.text) && s.text[s.len] == '\0');
	}
	assert_true(s.dropped);
	assert_true(strncmp(s.text, "line 0\nline 1\n", 14) == 0);
	assert_string_equal(s.text + s.len - 20, "line 9998\nline 9999\n");
	assert_true(s.len > SAID_MAX - 200);
}

static void test_endless_line(void **state)
{
	struct said s = {0};

	(void)state;
	for (int i = 0; i < 100000; i++)
		said_feed(&s, "x", 1);
	said_finish(&s);
	assert_int_equal(s.len, SAID_LINE_MAX);
	for (int i = 0; i < 100; i++) {
		for (int j = 0; j < 1000; j++)
			said_feed(&s, "y", 1);
		said_feed(&s, "\n", 1);
		assert_true(s.len < sizeof(s.text) && s.text[s.len] == '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_endless_line),
	};

	return cmocka_run_group_tests_name("said", tests, NULL, NULL);
}
