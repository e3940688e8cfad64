// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/progress.h"

#include "base/macros.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static unsigned int feed(struct progress *p, const char *text)
{
	return progress_feed(p, text, strlen(text));
}

static void test_lines(void **state)
{
	static const struct {
		const char *line, *phase;
		int permille;
		int64_t eta;
	} cases[] = {
		/* 1.7.2 and later */
		{"\rCopying data                                      : [ 12.3 %] |           eta: "
		 "3s",
		 "Copying data", 123, 3},
		{"\rChecking for memory holes                         : [  0.0 %] /                "
		 "  ",
		 "Checking for memory holes", 0, -1},
		{"\rExcluding unnecessary pages                       : [100.0 %] \\           "
		 "eta: 0s",
		 "Excluding unnecessary pages", 1000, 0},
		{"\rCopying data    : [  5.0 %] -         eta: 2m5s", "Copying data", 50, 125},
		{"\rCopying data    : [  5.0 %] -        eta: 99m59s", "Copying data", 50, 5999},
		{"\rCopying data    : [  5.0 %] -        eta: 47h10m", "Copying data", 50, 169800},
		{"\rCopying data    : [  5.0 %] -         eta: 3d4h", "Copying data", 50, 273600},
		{"\rCopying data    : [  5.0 %] -      eta: >100day", "Copying data", 50, -1},
		/* older: no tenths, no time left */
		{"\rCopying data       : [ 42 %] ", "Copying data", 420, -1},
		{"\rCopying data       : [100 %] |", "Copying data", 1000, -1},
		/* with the carriage return off */
		{"Copying data       : [ 1.5 %] |           eta: 9s\n", "Copying data", 15, 9},
		{"\rExcluding free pages               : [ 99.9 %] |  eta: 7s",
		 "Excluding free pages", 999, 7},
	};
	struct progress p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		progress_init(&p, 0);
		assert_int_equal(feed(&p, cases[i].line), 1);
		assert_string_equal(p.phase, cases[i].phase);
		assert_int_equal(p.permille, cases[i].permille);
		assert_int_equal(p.eta_s, cases[i].eta);
		/* By single bytes the same, and still one update. */
		progress_init(&p, 0);
		for (const char *s = cases[i].line; *s; s++)
			(void)progress_feed(&p, s, 1);
		assert_string_equal(p.phase, cases[i].phase);
		assert_int_equal(p.permille, cases[i].permille);
		assert_int_equal(p.eta_s, cases[i].eta);
	}
}

static void test_not_progress(void **state)
{
	static const char *const lines[] = {
		"",
		"\r",
		"makedumpfile Failed.\n",
		"Can't write the dump file(STDOUT). No space left on device\n",
		"Copying data : [",
		"Copying data : [ %]",
		"Copying data : [ 12",
		"Copying data : [ 12.",
		"Copying data : [ 12. %]",
		"Copying data : [ 12.3 ]",
		"Copying data : [101.0 %]",
		"Copying data : [-1.0 %]",
		"Copying data : [99999999999999999999.0 %]",
		"STEP [Copying data               ] : 4.336215 seconds\n",
	};
	struct progress p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		progress_init(&p, 0);
		assert_int_equal(feed(&p, lines[i]), 0);
		assert_string_equal(p.phase, "");
		assert_int_equal(p.permille, -1);
		assert_int_equal(p.eta_s, -1);
	}
}

static void test_sequence(void **state)
{
	struct progress p;

	(void)state;
	progress_init(&p, 0);
	assert_int_equal(feed(&p, "\rCopying data : [ 1.0 %] |  eta: 50s\rCopying data : [ 2.0 %] /"
				  "  eta: 49s\nCan't read.\n\rCopying data : [ 3.0 %] -  eta: 48s"),
			 3);
	assert_int_equal(p.permille, 30);
	assert_int_equal(p.eta_s, 48);
	/* The rest of the same line, then the next. */
	assert_int_equal(feed(&p, "   "), 0);
	assert_int_equal(feed(&p, "\r"), 0);
	assert_int_equal(feed(&p, "Copying data : [ 4.0 %]"), 1);
	/* It does not keep what this phase does not tell. */
	assert_int_equal(p.eta_s, -1);
	assert_int_equal(feed(&p, "\rChecking : [ 5.0 %]"), 1);
	assert_string_equal(p.phase, "Checking");
}

static void test_bounds(void **state)
{
	char *huge = malloc(100000);
	struct progress p;

	(void)state;
	memset(huge, 'a', 100000);
	progress_init(&p, 0);
	assert_int_equal(progress_feed(&p, huge, 100000), 0);
	assert_int_equal(feed(&p, " : [ 1.0 %]\n"), 0);
	assert_int_equal(feed(&p, "After it : [ 1.0 %]\n"), 1);
	assert_string_equal(p.phase, "After it");
	memcpy(huge + 200, " : [ 2.0 %]\n", 12);
	assert_int_equal(progress_feed(&p, huge, 212), 1);
	assert_int_equal(strlen(p.phase), sizeof(p.phase) - 1);
	free(huge);
	assert_int_equal(progress_feed(&p, "C\0\033[1m\x80opy : [ 3.0 %]\n", 22), 1);
	assert_string_equal(p.phase, "C[1mopy");
}

static void test_format(void **state)
{
	struct progress p;
	char text[200], small[12];

	(void)state;
	progress_init(&p, 1000);
	progress_format(&p, 1000, text, sizeof(text));
	assert_string_equal(text, "Starting");
	feed(&p, "\rCopying data : [ 42.0 %] |  eta: 7s");
	p.bytes = 12300000;
	progress_format(&p, 1100, text, sizeof(text));
	assert_string_equal(text, "Copying data: 42.0 %, 12.3 MB written, 0:07 left");
	progress_format(&p, 2519, text, sizeof(text));
	assert_string_equal(text, "Copying data: 42.0 %, 12.3 MB written, 8.1 MB/s, 0:07 left");
	feed(&p, "\rCopying data : [ 99.9 %] |  eta: 47h10m");
	p.bytes = 12345600000000;
	progress_format(&p, 1001000, text, sizeof(text));
	assert_string_equal(text,
			    "Copying data: 99.9 %, 12345.6 GB written, 12.3 GB/s, 47:10:00 left");
	progress_format(&p, 1001000, small, sizeof(small));
	assert_string_equal(small, "Copying dat");
	progress_format(&p, 1001000, text, 1);
	assert_string_equal(text, "");
	/* A clock that went backwards gives no rate. */
	p.bytes = 1000000;
	progress_format(&p, 0, text, sizeof(text));
	assert_string_equal(text, "Copying data: 99.9 %, 1.0 MB written, 47:10:00 left");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),    cmocka_unit_test(test_not_progress),
		cmocka_unit_test(test_sequence), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
