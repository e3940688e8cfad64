// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/tail.h"

#include "unit.h"

#include <string.h>

static char tail[TAIL_MAX];
static size_t used;

static void say(const char *text)
{
	tail_append(tail, &used, text, strlen(text));
}

static void reset(void)
{
	tail[0] = '\0';
	used = 0;
}

static void test_last_line(void **state)
{
	(void)state;
	reset();
	assert_string_equal(tail_last_words(tail), "");
	say("first\nsecond\n");
	assert_string_equal(tail_last_words(tail), "second");
	reset();
	say("one\r\n\r\n  two\tthree \n \n");
	assert_string_equal(tail_last_words(tail), "two three");
	reset();
	say("\n\n");
	assert_string_equal(tail_last_words(tail), "");
}

static void test_printable(void **state)
{
	(void)state;
	reset();
	tail_append(tail, &used, "a\0b\x1b[1mc\x7f", 9);
	assert_string_equal(tail_last_words(tail), "a b [1mc ");
}

static const char *printable(const char *text)
{
	reset();
	tail_append(tail, &used, text, strlen(text));
	return tail_last_words(tail);
}

/* A console may be one of single bytes, where 0x9b begins a sequence as ESC [ does. */
static void test_nothing_controls_the_console(void **state)
{
	(void)state;
	assert_string_equal(printable("a\x9b"
				      "2Jb"),
			    "a 2Jb");
	assert_string_equal(printable("a\xc2\x9b"
				      "2Jb"),
			    "a  2Jb");
	assert_string_equal(printable("a\xc0\x9b"
				      "b"),
			    "a  b");
	assert_string_equal(printable("a\xe0\x82\x9b"
				      "b"),
			    "a   b");
	assert_string_equal(printable("a\xed\xa0\x80"
				      "b"),
			    "a   b");
	assert_string_equal(printable("a\xf4\x90\x80\x80"
				      "b"),
			    "a    b");
	assert_string_equal(printable("a\xff"
				      "b\xe2\x82"),
			    "a b  ");
	assert_string_equal(printable("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"
				      "b"),
			    "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"
			    "b");
}

/* Whatever the pieces, it ends with what came last, and stays within its bounds. */
static void test_pieces(void **state)
{
	static char all[3 * TAIL_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)('a' + i % 26);
	for (size_t piece = 1; piece < sizeof(all); piece = piece * 2 + 1) {
		reset();
		for (size_t at = 0; at < sizeof(all); at += piece) {
			size_t n = sizeof(all) - at < piece ? sizeof(all) - at : piece;

			tail_append(tail, &used, all + at, n);
			assert_int_equal(strlen(tail), used);
		}
		assert_int_equal(used, TAIL_MAX - 1);
		assert_memory_equal(tail, all + sizeof(all) - used, used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_line),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_nothing_controls_the_console),
		cmocka_unit_test(test_pieces),
	};

	return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
