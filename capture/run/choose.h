/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of a machine's dumps on a target may go. Pure arithmetic over what was found there: it
 * touches nothing, and trusts no clock further than it must.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row of crashes ends when so long passes without one. */
#define CHOOSE_ROW_S INT64_C(86400)
/* What a clock without a battery shows is before this; such times are not known. 2020-01-01. */
#define CHOOSE_CLOCK_S INT64_C(1577836800)

enum choice_fate { CHOICE_KEEP, CHOICE_DROP_DUMP, CHOICE_DROP_ALL };

/* One crash. */
struct choice {
	uint64_t sequence; /* 0: its manifest has none, it came before those that have */
	int64_t crashed;   /* seconds since 1970; see CHOOSE_CLOCK_S */
	const char *name;
	size_t index;  /* the caller's */
	bool dump;     /* there is a vmcore; else the log alone */
	bool unproved; /* that is, DUMP_UNPROVED: it counts, and goes before any that is proved */
	bool held;     /* the dump that is active: never goes */
	enum choice_fate fate;
};

/* The order in which they came: by sequence; where that does not tell, by time, then by name. */
void choose_sort(struct choice *c, size_t n);

/*
 * The first of the newest row with a proved dump, or of all; n when there is none. Sorted. Where a
 * clock is not to be believed the row is taken to go on.
 */
size_t choose_first(const struct choice *c, size_t n);

/* Mark what goes so that `keep` dumps are left (0: all): what is unproved first; not the first of
 * the row, unless one alone is wanted, nor the newest, both of those proved; nor what is held.
 * Sorted. */
void choose_dumps(struct choice *c, size_t n, size_t keep);
/* The same for those without a dump, as they will be after choose_dumps(). */
void choose_logs(struct choice *c, size_t n, size_t keep);
/* The dump that goes when room is needed; n when none may. Sorted. */
size_t choose_oldest(const struct choice *c, size_t n);
/* The same of those that are not proved, which go before. */
size_t choose_unproved(const struct choice *c, size_t n);
