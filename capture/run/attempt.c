// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/attempt.h"

#include "base/clock.h"
#include "dump/kdump.h"
#include "run/manifest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STALL_MS    INT64_C(600000) /* makedumpfile shows life every second when it is well */
#define NAMES_TRIED 100

static int fail(struct run_attempt *a, int err, const char *fmt, ...) _printf_(3, 4);

static int fail(struct run_attempt *a, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(a->reason, sizeof(a->reason), fmt, ap);
	va_end(ap);
	a->err = err;
	return err;
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

/* No dump is smaller than its two bitmaps; whether the pages fit too only the stream can tell. */
static int preflight(struct run *run, struct target *t, struct run_attempt *a)
{
	const struct vmcore *core = &run->verdict.core;
	uint64_t page = core->info.page_size ? core->info.page_size : 64 * KIB;
	uint64_t least = core->memory / page / 4 + run->dmesg.len + MIB;
	uint64_t room;
	int err = t->ops->space(t, &room);

	if (err < 0)
		return fail(a, err, "cannot ask for free space: %s", strerror(-err));
	log_info(run->log, "%s: %llu MB free for a core of %llu MB", t->text,
		 (unsigned long long)(room / 1000000), (unsigned long long)(core->size / 1000000));
	if (room < least)
		return fail(a, -ENOSPC,
			    "only %llu KiB free where even an empty dump needs %llu KiB; "
			    "make room",
			    (unsigned long long)(room / KIB), (unsigned long long)(least / KIB));
	if (was_full(run, t, room))
		return fail(a, -ENOSPC,
			    "only %llu KiB free, as when an earlier try ran out of room; make room",
			    (unsigned long long)(room / KIB));
	if (run->least_bytes && room <= run->least_bytes)
		return fail(a, -ENOSPC,
			    "only %llu KiB free where an earlier try came to %llu KiB and was not "
			    "done; make room",
			    (unsigned long long)(room / KIB),
			    (unsigned long long)(run->least_bytes / KIB));
	return 0;
}

/* The crash's directory; with a number behind when another dump already has the name. */
static int begin(struct run *run, struct target *t, struct run_attempt *a)
{
	char name[sizeof(run->dir) + 8];
	int i, err = -EEXIST;

	(void)snprintf(name, sizeof(name), "%s", run->dir);
	for (i = 1; i < NAMES_TRIED && err == -EEXIST; i++) {
		if (i > 1)
			(void)snprintf(name, sizeof(name), "%.*s.%d", (int)sizeof(run->dir) - 1,
				       run->dir, i);
		t->why[0] = '\0';
		err = t->ops->begin(t, name);
	}
	if (err < 0)
		return fail(a, err, "cannot make a directory %s: %s", run->dir, reason(t, err));
	return 0;
}

static void put_dmesg(struct run *run, struct target *t)
{
	int err;

	if (!run->dmesg.len)
		return;
	err = target_put(t, "vmcore-dmesg.txt", run->dmesg.text, run->dmesg.len);
	if (err < 0)
		log_warning(run->log, "%s: vmcore-dmesg.txt: %s", t->text, reason(t, err));
	else
		log_info(run->log, "%s: %s/vmcore-dmesg.txt: saved, %zu bytes", t->text, t->dir,
			 run->dmesg.len);
}

static int sink_write(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct target *t = ctx;

	return t->ops->write(t, buf, len, off);
}

static int stream(struct run *run, struct target *t, struct run_attempt *a)
{
	struct stream_spec spec = {
		.plan = &run->plan,
		.write = sink_write,
		.write_ctx = t,
		.on_progress = console_progress,
		.progress_ctx = &run->console,
		.stall_ms = STALL_MS,
		.deadline = run->config->deadline_ms ? clock_ms() + run->config->deadline_ms : 0,
	};
	int err = t->ops->create(t, DUMP_INCOMPLETE);

	if (err < 0)
		return fail(a, err, "cannot create %s/%s: %s", t->dir, DUMP_INCOMPLETE,
			    reason(t, err));
	run->console.last_ms = 0;
	err = stream_run(&spec, &run->stream);
	/* So large it is at least: no need to fill another disk, or this one again, to find out. */
	if (run->stream.sink_error == -ENOSPC && run->stream.size > run->least_bytes)
		run->least_bytes = run->stream.size;
	return err < 0 ? fail(a, err, "%s", run->stream.reason) : 0;
}

struct structure {
	struct kdump_info info;
	struct kdump_problem problem;
};

static int check_structure(void *ctx, const struct reader *r)
{
	struct structure *s = ctx;

	return kdump_check_structure(r, &s->info, &s->problem);
}

static int commit(struct run *run, struct target *t, struct run_attempt *a)
{
	struct structure s = {0};
	struct dump_claim claim = {
		.stream_ended = run->stream.complete,
		.size = run->stream.size,
		.dump_id = run->dump_id,
		.rehearsal = run->options->core != NULL,
		.check = run->config->verify == CONFIG_VERIFY_NONE ? NULL : check_structure,
		.check_ctx = &s,
	};
	int err = target_commit(t, &claim, &run->receipt);

	/* Where space is only allocated when it is synced. */
	if (err == -ENOSPC && run->stream.size > run->least_bytes)
		run->least_bytes = run->stream.size;

	if (err < 0 && s.problem.text[0])
		return fail(a, err, "the dump's structure is wrong at byte %llu: %s",
			    (unsigned long long)s.problem.at, s.problem.text);
	if (err < 0)
		return fail(a, err, "the dump could not be made durable: %s", reason(t, err));
	run->have_receipt = true;
	return 0;
}

/* Best effort from here on: none of it can cost the dump. */
static void put_record(struct run *run, struct target *t)
{
	char *text = manifest_format(run, t);
	int err = text ? target_put(t, "manifest.json", text, strlen(text)) : -ENOMEM;

	free(text);
	if (err < 0)
		log_warning(run->log, "%s: manifest.json: %s", t->text, strerror(-err));
	manifest_put_opalcore(run, t);
	if (run->log->kept_len) {
		err = target_put(t, "capture.log", run->log->kept, run->log->kept_len);
		if (err < 0)
			log_warning(run->log, "%s: capture.log: %s", t->text, strerror(-err));
	}
}

static int save(struct run *run, struct target *t, struct run_attempt *a)
{
	int err = begin(run, t, a);
	bool streamed;

	if (err < 0)
		return err;
	/* The log is small, and often all that is needed: it comes before anything can fail. */
	put_dmesg(run, t);
	if (run->no_plan[0])
		err = fail(a, -ENOEXEC, "%s", run->no_plan);
	if (err == 0)
		err = preflight(run, t, a);
	streamed = err == 0;
	if (err == 0)
		err = stream(run, t, a);
	if (err == 0)
		err = commit(run, t, a);
	if (err == 0)
		log_info(run->log, "%s: %s/vmcore: complete, %llu bytes in %lld.%01lld s", t->text,
			 t->dir, (unsigned long long)run->stream.size,
			 (long long)(run->stream.duration_ms / 1000),
			 (long long)(run->stream.duration_ms / 100 % 10));
	else if (t->ops->abandon(t, DUMP_INCOMPLETE) < 0)
		log_warning(run->log, "%s: %s/%s: cannot be removed", t->text, t->dir,
			    DUMP_INCOMPLETE);
	if (err == -ENOSPC && streamed)
		remember_full(run, t);
	if (t->dir[0])
		put_record(run, t);
	return err;
}

/* fsync on a file system in memory succeeds and means nothing. */
static int check_place(const struct run *run, const struct target *t, struct run_attempt *a)
{
	if (!t->in_memory || run->options->core)
		return 0;
	return fail(a, -EROFS,
		    "it is in memory, which the boot's end takes; name a device, as in "
		    "file:///crash?device=UUID=...");
}

int attempt_target(struct run *run, const char *url_text)
{
	struct run_attempt *a = &run->attempts[run->n_attempts++];
	const char *why;
	struct target t;
	struct url url;
	int err;

	(void)snprintf(a->target, sizeof(a->target), "%s", url_text);
	err = url_parse(url_text, &url, &why);
	if (err < 0)
		return fail(a, err, "%s", err == -EINVAL ? why : strerror(-err));
	err = target_open(&t, &url, run->root);
	if (err < 0) {
		(void)fail(a, err, "%s", reason(&t, err));
	} else {
		err = check_place(run, &t, a);
		if (err == 0)
			err = save(run, &t, a);
		/* The dump is durable already; a mount left behind is a nuisance, not a loss. */
		if (target_close(&t) < 0)
			log_warning(run->log, "%s", reason(&t, -EBUSY));
	}
	url_deinit(&url);
	return err;
}
