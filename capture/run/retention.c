// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/retention.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SETTLE_MS INT64_C(10000) /* some file systems give room back in the background */
#define POLL_US   50000

static const char *reason(const struct retention *r, int err)
{
	if (err == -ENOTEMPTY)
		return "somebody put files there; delete them by hand";
	if (err == -EBUSY)
		return "another capture has it";
	return r->t->why[0] ? r->t->why : strerror(-err);
}

uint64_t retention_floor(const struct retention *r)
{
	const struct config_room *room = &r->config->keep_free;
	uint64_t whole;
	int err;

	if (!room->percent)
		return room->bytes;
	err = target_capacity(r->t, &whole);
	if (err == 0)
		return whole / 100 * (uint64_t)room->percent;
	log_warning(r->log,
		    "%s: keep-free is a share, and how large the file system is cannot be "
		    "told (%s); nothing is kept free",
		    r->t->text, strerror(-err));
	return 0;
}

/* 0 or -errno, said. */
static int drop(const struct retention *r, const struct inventory_item *item, enum target_drop what,
		const char *because)
{
	const struct target_entry *e = &item->entry;
	const char *thing = what == TARGET_DROP_ALL ? "the log of a crash"
			    : e->has_vmcore         ? "a dump"
			    : e->has_unproved       ? "a dump that was not proved to last"
						    : "what is left of a dump";
	int err = 0;

	if (r->dry) {
		log_info(r->log, "%s: %s: would delete %s (%s)", r->t->text, e->dir, thing,
			 because);
		return 0;
	}
	r->t->why[0] = '\0';
	err = target_drop(r->t, e, what);
	if (err < 0)
		log_warning(r->log, "%s: %s: cannot delete %s: %s", r->t->text, e->dir, thing,
			    reason(r, err));
	else
		log_info(r->log, "%s: %s: deleted %s, %llu KiB (%s)", r->t->text, e->dir, thing,
			 (unsigned long long)(e->used / KIB), because);
	/* Not to be taken for what became of the new dump. */
	r->t->why[0] = '\0';
	return err;
}

/* Half-written dumps of crashes that are over: of no use, and in no capture's hands. */
static bool is_leftover(const struct retention *r, const struct inventory_item *item)
{
	return item->mine && item->state == INVENTORY_INCOMPLETE &&
	       (!r->held_id || item->m.about.dump_id != r->held_id);
}

static int drop_leftovers(const struct retention *r, const struct inventory *inv)
{
	int first = 0, err;
	size_t i;

	for (i = 0; i < inv->n; i++) {
		if (!is_leftover(r, &inv->items[i]))
			continue;
		err = drop(r, &inv->items[i], TARGET_DROP_DUMP, "it was not finished");
		first = first ? first : err;
	}
	return first;
}

static int drop_chosen(const struct retention *r, const struct inventory *inv,
		       const struct choice *c, size_t n)
{
	char because[2][40];
	int first = 0, err;
	size_t i;

	(void)snprintf(because[0], sizeof(because[0]), "keep = %d", r->config->keep);
	(void)snprintf(because[1], sizeof(because[1]), "keep-logs = %d", r->config->keep_logs);
	for (i = 0; i < n; i++) {
		bool all = c[i].fate == CHOICE_DROP_ALL;

		if (c[i].fate == CHOICE_KEEP)
			continue;
		err = drop(r, &inv->items[c[i].index], all ? TARGET_DROP_ALL : TARGET_DROP_DUMP,
			   because[all]);
		first = first ? first : err;
	}
	return first;
}

static int tidy(const struct retention *r, const struct inventory *inv, bool saved)
{
	_cleanup_free_ struct choice *c = NULL;
	int left, err;
	size_t n;

	err = inventory_choices(inv, r->held_id, &c, &n);
	if (err < 0)
		return err;
	if (saved)
		choose_dumps(c, n, (size_t)r->config->keep);
	choose_logs(c, n, (size_t)r->config->keep_logs);
	left = drop_leftovers(r, inv);
	err = drop_chosen(r, inv, c, n);
	return left < 0 ? left : err;
}

int retention_tidy(const struct retention *r, bool saved)
{
	struct inventory inv;
	int err = inventory_read(r->t, r->owner, false, &inv);

	if (err == -EOPNOTSUPP)
		err = 0;
	else if (err < 0)
		log_warning(r->log, "%s: older dumps cannot be looked through: %s; none is deleted",
			    r->t->text, err == -E2BIG ? "too many" : strerror(-err));
	else
		err = tidy(r, &inv, saved);
	if (inv.unreadable)
		log_warning(r->log, "%s: %zu dumps cannot be read and stay; check the file system",
			    r->t->text, inv.unreadable);
	inventory_deinit(&inv);
	return err;
}

/* What was deleted is free in its own time. */
static void settle(const struct retention *r, uint64_t before, uint64_t used)
{
	int64_t until = clock_ms() + SETTLE_MS;
	uint64_t room;

	while (r->t->ops->space(r->t, &room) == 0 && room < before + used / 2 && clock_ms() < until)
		clock_nap_us(POLL_US);
}

/* What goes next for want of room; NULL when nothing may. */
static struct inventory_item *next_to_go(const struct retention *r, const struct inventory *inv,
					 const char **because)
{
	_cleanup_free_ struct choice *c = NULL;
	size_t i, n;

	*because = "it was not finished";
	for (i = 0; i < inv->n; i++)
		if (is_leftover(r, &inv->items[i]))
			return &inv->items[i];
	if (inventory_choices(inv, r->held_id, &c, &n) < 0)
		return NULL;
	/* What is not proved may still be all that there is of a crash. */
	if (!r->config->make_room)
		return NULL;
	*because = "make-room = oldest";
	i = choose_unproved(c, n);
	if (i == n)
		i = choose_oldest(c, n);
	return i < n ? &inv->items[c[i].index] : NULL;
}

/* No dump any more, or one that cannot be deleted; still one of the row. */
static void forget(struct inventory_item *item)
{
	item->entry.has_vmcore = item->entry.has_unproved = false;
	item->state = INVENTORY_LOG;
}

/* What may go, all told: where that would not do, nothing goes in vain. */
static uint64_t in_reach(const struct retention *r, const struct inventory *inv)
{
	_cleanup_free_ struct choice *c = NULL;
	uint64_t sum = 0;
	size_t i, n;

	for (i = 0; i < inv->n; i++)
		if (is_leftover(r, &inv->items[i]))
			sum += inv->items[i].entry.used;
	if (inventory_choices(inv, r->held_id, &c, &n) < 0)
		return sum;
	while (r->config->make_room &&
	       ((i = choose_unproved(c, n)) < n || (i = choose_oldest(c, n)) < n)) {
		sum += inv->items[c[i].index].entry.used;
		c[i].fate = CHOICE_DROP_DUMP;
	}
	return sum;
}

static int free_up(const struct retention *r, struct inventory *inv, uint64_t bytes)
{
	struct inventory_item *item;
	uint64_t room, would = 0; /* be free, were it not a dry run */
	const char *because;
	int err = r->t->ops->space(r->t, &room);

	if (err == 0 && room < bytes && in_reach(r, inv) + r->last_resort < bytes - room)
		return -ENOSPC;
	for (;;) {
		err = r->t->ops->space(r->t, &room);
		if (err < 0 || room + would >= bytes)
			return err;
		item = next_to_go(r, inv, &because);
		if (!item)
			return -ENOSPC;
		if (drop(r, item, TARGET_DROP_DUMP, because) == 0) {
			if (r->dry)
				would += item->entry.used;
			else
				settle(r, room, item->entry.used);
		}
		forget(item);
	}
}

int retention_make_room(const struct retention *r, uint64_t bytes)
{
	struct inventory inv;
	uint64_t room;
	int err = r->t->ops->space(r->t, &room);

	if (err < 0 || room >= bytes)
		return err;
	err = inventory_read(r->t, r->owner, false, &inv);
	err = err < 0 ? -ENOSPC : free_up(r, &inv, bytes);
	inventory_deinit(&inv);
	return err;
}
