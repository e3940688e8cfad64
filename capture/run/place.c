// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/place.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "run/manifest.h"
#include "run/network.h"
#include "run/proof.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* More than keep and keep-logs leave, where a clock has every crash at the same time. */
#define NAMES_TRIED 1000

void place_fail(struct run *run, struct place *p, int err, const char *fmt, ...)
{
	struct run_attempt *a = p->attempt;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(a->reason, sizeof(a->reason), fmt, ap);
	va_end(ap);
	a->err = err;
	log_error(run->log, "%s: %s", a->target, a->reason);
}

static const char *reason(const struct target *t, int err)
{
	return t->why[0] ? t->why : strerror(-err);
}

/* Did it run out of room when it had as much as now? */
static bool was_full(const struct run *run, const struct target *t, uint64_t room)
{
	size_t i;

	for (i = 0; i < run->n_full; i++)
		if (strcmp(run->full[i].target, t->text) == 0 && room <= run->full[i].room)
			return true;
	return false;
}

/* It ran out of room, and what was written is removed again: so much was not enough. */
static void remember_full(struct run *run, struct target *t)
{
	uint64_t room;
	size_t i = 0;

	if (t->ops->space(t, &room) < 0)
		return;
	while (i < run->n_full && strcmp(run->full[i].target, t->text) != 0)
		i++;
	if (i == CONFIG_TARGETS_MAX)
		return;
	(void)snprintf(run->full[i].target, sizeof(run->full[i].target), "%s", t->text);
	run->full[i].room = room;
	if (i == run->n_full)
		run->n_full++;
}

/* A core that is a file, not what this machine's kernel offers: nothing depends on its copy. */
static bool is_rehearsal(const struct run *run)
{
	_cleanup_close_ int fd = -1;
	struct stat given, active;

	if (!run->options->core)
		return false;
	fd = root_open(run->root, "/proc/vmcore", O_PATH, 0);
	return fd < 0 || fstat(fd, &active) < 0 || stat(run->options->core, &given) < 0 ||
	       given.st_dev != active.st_dev || given.st_ino != active.st_ino;
}

/* fsync on a file system in memory succeeds and means nothing; what is not known to last counts as
 * that. */
static bool in_memory(const struct run *run, const struct place *p)
{
	return p->t.in_memory && !is_rehearsal(run);
}

/* A sign of life of a target's at work: the guard hears it. */
static int gets_on(void *ctx, bool does)
{
	struct guard *g = ctx;

	if (does)
		guard_pulse(g);
	return 0;
}

static void reach(struct run *run, struct place *p, const char *text)
{
	char why_down[300];
	const char *why;
	int err = url_parse(text, &p->url, &why);

	if (err < 0) {
		place_fail(run, p, err, "%s", err == -EINVAL ? why : strerror(-err));
		return;
	}
	p->have_url = true;
	guard_step(run, GUARD_NETWORK, p->number);
	err = network_up(run, &p->url, why_down, sizeof(why_down));
	if (err < 0) {
		place_fail(run, p, err, "%s", why_down);
		return;
	}
	run_target_env(run->root, run->config, &p->env);
	if (run->config->deadline_ms)
		p->env.deadline = clock_ms() + run->config->deadline_ms;
	/* Its silence must not use up the time of the others. */
	if (p->shared)
		p->env.patience_ms = run->config->deadline_ms / 4;
	guard_step(run, GUARD_OPEN, p->number);
	err = target_open(&p->t, &p->url, &p->env);
	p->open = err == 0;
	p->t.busy = gets_on;
	p->t.busy_ctx = &run->guard;
	if (err < 0)
		place_fail(run, p, err, "%s", reason(&p->t, err));
	else if (in_memory(run, p))
		place_fail(
			run, p, -EROFS,
			"it lies on %s: a dump there is not known to outlive this boot; name the "
			"device of a disk, as in file:///crash?device=UUID=...",
			p->t.lies_on[0] ? p->t.lies_on : "memory");
}

/* The crash's directory; with a number behind when another dump already has the name. */
static void begin(struct run *run, struct place *p)
{
	char name[sizeof(run->dir) + 8];
	int i, err = -EEXIST;

	(void)snprintf(name, sizeof(name), "%s", run->dir);
	for (i = 1; i < NAMES_TRIED && err == -EEXIST; i++) {
		if (i > 1)
			(void)snprintf(name, sizeof(name), "%.*s.%d", (int)sizeof(run->dir) - 1,
				       run->dir, i);
		if (place_is_taken(run, p, name))
			continue;
		p->t.why[0] = '\0';
		err = p->t.ops->begin(&p->t, name);
		if (err == 0 && place_has_other(run, p))
			err = -EEXIST;
	}
	if (err < 0)
		place_fail(run, p, err, "cannot make a directory %s: %s", run->dir,
			   reason(&p->t, err));
}

static int put_dmesg(struct run *run, struct target *t)
{
	int err;

	if (!run->dmesg.len)
		return 0;
	err = target_put(t, DUMP_LOG, run->dmesg.text, run->dmesg.len);
	if (err < 0)
		log_warning(run->log, "%s: vmcore-dmesg.txt: %s", t->text, reason(t, err));
	else
		log_info(run->log, "%s: %s/vmcore-dmesg.txt: saved, %zu bytes", t->text, t->dir,
			 run->dmesg.len);
	return err;
}

/* What there must be at least, by all that is known of this dump. */
static uint64_t least_room(const struct run *run, const struct place *p, uint64_t least)
{
	size_t i;

	if (run->least_bytes >= least)
		least = run->least_bytes + 1;
	for (i = 0; i < run->n_full; i++)
		if (strcmp(run->full[i].target, p->t.text) == 0 && run->full[i].room >= least)
			least = run->full[i].room + 1;
	return least;
}

/* No dump is smaller than its two bitmaps; whether the pages fit too only the stream can tell. */
static void preflight(struct run *run, struct place *p)
{
	const struct vmcore *core = &run->verdict.core;
	uint64_t page = core->info.page_size ? core->info.page_size : 64 * KIB;
	uint64_t least = core->memory / page / 4 + run->dmesg.len + MIB;
	uint64_t room = 0;
	int err = place_need_room(run, p, least_room(run, p, least));

	if (err == 0 || err == -ENOSPC)
		err = p->t.ops->space(&p->t, &room);
	if (err == -EOPNOTSUPP) {
		log_info(run->log, "%s: does not say how much room it has", p->t.text);
		p->t.why[0] = '\0';
		return;
	}
	if (err < 0) {
		place_fail(run, p, err, "cannot ask for free space: %s", reason(&p->t, err));
		return;
	}
	log_info(run->log, "%s: %llu MB free for a core of %llu MB", p->t.text,
		 (unsigned long long)(room / 1000000), (unsigned long long)(core->size / 1000000));
	if (room < least)
		place_fail(run, p, -ENOSPC,
			   "only %llu KiB free where even an empty dump needs %llu KiB; make room",
			   (unsigned long long)(room / KIB), (unsigned long long)(least / KIB));
	else if (room < least + p->floor)
		place_fail(run, p, -ENOSPC,
			   "%s: only %llu KiB free where even an empty dump needs %llu KiB and "
			   "keep-free keeps %llu KiB; make room",
			   strerror(ENOSPC), (unsigned long long)(room / KIB),
			   (unsigned long long)(least / KIB), (unsigned long long)(p->floor / KIB));
	else if (was_full(run, &p->t, room))
		place_fail(run, p, -ENOSPC,
			   "only %llu KiB free, as when an earlier try ran out of room; make room",
			   (unsigned long long)(room / KIB));
	else if (run->least_bytes && room <= run->least_bytes)
		place_fail(run, p, -ENOSPC,
			   "only %llu KiB free where an earlier try came to %llu KiB and was not "
			   "done; make room",
			   (unsigned long long)(room / KIB),
			   (unsigned long long)(run->least_bytes / KIB));
}

static void create(struct run *run, struct place *p)
{
	int err = p->t.ops->create(&p->t, DUMP_INCOMPLETE);

	p->t.arrived = p->t.renamed = p->t.name_unknown = false;
	p->streamed = err == 0;
	p->level = run->level;
	if (err < 0)
		place_fail(run, p, err, "cannot create %s/%s: %s", p->t.dir, DUMP_INCOMPLETE,
			   reason(&p->t, err));
}

void place_prepare(struct run *run, struct place *p, const struct config_target *target)
{
	int err;

	log_info(run->log, "saving to %s", target->url);
	p->number = (int)(target - run->config->targets);
	reach(run, p, target->url);
	guard_step(run, GUARD_PREPARE, p->number);
	if (p->attempt->err == 0)
		place_look_back(run, p);
	if (p->attempt->err == 0)
		begin(run, p);
	if (p->attempt->err)
		return;
	place_find_earlier(run, p);
	place_put_origin(run, p);
	/* The log is small, and often all that is needed: it comes before anything can fail. */
	err = put_dmesg(run, &p->t);
	/* For a last attempt that was all. */
	if (err < 0 && run->guard.last)
		place_fail(run, p, err, "vmcore-dmesg.txt: %s", reason(&p->t, err));
}

void place_ready(struct run *run, struct place *p)
{
	if (p->attempt->err == 0 && run->no_plan[0])
		place_fail(run, p, -ENOEXEC, "%s", run->no_plan);
	if (p->attempt->err == 0)
		preflight(run, p);
	if (p->attempt->err == 0)
		create(run, p);
}

void place_restart(struct run *run, struct place *p)
{
	int err;

	if (p->attempt->err)
		return;
	err = p->t.ops->abandon(&p->t, DUMP_INCOMPLETE);
	p->streamed = p->asked = false;
	p->allowance = 0;
	if (err < 0)
		place_fail(run, p, err, "%s/%s: cannot be removed, to begin it again: %s", p->t.dir,
			   DUMP_INCOMPLETE, reason(&p->t, err));
	/* With nothing in it, its directory went too. */
	else if (!p->t.dir[0])
		begin(run, p);
	place_ready(run, p);
}

void place_write(struct run *run, struct place *p, const void *buf, size_t len, uint64_t off)
{
	int err;

	if (p->attempt->err)
		return;
	err = place_allow(run, p, len);
	if (err == 0)
		err = p->t.ops->write(&p->t, buf, len, off);
	/* Older dumps may give way. The same bytes to the same place, and what was refused before.
	 */
	if (err == -ENOSPC && place_give_way(run, p) == 0)
		err = p->t.ops->write(&p->t, buf, len, off);
	if (err < 0)
		place_fail(run, p, err, "writing the dump failed: %s", reason(&p->t, err));
	else
		guard_pulse(&run->guard);
}

static void commit(struct run *run, struct place *p)
{
	struct proof proof = {
		.log = run->log,
		.verify = run->config->verify,
		.digest = &run->digest,
		.guard = &run->guard,
	};
	struct dump_claim claim = {
		.stream_ended = run->stream.complete,
		.size = run->stream.size,
		.dump_id = run->dump_id,
		.rehearsal = is_rehearsal(run),
		.unassured = run->config->release_unassured,
		.check = proof_check,
		.check_all = proof_check_all,
		.all = run->config->verify == CONFIG_VERIFY_FULL,
		.check_ctx = &proof,
	};
	int err;

	guard_step(run, GUARD_COMMIT, p->number);
	/* A reset may have come before its data was on the disk. */
	if (p->earlier && p->earlier < claim.size)
		(void)!place_drop_earlier(run, p, "it is not whole, and this dump is");
	err = target_commit(&p->t, &claim, &p->receipt);
	p->committed = err == 0;
	p->published = err == TARGET_UNASSURED;
	/* One of the same dump is enough. */
	p->unproved = err < 0 && !p->published && p->t.unproved && !p->earlier;
	p->verified = proof.verified ? proof.verified : "none";
	if (p->published)
		place_fail(run, p, err,
			   "%s/" DUMP_VMCORE
			   " is whole and stays there, but it is not assured that "
			   "it lasts: %s; no memory is given back for it, see release-unassured in "
			   "fadump-ng.conf(5)",
			   p->t.dir, p->t.unassured);
	else if (err < 0 && proof.text[0])
		place_fail(run, p, err, "%s", proof.text);
	else if (err < 0 && p->t.unproved)
		place_fail(run, p, err,
			   "the dump could not be made durable: %s; all of it was sent, and "
			   "%s/%s stays there%s",
			   reason(&p->t, err), p->t.dir,
			   p->earlier ? DUMP_UNPROVED : target_file(&p->t),
			   p->earlier          ? ", of an earlier try"
			   : p->t.name_unknown ? ", or is called " DUMP_VMCORE " by now"
					       : "");
	else if (err < 0)
		place_fail(run, p, err, "the dump could not be made durable: %s",
			   reason(&p->t, err));
	else
		log_info(run->log, "%s: %s/vmcore: complete, %llu bytes in %lld.%01lld s",
			 p->t.text, p->t.dir, (unsigned long long)run->stream.size,
			 (long long)(run->stream.duration_ms / 1000),
			 (long long)(run->stream.duration_ms / 100 % 10));
	(void)snprintf(p->doubt, sizeof(p->doubt), "%s", proof.doubt);
	if (p->committed && p->doubt[0])
		log_warning(run->log, "%s: %s/vmcore: %s", p->t.text, p->t.dir, p->doubt);
}

void place_finish(struct run *run, struct place *p, int err, const char *why)
{
	struct run_attempt *a = p->attempt;
	bool full;

	if (a->err == 0 && err < 0)
		place_fail(run, p, err, "%s", why);
	/* Not a byte more, but what is under way may still find no room. */
	place_write(run, p, "", 0, 0);
	if (a->err == 0)
		commit(run, p);
	a->connections = p->t.connections;
	a->resumed = p->t.resumed;
	(void)snprintf(a->unassured, sizeof(a->unassured), "%s", p->t.unassured);
	if (a->err == 0 && a->unassured[0])
		log_warning(run->log, "%s: %s", a->target, a->unassured);
	if (a->err == 0 || !p->open)
		return;
	/* Of a dump of another level than the last one nothing is remembered. */
	full = p->streamed && a->err == -ENOSPC && p->level == run->level;
	/* So large it is at least: no need to fill another disk, or this one again, to find out. */
	if (full && run->stream.size > run->least_bytes)
		run->least_bytes = run->stream.size;
	if (p->published)
		return;
	if (p->t.ops->abandon(&p->t, p->unproved ? "" : target_file(&p->t)) < 0 && !p->unproved)
		log_warning(run->log, "%s: %s/%s: cannot be removed", p->t.text, p->t.dir,
			    target_file(&p->t));
	if (full)
		remember_full(run, &p->t);
}

static int put_manifest(struct run *run, struct place *p)
{
	char *text;
	int err;

	/* What is there speaks of the dump that an earlier capture left. */
	if (p->earlier && !p->committed && !p->published && !p->logged)
		return 0;
	text = manifest_format(run, p);
	err = text ? target_put(&p->t, DUMP_MANIFEST, text, strlen(text)) : -ENOMEM;
	free(text);
	return err;
}

void place_record(struct run *run, struct place *p)
{
	int err;

	if (!p->open || !p->t.dir[0])
		return;
	guard_step(run, GUARD_RECORD, p->number);
	err = put_manifest(run, p);
	if (err < 0)
		log_warning(run->log, "%s: manifest.json: %s", p->t.text, reason(&p->t, err));
	/* Nobody is there any more. */
	if (err == -ETIMEDOUT || err == -EPIPE)
		return;
	manifest_put_opalcore(run, &p->t);
	if (run->log->kept_len) {
		err = target_put(&p->t, DUMP_CAPTURE_LOG, run->log->kept, run->log->kept_len);
		if (err < 0)
			log_warning(run->log, "%s: capture.log: %s", p->t.text, reason(&p->t, err));
	}
}

void place_close(struct run *run, struct place *p)
{
	/* The dump is durable already; a mount left behind is a nuisance, not a loss. */
	if (p->open && target_close(&p->t) < 0)
		log_warning(run->log, "%s: %s", p->t.text, reason(&p->t, -EBUSY));
	inventory_deinit(&p->past);
	if (p->have_url)
		url_deinit(&p->url);
	p->open = p->have_url = false;
}
