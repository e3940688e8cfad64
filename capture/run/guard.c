// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/guard.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "run/guard_boot.h"
#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LATE_WAITS   "/run/fadump-ng/late-waits"
#define LATE_TRIED   "/run/fadump-ng/late-tried"
#define S            INT64_C(1000)
#define LATE_WAIT_MS (60 * S)

/*
 * Each step, and how long it may be silent while it waits for something that it gives up by itself,
 * which is a little sooner: with this machine's own targets, whose worker is given up after four
 * minutes, and with those of others. The longest wait of those is SSH_STILL_MS of ssh_pool.h, and
 * whatever answers is a sign of life (place.c).
 */
static const struct step {
	char letter;
	const char *text;
	int64_t local_ms, remote_ms;
} steps[] = {
	{GUARD_NONE, "its beginning", 0, 0},
	{GUARD_LOG, "reading the crashed kernel's log", 300 * S, 300 * S},
	{GUARD_NETWORK, "bringing the network up", 0, 0}, /* see patience_of() */
	{GUARD_OPEN, "opening the target", 300 * S, 450 * S},
	{GUARD_PREPARE, "saving the log", 300 * S, 450 * S},
	{GUARD_STREAM, "writing the dump", 630 * S, 630 * S},
	{GUARD_COMMIT, "completing the dump", 300 * S, 1200 * S},
	{GUARD_RECORD, "saving the manifest", 300 * S, 450 * S},
	{GUARD_RELEASE, "giving the memory back", 600 * S, 600 * S},
	{GUARD_END, "its end", 0, 0},
};

static const struct step *find_step(char letter)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (steps[i].letter == letter)
			return &steps[i];
	return &steps[0];
}

const char *guard_step_text(char step)
{
	return find_step(step)->text;
}

void guard_init(struct guard *g)
{
	*g = (struct guard){.store = {.fd = -1}};
}

static void say_earlier(struct run *run)
{
	const struct attempts *a = &run->guard.attempts;
	unsigned int i;

	for (i = 0; i + 1 < a->n; i++) {
		const struct attempts_one *one = &a->one[i];
		bool known = one->target >= 0 && (size_t)one->target < run->config->n_targets;

		log_info(run->log, "attempt %u reached: %s%s%s", i + 1, guard_step_text(one->step),
			 known ? ", " : "", known ? run->config->targets[one->target].url : "");
	}
}

/*
 * Is it a person's, in a rescue shell: from a terminal, and not the first one in this boot? The
 * boot's own has none, and systemd may start its unit again: what used the attempts up may not come
 * back that way.
 */
static bool is_by_hand(const struct run *run)
{
	struct attempts boot;

	return isatty(STDIN_FILENO) && attempts_of_boot(run->root, &boot) == 0 &&
	       boot.dump_id == run->dump_id && boot.n > 0 &&
	       boot.one[boot.n - 1].step != GUARD_NONE;
}

/* The boot's copy says so, whatever becomes of this one. */
static void note_begun(const struct run *run)
{
	struct attempts boot = run->guard.attempts;

	if (boot.n == 0)
		return;
	boot.one[boot.n - 1].step = GUARD_LOG;
	/* Without it, a person's capture is as much as this one. */
	(void)!attempts_set_boot(run->root, &boot);
}

static void count(struct run *run)
{
	struct guard *g = &run->guard;
	unsigned int max = (unsigned int)run->config->max_attempts;
	bool by_hand = is_by_hand(run);
	int err = guard_boot_count(run->root, run->dump_id, &g->store, &g->attempts);

	g->last = !by_hand && g->attempts.n == max && max > 1;
	g->spent = !by_hand && g->attempts.n > max;
	note_begun(run);
	if (err < 0)
		log_warning(run->log, "failed to count this attempt: %s; the watchdog is not used",
			    attempts_error(err));
	if (g->attempts.n <= 1)
		return;
	log_warning(run->log, "attempt %u of %u%s", g->attempts.n, max,
		    by_hand    ? " (manual): saving the dump"
		    : g->spent ? ": max-attempts is exceeded; the dump is left in memory"
		    : g->last  ? " (the last): saving the kernel log only"
			       : "");
	say_earlier(run);
}

static void arm(struct run *run)
{
	struct guard *g = &run->guard;
	unsigned int seconds = guard_boot_seconds(run->config);
	struct watchdog w;
	int err;

	if (g->store.fd < 0 || g->attempts.n == 0 || g->spent || seconds == 0)
		return;
	err = watchdog_arm(run->root, seconds, &w);
	if (err == 0) {
		err = guard_boot_mark(run->root);
		if (err == 0)
			err = feeder_start(&w, seconds, &g->feeder);
		else
			(void)!watchdog_stop(&w);
	}
	if (err < 0)
		log_warning(run->log, "no watchdog: %s", guard_boot_error(err));
	else
		log_info(run->log, "the watchdog resets this machine after %u s without progress",
			 seconds);
}

void guard_start(struct run *run)
{
	if (!run->in_initramfs || run->options->core)
		return;
	count(run);
	arm(run);
	/* What the boot has armed and nobody feeds would reset a capture at work. */
	if (!run->guard.feeder.shared)
		(void)!guard_boot_end(run->root, run->log);
}

/* A dump that was saved is not counted any more, wherever it was saved from; nor is this boot. */
static void forget(struct run *run)
{
	struct guard *g = &run->guard;
	int err = 0;

	if (g->store.fd < 0)
		err = attempts_open(run->root, run->dump_id, &g->store, &g->attempts);
	if (err == 0) {
		g->attempts.n = 0;
		err = attempts_set_boot(run->root, &g->attempts);
	}
	if (err == 0)
		err = attempts_write(&g->store, &g->attempts);
	if (err < 0)
		log_warning(run->log, "attempts: the count cannot be reset: %s",
			    attempts_error(err));
}

/* The feeder does it; where there is none, the boot's first unit may have left it armed. */
static void stop_watchdog(struct run *run)
{
	struct guard *g = &run->guard;
	bool fed = g->feeder.shared;
	int err = feeder_stop(&g->feeder);

	if (fed && err == 0)
		guard_boot_unmark(run->root);
	if (run->in_initramfs && !run->options->core)
		(void)!guard_boot_end(run->root, run->log);
	if (err < 0 && guard_boot_marked(run->root))
		log_error(run->log,
			  "the watchdog may still run: %s; \"fadump-ng guard end\" stops it",
			  strerror(-err));
}

void guard_stop(struct run *run)
{
	struct guard *g = &run->guard;
	struct attempts boot;

	stop_watchdog(run);
	/* A machine that may still be reset could come here again and again without a count. */
	if (run->have_receipt && !run->options->core && !guard_boot_marked(run->root) &&
	    attempts_of_boot(run->root, &boot) == 0 && boot.dump_id == run->dump_id)
		forget(run);
	else
		guard_step(run, GUARD_END, GUARD_NOWHERE);
	attempts_close(&g->store);
}

/* Is it so long ago that a late capture was first put off? */
static bool has_waited(const struct run *run)
{
	_cleanup_free_ char *text = NULL;
	char now[24];
	size_t len;
	int fd;

	if (root_read(run->root, LATE_WAITS, sizeof(now), &text, &len) == 0)
		return clock_ms() - strtoll(text, NULL, 10) >= LATE_WAIT_MS;
	fd = root_open(run->root, LATE_WAITS, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
	if (fd < 0)
		return true;
	(void)snprintf(now, sizeof(now), "%lld", (long long)clock_ms());
	(void)!write_full(fd, now, strlen(now));
	(void)close(fd);
	return false;
}

/* Only the first to come here makes it. */
static bool note_late(const struct run *run)
{
	int fd = root_open(run->root, LATE_TRIED, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

/*
 * The boot is to go on when its attempts are used up. What hung may hang again, so the late capture
 * that everything else in the boot waits for is left out, however often systemd comes back to it;
 * the first one that the timer starts in the running system is the last. That one is counted before
 * it begins; where it cannot be counted it is not made.
 */
static bool late_may(struct run *run, unsigned int n)
{
	unsigned int max = (unsigned int)run->config->max_attempts;

	if (n < max || (n == max && max == 1))
		return true;
	if (n == max && !has_waited(run)) {
		log_warning(run->log,
			    "max-attempts is reached; fadump-ng-late.service tries once more when "
			    "the system is up");
		return false;
	}
	if (n == max && note_late(run))
		return true;
	log_warning(run->log,
		    "max-attempts is reached; the dump is left in memory: do not reboot, save it "
		    "with 'fadump-ng capture'");
	return false;
}

bool guard_forbids(struct run *run)
{
	struct attempts boot;

	if (run->options->core)
		return false;
	if (run->in_initramfs)
		return run->guard.spent;
	if (attempts_of_boot(run->root, &boot) < 0 || boot.dump_id != run->dump_id)
		return false;
	run->guard.attempts = boot;
	return run->options->late && !late_may(run, boot.n);
}

static int64_t patience_of(const struct run *run, enum guard_step step, int target)
{
	const struct step *s = find_step((char)step);
	bool local = target == GUARD_NOWHERE || (size_t)target >= run->config->n_targets ||
		     strncmp(run->config->targets[target].url, "file:", 5) == 0;

	if (step == GUARD_NETWORK)
		return run->config->network_deadline_ms + 30 * S;
	if (step == GUARD_OPEN && local)
		return s->local_ms + run->config->device_timeout_ms;
	return local ? s->local_ms : s->remote_ms;
}

void guard_step(struct run *run, enum guard_step step, int target)
{
	struct guard *g = &run->guard;
	struct attempts_one *one;

	if (g->feeder.shared)
		g->feeder.shared->patience_ms = patience_of(run, step, target);
	guard_pulse(g);
	if (g->store.fd < 0 || g->attempts.n == 0)
		return;
	one = &g->attempts.one[g->attempts.n - 1];
	if (one->step == (char)step && one->target == target)
		return;
	one->step = (char)step;
	one->target = target;
	/* How far it came is good to know, and no more. */
	(void)!attempts_write_step(&g->store, &g->attempts);
}

void guard_progress(struct guard *g, const struct progress *p)
{
	if (p->permille == g->permille && p->bytes == g->bytes)
		return;
	g->permille = p->permille;
	g->bytes = p->bytes;
	guard_pulse(g);
}
