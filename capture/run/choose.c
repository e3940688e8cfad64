// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/choose.h"

#include <stdlib.h>
#include <string.h>

static int by_age(const void *left, const void *right)
{
	const struct choice *a = left, *b = right;

	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	if (a->crashed != b->crashed)
		return a->crashed < b->crashed ? -1 : 1;
	return strcmp(a->name, b->name);
}

void choose_sort(struct choice *c, size_t n)
{
	if (n)
		qsort(c, n, sizeof(*c), by_age);
}

/* Did the row end between the two? Not known where there was another one that is deleted by now. */
static bool gap(const struct choice *before, const struct choice *after)
{
	return after->sequence <= before->sequence + 1 && before->crashed >= CHOOSE_CLOCK_S &&
	       after->crashed - before->crashed > CHOOSE_ROW_S;
}

/* Where the newest row begins. */
static size_t row(const struct choice *c, size_t n)
{
	size_t i = n;

	while (i > 1 && !gap(&c[i - 2], &c[i - 1]))
		i--;
	return i ? i - 1 : 0;
}

static bool is_proved(const struct choice *c)
{
	return c->dump && !c->unproved;
}

size_t choose_first(const struct choice *c, size_t n)
{
	size_t i;

	for (i = row(c, n); i < n; i++)
		if (is_proved(&c[i]))
			return i;
	/* The row has logs only: the dumps are of rows before. */
	for (i = 0; i < n; i++)
		if (is_proved(&c[i]))
			return i;
	return n;
}

static size_t newest_dump(const struct choice *c, size_t n)
{
	size_t i = n;

	while (i > 0 && !is_proved(&c[i - 1]))
		i--;
	return i ? i - 1 : n;
}

void choose_dumps(struct choice *c, size_t n, size_t keep)
{
	size_t first = keep == 1 ? n : choose_first(c, n), newest = newest_dump(c, n);
	size_t have = 0, i;

	for (i = 0; i < n; i++)
		have += c[i].dump;
	while (keep && have > keep && (i = choose_unproved(c, n)) < n) {
		c[i].fate = CHOICE_DROP_DUMP;
		have--;
	}
	for (i = 0; i < n && keep && have > keep; i++) {
		if (!is_proved(&c[i]) || i == first || i == newest || c[i].held)
			continue;
		c[i].fate = CHOICE_DROP_DUMP;
		have--;
	}
}

static bool is_log(const struct choice *c)
{
	return !c->dump || c->fate == CHOICE_DROP_DUMP;
}

void choose_logs(struct choice *c, size_t n, size_t keep)
{
	size_t have = 0, first = row(c, n), newest = n, i;

	for (i = 0; i < n; i++) {
		have += is_log(&c[i]);
		newest = is_log(&c[i]) ? i : newest;
	}
	while (first < n && !is_log(&c[first]))
		first++;
	if (keep == 1)
		first = n;
	for (i = 0; i < n && keep && have > keep; i++) {
		if (!is_log(&c[i]) || i == first || i == newest || c[i].held)
			continue;
		c[i].fate = CHOICE_DROP_ALL;
		have--;
	}
}

size_t choose_oldest(const struct choice *c, size_t n)
{
	size_t first = choose_first(c, n), i;

	for (i = 0; i < n; i++)
		if (is_proved(&c[i]) && c[i].fate == CHOICE_KEEP && i != first && !c[i].held)
			return i;
	return n;
}

size_t choose_unproved(const struct choice *c, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (c[i].dump && c[i].unproved && c[i].fate == CHOICE_KEEP && !c[i].held)
			return i;
	return n;
}
