// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/attempt.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/confine.h"
#include "run/confirm.h"
#include "run/place.h"
#include "run/retry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MS   INT64_C(30000)  /* for the log, when the time for the dump is over */
#define STALL_MS INT64_C(600000) /* makedumpfile shows life every second when it is well */

struct pass {
	struct run *run;
	struct place *places;
	size_t n;
	size_t number; /* of the first, in the configuration */
};

/* How many are well. */
static size_t well(const struct pass *pass)
{
	size_t i, n = 0;

	for (i = 0; i < pass->n; i++)
		n += pass->places[i].attempt->err == 0 && !pass->places[i].committed &&
		     !pass->places[i].logged;
	return n;
}

/* One that fails is dropped, the others carry on; the stream fails with the last. */
static int sink_write(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct pass *pass = ctx;
	size_t i;
	int err = 0;

	for (i = 0; i < pass->n; i++) {
		struct place *p = &pass->places[i];
		bool was_well = p->attempt->err == 0;

		if (p->committed)
			continue;
		place_write(pass->run, p, buf, len, off);
		if (was_well && p->attempt->err)
			err = p->attempt->err;
	}
	return well(pass) ? 0 : err;
}

/* The latest of their deadlines: each has its own in what it does itself. */
static int64_t deadline_of(const struct pass *pass)
{
	int64_t deadline = 0;
	size_t i;

	for (i = 0; i < pass->n; i++)
		if (pass->places[i].env.deadline > deadline)
			deadline = pass->places[i].env.deadline;
	return deadline;
}

static void on_progress(void *ctx, const struct progress *p)
{
	struct run *run = ctx;

	guard_progress(&run->guard, p);
	console_progress(&run->console, p);
}

/* Once for each thing that makedumpfile could not give up. */
static void say_lack(struct run *run)
{
	char words[120];

	confine_words(run->stream.lack & ~run->lack, confine_lack_word, words, sizeof(words));
	run->lack |= run->stream.lack;
	log_info(run->log, "makedumpfile ran less confined than it might, in: %s", words);
}

/* A connection gathers by itself; each piece for a process of a target is a question to it. */
static bool has_process(const struct pass *pass)
{
	size_t i;

	for (i = 0; i < pass->n; i++)
		if (pass->places[i].have_url && pass->places[i].url.scheme != URL_SSH)
			return true;
	return false;
}

static int stream(struct pass *pass)
{
	struct run *run = pass->run;
	struct stream_spec spec = {
		.plan = &run->plan,
		.write = sink_write,
		.write_ctx = pass,
		.on_progress = on_progress,
		.progress_ctx = run,
		.gather = has_process(pass),
		.stall_ms = STALL_MS,
		.deadline = deadline_of(pass),
		.without = run->without,
	};
	int err;

	proof_digest_init(&run->digest, run->log);
	spec.digest = run->digest.stream;
	run->console.last_ms = 0;
	guard_step(run, GUARD_STREAM, (int)pass->number);
	err = stream_run(&spec, &run->stream);
	retry_log_words(run);
	if (run->stream.lack & ~run->lack)
		say_lack(run);
	return err;
}

/* None is left, and one of them for want of room that an earlier try at the same dump has. */
static bool make_room(struct pass *pass)
{
	bool any = false;
	size_t i;

	/* What is under way may still find none. */
	for (i = 0; i < pass->n; i++)
		if (pass->places[i].earlier)
			place_write(pass->run, &pass->places[i], "", 0, 0);
	for (i = 0; i < pass->n && !well(pass); i++) {
		any = place_may_restart(pass->run, &pass->places[i]);
		if (any)
			place_restart(pass->run, &pass->places[i]);
	}
	return any && well(pass);
}

/* Again where it may help, each target with a new file. */
static int stream_on(struct pass *pass)
{
	int err = stream(pass), again = err;
	size_t i;

	if (make_room(pass))
		again = stream(pass);
	while (again < 0 && well(pass) && retry_otherwise(pass->run)) {
		err = again;
		proof_digest_deinit(&pass->run->digest);
		for (i = 0; i < pass->n; i++)
			if (!pass->places[i].committed && !pass->places[i].logged)
				place_restart(pass->run, &pass->places[i]);
		if (!well(pass))
			return err;
		again = stream(pass);
	}
	return again;
}

/* With require-all a pass may be made again for what one of its targets did not take. */
static bool has_it_already(struct run *run, struct place *p, size_t number)
{
	const struct run_saved *s = &run->saved[number];
	int err;

	if (!s->dir[0])
		return false;
	err = confirm_saved_at(run->root, run->config, run->log, run->dump_id, s, &p->receipt);
	p->committed = err == 0;
	/* Once more would come to the same. */
	if (err == TARGET_UNASSURED) {
		p->attempt->err = err;
		(void)snprintf(p->attempt->reason, sizeof(p->attempt->reason),
			       "%s has the dump, and it is not assured that it lasts", s->dir);
	}
	return p->committed || p->attempt->err;
}

static void remember_saved(struct run *run, size_t number, const struct place *p)
{
	const struct receipt *r = &p->receipt;
	struct run_saved *s = &run->saved[number];

	(void)snprintf(s->target, sizeof(s->target), "%s", p->published ? p->t.text : r->target);
	(void)snprintf(s->dir, sizeof(s->dir), "%s", p->published ? p->t.dir : r->dir);
	s->size = p->published ? run->stream.size : r->size;
	if (!p->streamed)
		return;
	s->digest[0] = '\0';
	if (run->digest.have)
		digest_format(run->digest.value, s->digest);
}

/* rate-limit: no dump where each that is well had too many; one that had not gets the dump. */
static void limit_rate(struct pass *pass)
{
	size_t i;

	for (i = 0; i < pass->n; i++) {
		struct place *p = &pass->places[i];

		if (p->committed || (p->attempt->err == 0 && !place_over_rate(pass->run, p)))
			return;
	}
	for (i = 0; i < pass->n; i++)
		if (pass->places[i].attempt->err == 0)
			place_keep_log(pass->run, &pass->places[i], RELEASE_POLICY_RATE_LIMIT);
}

/*
 * on-deadline = log-only: where the time was up and nobody has the dump, the log has to do. A
 * rehearsal has no memory to give back, and a last attempt tried no dump.
 */
static void give_up_in_time(struct pass *pass)
{
	struct run *run = pass->run;
	size_t i;

	if (run->config->on_deadline != CONFIG_DEADLINE_LOG || run->options->core ||
	    run->guard.last)
		return;
	for (i = 0; i < pass->n; i++)
		if (pass->places[i].committed)
			return;
	for (i = 0; i < pass->n; i++) {
		struct place *p = &pass->places[i];

		if (!p->open || !p->t.dir[0] || p->attempt->err != -ETIMEDOUT || !p->env.deadline ||
		    clock_ms() < p->env.deadline)
			continue;
		(void)snprintf(run->policy_why, sizeof(run->policy_why),
			       "the deadline of %lld s has passed: %.120s",
			       (long long)(run->config->deadline_ms / 1000), p->attempt->reason);
		p->env.deadline = clock_ms() + LOG_MS;
		place_keep_log(run, p, RELEASE_POLICY_DEADLINE);
	}
}

/* A receipt when one took the dump, or by policy its log; with require-all, when all did. */
static int judge(struct pass *pass)
{
	struct run *run = pass->run;
	const struct place *first = NULL, *logged = NULL;
	size_t i, n = 0;
	int err = 0;

	for (i = 0; i < pass->n; i++) {
		const struct place *p = &pass->places[i];

		if (p->committed) {
			remember_saved(run, pass->number + i, p);
			first = first ? first : p;
			n++;
		} else if (p->logged) {
			logged = logged ? logged : p;
			n++;
		} else {
			if (p->published)
				remember_saved(run, pass->number + i, p);
			err = p->attempt->err ? p->attempt->err : -EIO;
		}
	}
	if (!first && !logged)
		return err;
	if (run->config->require_all && n < pass->n) {
		log_error(
			run->log,
			"dump saved to %zu of %zu targets; memory not released (require-all = yes)",
			n, pass->n);
		return err;
	}
	if (first) {
		run->receipt = first->receipt;
		run->have_receipt = true;
	} else {
		run->log_receipt = logged->log_receipt;
		run->have_log_receipt = true;
	}
	return 0;
}

int attempt_pass(struct run *run, const struct config_target *targets, size_t n)
{
	_cleanup_free_ struct place *places = calloc(n, sizeof(*places));
	struct pass pass = {
		.run = run,
		.places = places,
		.n = n,
		.number = (size_t)(targets - run->config->targets),
	};
	size_t i;
	int err = 0;

	if (!places) {
		log_error(run->log, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	for (i = 0; i < n; i++) {
		places[i].shared = n > 1;
		places[i].attempt = &run->attempts[run->n_attempts++];
		(void)snprintf(places[i].attempt->target, sizeof(places[i].attempt->target), "%s",
			       targets[i].url);
		if (!has_it_already(run, &places[i], pass.number + i))
			place_prepare(run, &places[i], &targets[i]);
	}
	limit_rate(&pass);
	for (i = 0; i < n; i++)
		if (!places[i].committed && !places[i].logged)
			place_ready(run, &places[i]);
	if (well(&pass))
		err = stream_on(&pass);
	for (i = 0; i < n; i++)
		if (!places[i].committed && !places[i].logged)
			place_finish(run, &places[i], err, run->stream.reason);
	proof_digest_deinit(&run->digest);
	give_up_in_time(&pass);
	err = judge(&pass);
	for (i = 0; i < n; i++) {
		place_record(run, &places[i]);
		place_tidy(run, &places[i]);
		place_close(run, &places[i]);
	}
	return err;
}
