// SPDX-License-Identifier: GPL-2.0-or-later
/* One target of a pass and the dumps that it has already: names, room, rate, and what gives way. */
#include "run/place.h"

#include "run/manifest.h"
#include "run/rate.h"
#include "run/retention.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much may be written before the room is looked at again. */
#define ROOM_STEP (32 * MIB)

static struct retention retention_of(struct run *run, struct place *p)
{
	return (struct retention){
		.t = &p->t,
		.config = run->config,
		.log = run->log,
		.owner = &run->owner,
		.held_id = run->dump_id,
		.last_resort = p->earlier,
	};
}

/*
 * Is the directory one of this very dump? Its default name has a part of the dump's number; any
 * other name may be that of another crash, which a target that is not listed does not tell.
 */
static bool is_of_this_dump(const struct run *run, const struct place *p)
{
	size_t i;

	if (run->config->naming == CONFIG_NAMING_DEFAULT)
		return true;
	for (i = 0; i < p->past.n; i++)
		if (strcmp(p->past.items[i].entry.dir, p->t.dir) == 0)
			return p->past.items[i].entry.manifest &&
			       p->past.items[i].m.about.dump_id == run->dump_id;
	return false;
}

static int find_earlier(struct place *p, uint64_t *bytes)
{
	int err = p->t.ops->earlier ? p->t.ops->earlier(&p->t, false, bytes) : -ENOENT;

	if (err < 0)
		p->t.why[0] = '\0';
	return err;
}

bool place_has_other(const struct run *run, struct place *p)
{
	uint64_t bytes;

	return !is_of_this_dump(run, p) && find_earlier(p, &bytes) == 0;
}

void place_find_earlier(struct run *run, struct place *p)
{
	uint64_t bytes = 0;

	p->earlier = 0;
	if (!is_of_this_dump(run, p) || find_earlier(p, &bytes) < 0)
		return;
	p->earlier = bytes ? bytes : 1;
	log_info(run->log,
		 "%s: %s/" DUMP_UNPROVED
		 ": left by an earlier attempt that could not make it durable; kept until this "
		 "dump is saved",
		 p->t.text, p->t.dir);
}

int place_drop_earlier(struct run *run, struct place *p, const char *because)
{
	uint64_t bytes;
	int err = p->earlier ? p->t.ops->earlier(&p->t, true, &bytes) : -ENOENT;

	if (!p->earlier)
		return err;
	if (err < 0)
		log_warning(run->log, "%s: %s/" DUMP_UNPROVED ": cannot be deleted: %s", p->t.text,
			    p->t.dir, p->t.why[0] ? p->t.why : strerror(-err));
	else
		log_info(run->log, "%s: %s/" DUMP_UNPROVED ": deleted, %llu KiB (%s)", p->t.text,
			 p->t.dir, (unsigned long long)(p->earlier / KIB), because);
	p->t.why[0] = '\0';
	p->earlier = 0;
	return err;
}

void place_look_back(struct run *run, struct place *p)
{
	struct retention r = retention_of(run, p);
	int err = inventory_read(&p->t, &run->owner, false, &p->past);

	p->floor = retention_floor(&r);
	if (err < 0) {
		inventory_deinit(&p->past);
		if (err != -EOPNOTSUPP)
			log_warning(run->log, "%s: earlier dumps cannot be looked through: %s",
				    p->t.text, err == -E2BIG ? "too many" : strerror(-err));
		return;
	}
	/* A rehearsal is no crash of this machine's: nothing gives way to it, nor it to others. */
	if (run->options->core)
		return;
	p->sequence = inventory_sequence(&p->past, run->dump_id);
	/* Not a byte, not even a directory: with room for those the log can be saved. */
	if (p->t.full)
		(void)!retention_make_room(&r, MIB);
}

bool place_is_taken(const struct run *run, const struct place *p, const char *dir)
{
	return inventory_taken(&p->past, dir, run->dump_id);
}

static bool has_manifest(const struct place *p)
{
	size_t i;

	for (i = 0; i < p->past.n; i++)
		if (strcmp(p->past.items[i].entry.dir, p->t.dir) == 0)
			return p->past.items[i].entry.manifest;
	return false;
}

void place_put_origin(struct run *run, struct place *p)
{
	char *text;

	/* That of an earlier capture speaks of what is there. */
	if (!p->sequence || (p->earlier && has_manifest(p)))
		return;
	/* It will be written again at the end; this one speaks where there is no end. */
	text = manifest_format(run, p);
	if (!text || target_put(&p->t, DUMP_MANIFEST, text, strlen(text)) < 0)
		log_warning(run->log, "%s: %s cannot be written yet", p->t.text, DUMP_MANIFEST);
	free(text);
}

static int find_room(struct run *run, struct place *p, uint64_t bytes)
{
	struct retention r = retention_of(run, p);
	uint64_t room;
	int err;

	/* No older dump gives way to one that may fill any disk. */
	if (!run->options->core && !run->unfiltered[0])
		return retention_make_room(&r, bytes + p->floor);
	err = p->t.ops->space(&p->t, &room);
	return err == 0 && room < bytes + p->floor ? -ENOSPC : err;
}

/* What it was sent of this dump before is still in memory, too: it goes when nothing else helps. */
static int last_resort(struct run *run, struct place *p)
{
	if (run->unfiltered[0])
		return -ENOSPC;
	return place_drop_earlier(run, p, "there is no other room for the same dump");
}

int place_need_room(struct run *run, struct place *p, uint64_t bytes)
{
	uint64_t room;
	int err;

	/* This dump is in memory as well; one that make-room would delete is not. */
	if (p->earlier && run->config->make_room && p->t.ops->space(&p->t, &room) == 0 &&
	    room < bytes + p->floor && room + p->earlier >= bytes + p->floor)
		(void)!last_resort(run, p);
	err = find_room(run, p, bytes);
	if (err != -ENOSPC || !p->earlier || p->t.ops->space(&p->t, &room) < 0 ||
	    room + p->earlier < bytes + p->floor || last_resort(run, p) < 0)
		return err;
	return find_room(run, p, bytes);
}

int place_allow(struct run *run, struct place *p, size_t len)
{
	uint64_t room, left = UINT64_MAX;
	int err;

	if (!p->floor || len <= p->allowance) {
		p->allowance -= p->floor ? len : 0;
		return 0;
	}
	/* A server that is being written to is not asked again. */
	err = p->asked && !p->t.ops->list ? -ENOSPC : place_need_room(run, p, len);
	p->asked = true;
	if (err == -ENOSPC) {
		(void)snprintf(p->t.why, sizeof(p->t.why),
			       "%s but the %llu KiB that keep-free keeps", strerror(ENOSPC),
			       (unsigned long long)(p->floor / KIB));
		return err;
	}
	/* A place that does not say how much room it has says itself when there is none. */
	if (err == 0 && p->t.ops->space(&p->t, &room) == 0)
		left = room > p->floor ? room - p->floor : 0;
	if (p->t.ops->list && left > ROOM_STEP)
		left = ROOM_STEP;
	p->allowance = left > len ? left - len : 0;
	return 0;
}

int place_give_way(struct run *run, struct place *p)
{
	int err = p->t.ops->list ? place_need_room(run, p, MIB) : -ENOSPC;

	/* Even where it is less than that: all that comes may be. */
	return err == -ENOSPC && p->t.ops->list && p->earlier ? last_resort(run, p) : err;
}

/* One that does not say how much room it has may not say either that there is none. */
static bool looks_full(struct place *p, int err)
{
	uint64_t room;

	return err == -ENOSPC || (err == -EIO && p->t.ops->space(&p->t, &room) == -EOPNOTSUPP);
}

bool place_may_restart(struct run *run, struct place *p)
{
	int err = p->attempt->err;

	if (!p->streamed || !p->earlier || (err != -ENOSPC && err != -EIO))
		return false;
	/* A server is asked nothing else while it has something to write. */
	if (p->t.ops->abandon(&p->t, DUMP_INCOMPLETE) < 0 || !looks_full(p, err) ||
	    last_resort(run, p) < 0)
		return false;
	p->attempt->err = 0;
	p->attempt->reason[0] = '\0';
	return true;
}

/* A person who asks for a dump gets it; so does whoever could not read the log. */
bool place_over_rate(struct run *run, struct place *p)
{
	const struct config_rate *limit = &run->config->rate_limit;
	bool by_itself = run->in_initramfs || run->options->late;
	size_t saved;

	if (!by_itself || run->options->core || run->options->no_release || !run->dmesg.len)
		return false;
	if (!rate_exceeded(limit, &p->past, (int64_t)run->verdict.core.info.crash_time,
			   run->dump_id, &saved))
		return false;
	(void)snprintf(run->policy_why, sizeof(run->policy_why),
		       "%zu crashes were saved within %lld s before this one, and rate-limit "
		       "allows %d",
		       saved, (long long)(limit->window_ms / 1000), limit->crashes);
	return true;
}

void place_keep_log(struct run *run, struct place *p, enum release_policy policy)
{
	struct log_claim claim = {
		.policy = policy,
		.dump_id = run->dump_id,
		.unassured = run->config->release_unassured,
		.text = run->dmesg.text,
		.len = run->dmesg.len,
	};
	int err = target_commit_log(&p->t, &claim, &p->log_receipt);

	if (err < 0) {
		place_fail(run, p, err, "the log could not be made durable: %s",
			   p->t.why[0] ? p->t.why : strerror(-err));
		return;
	}
	p->logged = true;
	log_warning(run->log, "%s: %s: the log alone, and no dump: %s", p->t.text, p->t.dir,
		    run->policy_why);
}

void place_tidy(struct run *run, struct place *p)
{
	struct retention r = retention_of(run, p);
	bool gone = p->attempt->err == -ETIMEDOUT || p->attempt->err == -EPIPE;

	if (p->open && p->t.dir[0] && p->committed)
		(void)!place_drop_earlier(run, p, "the same dump is saved");
	/* Without a number in the row it cannot be told which are to go. */
	if (p->open && p->t.dir[0] && !gone && p->sequence && !run->options->core)
		(void)!retention_tidy(&r, p->committed);
}
