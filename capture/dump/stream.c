// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/stream.h"

#include "base/child.h"
#include "base/clock.h"
#include "dump/gather.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct stream {
	const struct stream_spec *spec;
	struct flat flat;
	struct gather gather;
	struct progress progress;
	struct said *said; /* the result's */
};

static int on_stdout(void *ctx, const void *buf, size_t len)
{
	struct stream *s = ctx;

	return flat_feed(&s->flat, buf, len);
}

static int on_record(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct stream *s = ctx;

	return gather_feed(&s->gather, buf, len, off);
}

static int on_piece(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct stream *s = ctx;
	int r = s->spec->write(s->spec->write_ctx, buf, len, off);

	if (r < 0)
		return r;
	s->progress.bytes += len;
	if (s->spec->digest)
		digest_update(s->spec->digest, buf, len, off);
	return 0;
}

static int on_stderr(void *ctx, const void *buf, size_t len)
{
	struct stream *s = ctx;

	(void)progress_feed(&s->progress, buf, len);
	said_feed(s->said, buf, len);
	return 0;
}

static int on_tick(void *ctx)
{
	struct stream *s = ctx;

	if (s->spec->on_progress)
		s->spec->on_progress(s->spec->progress_ctx, &s->progress);
	return 0;
}

static _printf_(2, 3) void reason(struct stream_result *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(out->reason, sizeof(out->reason), fmt, ap);
	va_end(ap);
}

/* The last line of stderr that says something. buf gets a cleaned copy. */
static const char *last_words(const char *tail, char *buf, size_t size)
{
	const char *next, *said;
	char line[CHILD_TAIL_MAX];
	size_t len;

	buf[0] = '\0';
	for (; *tail; tail = *next ? next + 1 : next) {
		len = strcspn(tail, "\r\n");
		next = tail + len;
		said = said_clean(tail, len, line, sizeof(line));
		/* Its farewell says less than what came before. */
		if (*said && strcmp(said, "makedumpfile Failed.") != 0)
			(void)snprintf(buf, size, "%s", said);
	}
	return buf;
}

static void reason_exit(struct stream_result *out, const char *tail)
{
	char words[256];
	const char *sep;

	(void)last_words(tail, words, sizeof(words));
	sep = words[0] ? ": " : "";
	if (out->exit_status > 128)
		reason(out, "makedumpfile was killed by signal %d%s%s", out->exit_status - 128, sep,
		       words);
	else
		reason(out, "makedumpfile exited with %d%s%s", out->exit_status, sep, words);
}

static void reason_time(const struct stream_spec *spec, struct stream_result *out)
{
	if (spec->deadline && clock_ms() >= spec->deadline)
		reason(out,
		       "makedumpfile did not finish in time: stopped after %" PRId64
		       " s and %" PRIu64 " bytes",
		       out->duration_ms / 1000, out->streamed);
	else
		reason(out,
		       "makedumpfile hangs: stopped after %" PRId64 " s of silence and %" PRIu64
		       " bytes",
		       spec->stall_ms / 1000, out->streamed);
}

/* What came of it, the cause before its consequences: a sink that fails makes us kill makedumpfile,
 * not the other way round. */
static int judge(const struct stream *s, int run, const struct child_result *res,
		 struct stream_result *out)
{
	out->problem = s->flat.problem;
	if (out->problem == FLAT_SINK) {
		out->sink_error = run;
		reason(out, "writing the dump failed: %s", strerror(-run));
		return run;
	}
	if (res->timed_out) {
		reason_time(s->spec, out);
		return run;
	}
	if (run < 0 && out->problem == FLAT_OK) {
		out->exit_status = -1;
		reason(out, "makedumpfile could not be run: %s", strerror(-run));
		return run;
	}
	/* When it died by itself, that is why the stream is not whole. */
	if (run == 0 && res->status != 0) {
		reason_exit(out, res->err_tail);
		out->failed = true;
		return -EIO;
	}
	if (out->problem == FLAT_TRUNCATED) {
		reason(out,
		       "stream ended without its end marker after %" PRIu64
		       " bytes (makedumpfile exited 0)",
		       out->streamed);
		return -EBADMSG;
	}
	if (out->problem != FLAT_OK) {
		reason(out, "bad stream from makedumpfile: %s, at byte %" PRIu64,
		       flat_problem_text(out->problem), s->flat.problem_at);
		return -EBADMSG;
	}
	out->complete = true;
	return 0;
}

/* Of a stream that was not cut short. What is wrong with its end, judge() says. */
static int finish(struct stream *s)
{
	int err;

	if (flat_finish(&s->flat) < 0)
		return 0;
	err = gather_finish(&s->gather);
	if (err < 0)
		s->flat.problem = FLAT_SINK;
	return err;
}

int stream_run(const struct stream_spec *spec, struct stream_result *out)
{
	struct confine confine = mdf_confine(&spec->plan->needs);
	struct stream s = {.spec = spec, .said = &out->said};
	struct child_spec child = {
		.argv = (const char *const *)spec->plan->argv,
		.env_add = (const char *const *)spec->plan->env,
		.stdin_fd = -1,
		.confine = &confine,
		.deadline = spec->deadline,
		.stall_ms = spec->stall_ms,
		.on_stdout = on_stdout,
		.on_stderr = on_stderr,
		.on_tick = on_tick,
		.ctx = &s,
	};
	int64_t started = clock_ms();
	struct child_result res;
	int r;

	*out = (struct stream_result){.exit_status = -1};
	confine.reads = spec->plan->core;
	confine.without = spec->without;
	flat_init(&s.flat, on_record, &s);
	gather_init(&s.gather, spec->gather, on_piece, &s);
	if (spec->plan->record_max > s.flat.record_max)
		s.flat.record_max = spec->plan->record_max;
	progress_init(&s.progress, started);
	r = child_run(&child, &res);
	if (r == 0)
		r = finish(&s);
	gather_deinit(&s.gather);
	said_finish(&out->said);
	out->exit_status = res.status;
	out->lack = res.lack;
	out->size = s.flat.size;
	out->streamed = s.flat.consumed;
	out->duration_ms = clock_ms() - started;
	r = judge(&s, r, &res, out);
	(void)on_tick(&s);
	return r;
}
