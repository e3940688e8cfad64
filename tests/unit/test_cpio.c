// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit.h"

#include "image/cpio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct archive {
	char buf[8192];
	size_t len;
};

static void fill_up(struct archive *a)
{
	while (a->len % 4)
		a->buf[a->len++] = '\0';
}

static void add(struct archive *a, const char *name, const char *text)
{
	size_t n = strlen(name) + 1, k = strlen(text);

	a->len += (size_t)snprintf(a->buf + a->len, 111,
				   "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
				   1, 0100600, 0, 0, 1, 0, k, 0, 0, 0, 0, n, 0);
	memcpy(a->buf + a->len, name, n);
	a->len += n;
	fill_up(a);
	memcpy(a->buf + a->len, text, k);
	a->len += k;
	fill_up(a);
}

static void make(struct archive *a)
{
	*a = (struct archive){.len = 0};
	add(a, ".", "");
	add(a, "./etc/one", "first");
	add(a, "usr/bin/program", "not looked at");
	add(a, "etc/two", "");
	add(a, "etc/one", "second, which counts");
	add(a, "TRAILER!!!", "");
}

/* In pieces of n bytes. Returns what the last one did. */
static ssize_t feed(struct cpio *c, const struct archive *a, size_t n)
{
	ssize_t r = 0;
	size_t at;

	for (at = 0; at < a->len && r >= 0 && !c->ended; at += n)
		r = cpio_feed(c, a->buf + at, n < a->len - at ? n : a->len - at);
	return r;
}

static void test_pieces(void **state)
{
	static const size_t sizes[] = {1, 3, 7, 110, 111, 8192};
	struct archive a;
	size_t i;

	(void)state;
	make(&a);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct cpio_wanted w[] = {
			{.name = "etc/one"}, {.name = "etc/two"}, {.name = "etc/three"}};
		struct cpio c;

		cpio_init(&c, w, ARRAY_SIZE(w));
		assert_true(feed(&c, &a, sizes[i]) > 0);
		assert_true(c.ended);
		assert_true(w[0].whole && w[1].whole);
		assert_string_equal(w[0].text, "second, which counts");
		assert_int_equal(w[1].len, 0);
		assert_null(w[2].text);
		free(w[0].text);
		free(w[1].text);
	}
}

static void test_end(void **state)
{
	struct cpio_wanted w[] = {{.name = "etc/one"}};
	struct archive a;
	struct cpio c;
	size_t len;

	(void)state;
	make(&a);
	len = a.len;
	memcpy(a.buf + a.len, "behind", 6);
	cpio_init(&c, w, 1);
	/* No byte of what follows is taken. */
	assert_true(cpio_feed(&c, a.buf, a.len + 6) <= (ssize_t)len);
	assert_true(c.ended);
	free(w[0].text);
}

static void test_cut_off(void **state)
{
	struct cpio_wanted w[] = {{.name = "etc/one"}};
	struct archive a;
	struct cpio c;

	(void)state;
	a = (struct archive){.len = 0};
	add(&a, "etc/one", "whole it is not");
	cpio_init(&c, w, 1);
	assert_int_equal(cpio_feed(&c, a.buf, a.len - 8), (ssize_t)a.len - 8);
	assert_false(c.ended);
	assert_false(w[0].whole);
	free(w[0].text);
}

static void refused(struct archive *a)
{
	struct cpio_wanted w[] = {{.name = "etc/one"}};
	struct cpio c;

	cpio_init(&c, w, 1);
	assert_int_equal(feed(&c, a, 8192), -EINVAL);
	free(w[0].text);
}

static void test_refused(void **state)
{
	struct archive a;

	(void)state;
	make(&a);
	a.buf[3] = '9'; /* another format */
	refused(&a);
	make(&a);
	memcpy(a.buf + 6 + 11 * 8, "00000000", 8); /* a name without its NUL */
	refused(&a);
	make(&a);
	memcpy(a.buf + 6 + 11 * 8, "00001001", 8); /* too long a name */
	refused(&a);
	make(&a);
	memcpy(a.buf + 6 + 6 * 8, "-0000001", 8); /* no number */
	refused(&a);
	make(&a);
	a.buf[CPIO_HEADER + 1] = 'x'; /* the name does not end where it should */
	refused(&a);
}

/* The size is what the header says, not what there is. */
static void test_large(void **state)
{
	struct cpio_wanted w[] = {{.name = "etc/one"}};
	struct archive a = {.len = 0};
	struct cpio c;

	(void)state;
	add(&a, "etc/one", "x");
	memcpy(a.buf + 6 + 6 * 8, "fffffff0", 8);
	cpio_init(&c, w, 1);
	assert_true(cpio_feed(&c, a.buf, a.len) == (ssize_t)a.len);
	assert_null(w[0].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),  cmocka_unit_test(test_end),
		cmocka_unit_test(test_cut_off), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests_name("cpio", tests, NULL, NULL);
}
