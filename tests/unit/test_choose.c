// SPDX-License-Identifier: GPL-2.0-or-later
/* Which dumps go: the first of a row and the newest stay, and clocks are not believed. */
#include "unit.h"

#include "base/macros.h"
#include "run/choose.h"
#include "run/inventory.h"
#include "run/rate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define T0   INT64_C(1795426800)
#define MANY 40

struct row {
	struct choice c[MANY];
	char names[MANY][8];
	size_t n;
};

static void add(struct row *r, uint64_t sequence, int64_t crashed, bool dump)
{
	struct choice *c = &r->c[r->n];

	(void)snprintf(r->names[r->n], sizeof(r->names[0]), "d%zu", r->n);
	*c = (struct choice){
		.sequence = sequence, .crashed = crashed, .name = r->names[r->n], .dump = dump};
	c->index = r->n++;
}

/* n crashes, a minute between each. */
static struct row crashes(size_t n)
{
	struct row r = {.n = 0};

	while (r.n < n)
		add(&r, r.n + 1, T0 + 60 * (int64_t)r.n, true);
	return r;
}

/* The dumps that stay, by their sequence: "1 4 5". */
static const char *left(const struct row *r, enum choice_fate gone)
{
	static char text[200];
	size_t i, at = 0;

	text[0] = '\0';
	for (i = 0; i < r->n; i++)
		if (r->c[i].fate < gone && (gone == CHOICE_DROP_ALL || r->c[i].dump))
			at += (size_t)snprintf(text + at, sizeof(text) - at, at ? " %d" : "%d",
					       (int)r->c[i].sequence);
	return text;
}

static void test_the_first_and_the_newest_stay(void **state)
{
	static const struct {
		size_t n, keep;
		const char *stay;
	} cases[] = {
		{0, 3, ""},          {1, 1, "1"},
		{1, 3, "1"},         {3, 3, "1 2 3"},
		{4, 3, "1 3 4"},     {9, 1, "9"},
		{9, 2, "1 9"},       {9, 0, "1 2 3 4 5 6 7 8 9"},
		{2, 1, "2"},         {20, 3, "1 19 20"},
		{6, 5, "1 3 4 5 6"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct row r = crashes(cases[i].n);

		choose_dumps(r.c, r.n, cases[i].keep);
		assert_string_equal(left(&r, CHOICE_DROP_DUMP), cases[i].stay);
	}
}

static void test_what_is_not_proved_goes_first(void **state)
{
	static const struct {
		size_t unproved, keep;
		const char *stay;
	} cases[] = {
		{0, 4, "2 3 4 5"}, {2, 4, "1 2 4 5"}, {4, 4, "1 2 3 4"},   {4, 3, "1 3 4"},
		{4, 1, "4"},       {0, 2, "2 5"},     {2, 5, "1 2 3 4 5"},
	};
	struct row r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		r = crashes(5);
		r.c[cases[i].unproved].unproved = true;
		choose_dumps(r.c, r.n, cases[i].keep);
		assert_string_equal(left(&r, CHOICE_DROP_DUMP), cases[i].stay);
	}
	r = crashes(5);
	r.c[1].unproved = r.c[3].unproved = true;
	r.c[1].held = true;
	choose_dumps(r.c, r.n, 2);
	assert_string_equal(left(&r, CHOICE_DROP_DUMP), "1 2 5");
	assert_int_equal(choose_unproved(r.c, r.n), 5);
	r = crashes(3);
	r.c[0].unproved = r.c[1].unproved = true;
	assert_int_equal(choose_unproved(r.c, r.n), 0);
	assert_int_equal(choose_first(r.c, r.n), 2);
	assert_int_equal(choose_oldest(r.c, r.n), 3);
}

static void test_what_is_held_stays_and_counts(void **state)
{
	struct row r = crashes(5);

	(void)state;
	r.c[1].held = true;
	choose_dumps(r.c, r.n, 2);
	assert_string_equal(left(&r, CHOICE_DROP_DUMP), "1 2 5");
	r = crashes(3);
	r.c[0].held = true;
	choose_dumps(r.c, r.n, 1);
	assert_string_equal(left(&r, CHOICE_DROP_DUMP), "1 3");
}

static void test_logs_go_whole_and_their_first_stays(void **state)
{
	struct row r = crashes(8);

	(void)state;
	choose_dumps(r.c, r.n, 2);
	choose_logs(r.c, r.n, 3);
	/* 2 is the first that has a log alone. */
	assert_string_equal(left(&r, CHOICE_DROP_ALL), "1 2 6 7 8");
	assert_string_equal(left(&r, CHOICE_DROP_DUMP), "1 8");
	r = crashes(8);
	choose_logs(r.c, r.n, 1);
	assert_string_equal(left(&r, CHOICE_DROP_ALL), "1 2 3 4 5 6 7 8");
	r = crashes(8);
	choose_dumps(r.c, r.n, 2);
	choose_logs(r.c, r.n, 0);
	assert_string_equal(left(&r, CHOICE_DROP_ALL), "1 2 3 4 5 6 7 8");
}

static void test_the_order_is_the_sequence_whatever_the_clock_says(void **state)
{
	struct row r = {.n = 0};
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++)
		add(&r, 6 - i, T0 + 60 * (int64_t)i, true);
	choose_sort(r.c, r.n);
	choose_dumps(r.c, r.n, 2);
	assert_string_equal(left(&r, CHOICE_DROP_DUMP), "1 6");
	/* Without one: by time, before those that have one. */
	r.n = 0;
	add(&r, 1, 5, true);
	add(&r, 0, T0 + 1, true);
	add(&r, 0, T0, true);
	choose_sort(r.c, r.n);
	assert_int_equal(r.c[0].crashed, T0);
	assert_int_equal(r.c[1].crashed, T0 + 1);
	assert_int_equal(r.c[2].sequence, 1);
}

static void test_a_row_ends_with_a_day_without_a_crash(void **state)
{
	struct row r = crashes(2);

	(void)state;
	add(&r, 3, r.c[1].crashed + CHOOSE_ROW_S, true);
	assert_int_equal(choose_first(r.c, r.n), 0);
	add(&r, 4, r.c[2].crashed + CHOOSE_ROW_S + 1, true);
	assert_int_equal(choose_first(r.c, r.n), 3);
	add(&r, 5, r.c[3].crashed + 1, true);
	assert_int_equal(choose_first(r.c, r.n), 3);
	/* Its first that has a dump; of rows before, where it has none. */
	r.c[3].dump = false;
	assert_int_equal(choose_first(r.c, r.n), 4);
	r.c[4].dump = false;
	assert_int_equal(choose_first(r.c, r.n), 0);
}

static void test_a_row_goes_on_where_that_is_not_known(void **state)
{
	struct row r = {.n = 0};

	(void)state;
	/* a clock that jumped from 1970 to today */
	add(&r, 1, 1000, true);
	add(&r, 2, T0, true);
	assert_int_equal(choose_first(r.c, r.n), 0);
	/* and back */
	add(&r, 3, 2000, true);
	assert_int_equal(choose_first(r.c, r.n), 0);
	/* those between are deleted */
	r.n = 0;
	add(&r, 1, T0, true);
	add(&r, 70, T0 + 3 * CHOOSE_ROW_S, true);
	assert_int_equal(choose_first(r.c, r.n), 0);
	assert_int_equal(choose_first(r.c, 0), 0);
}

static void test_room_is_made_from_the_oldest_but_the_first(void **state)
{
	struct row r = crashes(4);

	(void)state;
	assert_int_equal(choose_oldest(r.c, r.n), 1);
	r.c[1].dump = false;
	assert_int_equal(choose_oldest(r.c, r.n), 2);
	r.c[2].held = true;
	assert_int_equal(choose_oldest(r.c, r.n), 3);
	r.c[3].dump = false;
	assert_int_equal(choose_oldest(r.c, r.n), r.n);
	r.n = 0;
	assert_int_equal(choose_oldest(r.c, r.n), 0);
}

/* What was saved, in the order of the crashes, and whether one at T0 is too much. */
static bool exceeded(const int64_t *times, size_t n, struct config_rate limit, int64_t now)
{
	struct inventory_item items[8] = {{.mine = false}};
	struct inventory inv = {.items = items, .n = n};
	size_t i, saved;

	for (i = 0; i < n; i++) {
		items[i].mine = items[i].m.complete = true;
		items[i].m.about.dump_id = i + 1;
		items[i].m.about.crashed = times[i];
	}
	return rate_exceeded(&limit, &inv, now, 99, &saved);
}

static void test_the_rate(void **state)
{
	const struct config_rate off = {0}, two = {.crashes = 2, .window_ms = 3600000};
	const int64_t close[] = {T0 - 3599, T0 - 1}, edge[] = {T0 - 3600, T0 - 1};
	const int64_t future[] = {T0 - 1, T0 + 1}, unknown[] = {100, 200};

	(void)state;
	assert_true(exceeded(close, 2, two, T0));
	assert_false(exceeded(close, 2, off, T0));
	assert_false(exceeded(close, 1, two, T0));
	assert_false(exceeded(edge, 2, two, T0));
	assert_false(exceeded(future, 2, two, T0));
	assert_false(exceeded(unknown, 2, two, 300));
	assert_false(exceeded(close, 2, two, 0));
}

static void test_what_does_not_count_for_the_rate(void **state)
{
	const struct config_rate one = {.crashes = 1, .window_ms = 3600000};
	struct inventory_item item = {.mine = true, .m = {.complete = true}}, spoilt;
	struct inventory inv = {.items = &spoilt, .n = 1};
	size_t saved;

	(void)state;
	item.m.about.dump_id = 7;
	item.m.about.crashed = T0 - 1;
	spoilt = item;
	assert_true(rate_exceeded(&one, &inv, T0, 99, &saved));
	/* the same crash, another machine's, one that was not saved, one of an unknown crash */
	assert_false(rate_exceeded(&one, &inv, T0, 7, &saved));
	spoilt.mine = false;
	assert_false(rate_exceeded(&one, &inv, T0, 99, &saved));
	spoilt = item;
	spoilt.m.complete = false;
	assert_false(rate_exceeded(&one, &inv, T0, 99, &saved));
	spoilt = item;
	spoilt.m.about.dump_id = 0;
	assert_false(rate_exceeded(&one, &inv, T0, 99, &saved));
}

static int list_three(struct target *t, char *buf, size_t size, size_t *len)
{
	static const char names[] = "2026-a\0002026-b\0002026-c";

	(void)t;
	assert_true(size >= sizeof(names));
	memcpy(buf, names, sizeof(names));
	*len = sizeof(names);
	return 0;
}

/* A bad sector beneath one, a file handle that the server has forgotten for another. */
static int look_at_one(struct target *t, const char *dir, struct target_entry *out, char *manifest,
		       size_t size)
{
	static const char text[] = "{\"format\":1}";

	(void)t;
	if (strcmp(dir, "2026-a") == 0)
		return -ESTALE;
	if (strcmp(dir, "2026-b") == 0)
		return -EIO;
	assert_true(size >= sizeof(text));
	memcpy(manifest, text, sizeof(text));
	*out = (struct target_entry){.manifest = sizeof(text) - 1, .own = true};
	(void)snprintf(out->dir, sizeof(out->dir), "%s", dir);
	return 0;
}

static void test_what_cannot_be_read_does_not_stop_the_others(void **state)
{
	const struct target_ops ops = {.list = list_three, .look = look_at_one};
	const struct owner who = {.host = "lab"};
	const struct url url = {.scheme = URL_FILE};
	struct target t = {.ops = &ops, .url = &url};
	struct inventory inv;

	(void)state;
	assert_int_equal(inventory_read(&t, &who, false, &inv), 0);
	assert_int_equal(inv.n, 1);
	assert_int_equal(inv.unreadable, 2);
	assert_string_equal(inv.items[0].entry.dir, "2026-c");
	/* The next dump gets its number in the row. */
	assert_int_equal(inventory_sequence(&inv, 99), 1);
	inventory_deinit(&inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_and_the_newest_stay),
		cmocka_unit_test(test_what_is_not_proved_goes_first),
		cmocka_unit_test(test_what_is_held_stays_and_counts),
		cmocka_unit_test(test_logs_go_whole_and_their_first_stays),
		cmocka_unit_test(test_the_order_is_the_sequence_whatever_the_clock_says),
		cmocka_unit_test(test_a_row_ends_with_a_day_without_a_crash),
		cmocka_unit_test(test_a_row_goes_on_where_that_is_not_known),
		cmocka_unit_test(test_room_is_made_from_the_oldest_but_the_first),
		cmocka_unit_test(test_the_rate),
		cmocka_unit_test(test_what_does_not_count_for_the_rate),
		cmocka_unit_test(test_what_cannot_be_read_does_not_stop_the_others),
	};

	return cmocka_run_group_tests_name("choose", tests, NULL, NULL);
}
