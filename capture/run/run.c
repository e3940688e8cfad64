// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/run.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/confined.h"
#include "base/rights.h"
#include "run/attempt.h"
#include "run/confirm.h"
#include "run/core_file.h"
#include "run/guard.h"
#include "run/identity.h"
#include "run/lock.h"
#include "run/network.h"
#include "run/plan.h"
#include "run/policy.h"
#include "run/record.h"
#include "run/register.h"
#include "run/release.h"
#include "run/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DMESG_DEADLINE_MS INT64_C(120000)
#define VMCORE            "/proc/vmcore"

void run_init(struct run *run, const struct root *root, const struct config *config,
	      const struct run_options *options, struct log *log)
{
	*run = (struct run){
		.root = root,
		.config = config,
		.options = options,
		.log = log,
		.in_initramfs = root_exists(root, "/etc/initrd-release"),
		.started_ms = clock_ms(),
		.lock = -1,
	};
	run_set_level(run, config->dump_level);
	owner_init(root, &run->owner);
	console_init(&run->console, root, run->in_initramfs);
	guard_init(&run->guard);
}

/* Where that of such dumps is kept, or may be. */
static struct run_earlier *memory_of(struct run *run, const char *how)
{
	size_t i;

	for (i = 0; i < RUN_KINDS - 1; i++)
		if (!run->earlier[i].how[0] || strcmp(run->earlier[i].how, how) == 0)
			break;
	return &run->earlier[i];
}

static void keep_full(struct run *run)
{
	struct run_earlier *e = memory_of(run, run->least_how);

	if (!run->least_bytes && !run->n_full)
		return;
	memcpy(e->how, run->least_how, sizeof(e->how));
	e->least_bytes = run->least_bytes;
	memcpy(e->full, run->full, sizeof(e->full));
	e->n_full = run->n_full;
}

void run_set_level(struct run *run, int level)
{
	const struct run_earlier *e;

	keep_full(run);
	run->level = level;
	run->least_bytes = 0;
	run->n_full = 0;
	(void)snprintf(run->least_how, sizeof(run->least_how), "%d %s %s", run->level,
		       run->config->compress, run->config->makedumpfile_options);
	e = memory_of(run, run->least_how);
	if (strcmp(e->how, run->least_how) != 0)
		return;
	run->least_bytes = e->least_bytes;
	memcpy(run->full, e->full, sizeof(run->full));
	run->n_full = e->n_full;
}

void run_target_env(const struct root *root, const struct config *config, struct target_env *out)
{
	*out = (struct target_env){
		.root = root,
		.ssh = {.identity = config->identity_file,
			.known_hosts = config->known_hosts,
			.config = config->ssh_config},
		.device_ms = config->device_timeout_ms,
	};
}

static void unlock(struct run *run)
{
	if (run->lock >= 0)
		(void)close(run->lock);
	run->lock = -1;
}

void run_deinit(struct run *run)
{
	network_down(run);
	console_deinit(&run->console);
	verdict_deinit(&run->verdict);
	dmesg_deinit(&run->dmesg);
	mdf_plan_deinit(&run->plan);
	proof_digest_deinit(&run->digest);
	unlock(run);
}

/* makedumpfile and vmcore-dmesg open the core by name, beneath our root fd where there is a prefix.
 */
static int open_core(struct run *run)
{
	if (run->options->core) {
		(void)snprintf(run->core_path, sizeof(run->core_path), "%s", run->options->core);
		return core_file_open(run->core_path);
	}
	(void)!root_name(run->root, VMCORE, run->core_path, sizeof(run->core_path));
	return root_open(run->root, VMCORE, O_RDONLY, 0);
}

/* The state of the machine, of which the verdict is what a capture goes by. */
static int judge_machine(struct run *run)
{
	struct state state;
	int err = state_read(run->root, true, &state);

	run->verdict = state.verdict;
	return err;
}

static int judge(struct run *run)
{
	_cleanup_close_ int fd = -1;
	char line[800];
	int err;

	verdict_deinit(&run->verdict);
	if (run->options->core) {
		fd = open_core(run);
		err = fd < 0 ? fd : verdict_judge_core(fd, &run->verdict);
	} else {
		err = judge_machine(run);
	}
	if (err == 0) {
		const struct fadump_state *s = &run->verdict.state;

		log_debug(
			run->log,
			"judged: %s; enabled %d, registered %d, release_mem %s, core of %llu bytes",
			verdict_word(run->verdict.kind), s->enabled, s->registered,
			s->release_mem ? "there" : "not there", (unsigned long long)s->vmcore_size);
		run->judged = true;
		if (run->verdict.lack)
			log_info(run->log, "the core's headers were read %s",
				 confined_lack_text(run->verdict.lack));
		return 0;
	}
	if (run->options->core) {
		core_file_error(run->options->core, &run->verdict, err, line, sizeof(line));
		log_error(run->log, "%s", line);
	} else {
		log_error(run->log, "cannot judge the crash state: %s%s",
			  verdict_error(&run->verdict, err), rights_advice(err));
	}
	return err;
}

/* Of a file nothing is known but what it is. */
static void explain_file(struct run *run)
{
	_cleanup_close_ int fd = open_core(run);
	char line[800];

	core_file_explain(run->core_path, fd, &run->verdict, line, sizeof(line));
	log_error(run->log, "%s", line);
}

/* A dump that cannot be captured: say why; where the kernel gave it up already, arm for the next.
 */
static void explain_unusable(struct run *run)
{
	const struct verdict *v = &run->verdict;

	if (run->options->core) {
		explain_file(run);
		return;
	}
	log_error(run->log, "%s", v->summary);
	if (v->kind == VERDICT_BAD_CORE)
		log_error(run->log, "%s: %s", vmcore_problem_text(v->problem), v->core.detail);
	if (v->finding.meaning != KLOG_NOTHING) {
		log_error(run->log, "the kernel said: %s", v->finding.line);
		log_error(run->log, "that means: %s", v->finding.why);
	}
	if (*v->advice)
		log_error(run->log, "%s", v->advice);
	if ((v->kind == VERDICT_REFUSED || v->kind == VERDICT_UNDECIDED) &&
	    !run->options->no_release)
		run->registered = register_for_crash(run->root, run->log, NULL) == 0;
}

static int identify(struct run *run)
{
	_cleanup_close_ int fd = open_core(run);
	int err = fd < 0 ? fd : identity_read(fd, &run->dump_id);

	if (err < 0) {
		log_error(run->log, "%s: %s", run->core_path, strerror(-err));
		return err;
	}
	identity_name(run->root, run->config->naming, &run->verdict.core, run->dump_id, run->dir,
		      sizeof(run->dir));
	log_info(run->log, "a crash of %s: %u CPUs, %llu MB of memory in the core",
		 run->verdict.core.info.osrelease, run->verdict.core.cpus,
		 (unsigned long long)(run->verdict.core.memory / 1000000));
	return 0;
}

/* The kernel offers these pages as the crashed kernel's, and nothing else tells that they are not.
 */
static void find_lost_pages(struct run *run)
{
	size_t i;

	if (run->options->core ||
	    overlap_find_lost(run->root, run->verdict.core.info.page_size, &run->lost) < 0)
		return;
	for (i = 0; i < run->lost.n; i++)
		log_warning(
			run->log,
			"0x%llx to 0x%llx of the dump are not the crashed kernel's memory: this "
			"boot's %s was put on top of it; boot with crashkernel=%lluM or more from "
			"now on",
			(unsigned long long)run->lost.ranges[i].from,
			(unsigned long long)run->lost.ranges[i].to, run->lost.ranges[i].what,
			(unsigned long long)(run->lost.boot_memory / MIB));
}

static void read_dmesg(struct run *run)
{
	int err;

	console_status("Reading the crashed kernel's log");
	guard_step(run, GUARD_LOG, GUARD_NOWHERE);
	err = dmesg_read(run->core_path, DMESG_DEADLINE_MS, &run->dmesg);
	if (run->dmesg.without)
		log_warning(run->log, "the tool that reads the crashed kernel's log died, maybe of "
				      "its limits: it was run "
				      "once more without them");
	if (err < 0)
		log_warning(run->log, "no log of the crashed kernel: %s", run->dmesg.reason);
	else if (run->dmesg.panic[0])
		log_info(run->log, "it died of: %s", run->dmesg.panic);
}

/* A slow link is worth more compressing; with a disk beside it the disk decides. */
static bool all_network(const struct config_target *targets, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strncmp(targets[i].url, "file:", 5) == 0)
			return false;
	return true;
}

static bool has_unassured(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->n_attempts; i++)
		if (run->attempts[i].err == TARGET_UNASSURED)
			return true;
	return false;
}

/* What became of the plan for the target before is nothing to this one. */
static void plan_anew(struct run *run, int network, int *planned)
{
	bool other = run->level != run->config->dump_level;

	if (other)
		run_set_level(run, run->config->dump_level);
	run->unfiltered[0] = '\0';
	if (other || network != *planned)
		run_plan(run, network);
	*planned = network;
}

/* With on-failure = reboot and the like the dump is discarded next, as configured. */
static bool stays_in_memory(const struct run *run)
{
	switch (run->config->on_failure) {
	case CONFIG_ACTION_REBOOT:
	case CONFIG_ACTION_POWEROFF:
	case CONFIG_ACTION_HALT:
		return false;
	default:
		return true;
	}
}

static void say_unsaved(const struct run *run)
{
	if (run->options->core) {
		log_error(run->log,
			  "%s: failed to save the dump to any target; the file is unchanged",
			  run->core_path);
		return;
	}
	log_error(run->log, "%s; nothing was released%s",
		  has_unassured(run) ? "no target guarantees that the dump is durable"
				     : "failed to save the dump to any target",
		  stays_in_memory(run) ? ": the dump is still in memory; do not reboot, retry with "
					 "'fadump-ng capture --target URL'"
				       : "");
}

/* Each target, together with those that are written in the same pass. */
static enum run_outcome try_targets(struct run *run)
{
	const struct config *c = run->config;
	int planned = -1, err;
	size_t i, n;

	for (i = 0; i < c->n_targets; i += n) {
		const struct config_target *t = &c->targets[i];
		int network;

		for (n = 1; i + n < c->n_targets && t[n].also;)
			n++;
		network = all_network(t, n);
		log_debug(run->log, "trying target %zu of %zu, %s%s%s", i + 1, c->n_targets, t->url,
			  n > 1 ? ", with those to be filled in the same pass" : "",
			  network ? "; across the network" : "");
		plan_anew(run, network, &planned);
		err = attempt_pass(run, t, n);
		if (err == 0)
			return RUN_CAPTURED;
		/* The log is saved, and that was all that was wanted. */
		if (run->guard.last && err == -ENOEXEC)
			break;
	}
	say_unsaved(run);
	return RUN_FAILED;
}

/* With the receipt in hand: memory back, then armed for the next crash. */
static enum run_outcome give_back(struct run *run)
{
	enum release_result r;

	if (run->options->core || run->options->no_release) {
		log_info(run->log, "%s",
			 run->options->core ? "the core is a file: no memory is released for it"
					    : "not releasing, as asked");
		return RUN_CAPTURED;
	}
	console_status("Giving the memory back");
	guard_step(run, GUARD_RELEASE, GUARD_NOWHERE);
	r = run->have_receipt
		    ? release_memory(run->root, run->log, &run->receipt, &run->header_page)
		    : release_by_policy(run->root, run->log, run->config, &run->log_receipt,
					&run->header_page);
	run->released = r == RELEASE_DONE;
	run->release_unclear = r == RELEASE_UNCLEAR;
	if (r != RELEASE_DONE && r != RELEASE_NOT_NEEDED)
		return RUN_NOT_GIVEN;
	run->registered = register_for_crash(run->root, run->log,
					     run->released ? &run->header_page : NULL) == 0;
	return run->registered ? RUN_CAPTURED : RUN_NOT_REGISTERED;
}

/* A person asked for the memory to stay, or a second write to release_mem would be one too many. */
static bool leave_alone(struct run *run, const struct record *record)
{
	if (record->kept)
		log_info(run->log,
			 "saved in %s/%s, and the memory is kept, as asked with --no-release; "
			 "fadump-ng release gives it back",
			 record->target, record->dir);
	else if (record->release_unclear)
		log_info(run->log,
			 "saved in %s/%s, but giving the memory back did not work; reboot to get "
			 "it back",
			 record->target, record->dir);
	return record->kept || record->release_unclear;
}

/*
 * What an earlier capture of this boot did about the same dump: RUN_CAPTURED when it saved it and
 * the receipt is earned again where it lies; RUN_KEPT when it is to be left alone; RUN_FAILED when
 * there is work to do.
 */
static enum run_outcome look_back(struct run *run)
{
	struct record record;

	if (run->options->core || record_read(run->root, &record) < 0 ||
	    record.dump_id != run->dump_id)
		return RUN_FAILED;
	/* Nobody is told to wait: a person who tries has a reason to. */
	if (run->options->late) {
		struct run_earlier *e = &run->earlier[0];

		memcpy(e->how, record.least_how, sizeof(e->how));
		e->least_bytes = record.least_bytes;
		memcpy(e->full, record.full, sizeof(e->full));
		e->n_full = record.n_full;
		run_set_level(run, run->level);
		memcpy(run->saved, record.saved, sizeof(run->saved));
	}
	if (!run->options->late || !record.target[0])
		return RUN_FAILED;
	if (leave_alone(run, &record))
		return RUN_KEPT;
	run->have_receipt =
		confirm_saved(run->root, run->config, run->log, &run->receipt) == RELEASE_DONE;
	return run->have_receipt ? RUN_CAPTURED : RUN_FAILED;
}

static enum run_outcome save_and_release(struct run *run)
{
	enum run_outcome outcome;

	if (identify(run) < 0)
		return RUN_FAILED;
	guard_start(run);
	if (guard_forbids(run))
		return RUN_EXHAUSTED;
	outcome = look_back(run);
	if (outcome == RUN_FAILED) {
		find_lost_pages(run);
		read_dmesg(run);
		outcome = try_targets(run);
	}
	return outcome == RUN_CAPTURED ? give_back(run) : outcome;
}

/* A dump that is there, or may be, and that the service is not to take. */
static enum run_outcome leave_to_others(struct run *run)
{
	if (!state_in_memory(run->verdict.kind))
		return RUN_NO_DUMP;
	log_warning(run->log, "nothing was done, because on-failure is not late-capture. %s %s",
		    run->verdict.summary, run->verdict.advice);
	return RUN_LEFT;
}

static enum run_outcome capture(struct run *run)
{
	if (judge(run) < 0)
		return RUN_FAILED;
	if (run->verdict.kind == VERDICT_NONE)
		return RUN_NO_DUMP;
	if (run->options->late && run->config->on_failure != CONFIG_ACTION_LATE_CAPTURE)
		return leave_to_others(run);
	if (!run->options->core) {
		if (lock_capture(run->root, run->log, &run->lock) < 0)
			return RUN_BUSY;
		/* Once more: another one may have released until now. */
		if (judge(run) < 0)
			return RUN_FAILED;
		if (run->verdict.kind == VERDICT_NONE)
			return RUN_NO_DUMP;
	}
	if (run->verdict.kind != VERDICT_DUMP) {
		explain_unusable(run);
		return run->verdict.kind == VERDICT_KEXEC ? RUN_KEXEC : RUN_INVALID;
	}
	return save_and_release(run);
}

/* Nothing was attempted: leave the record as it is, and apply no policy. */
static bool is_idle(enum run_outcome outcome)
{
	return outcome == RUN_NO_DUMP || outcome == RUN_BUSY || outcome == RUN_KEPT ||
	       outcome == RUN_LEFT || outcome == RUN_KEXEC;
}

enum run_outcome run_capture(struct run *run)
{
	enum run_outcome outcome = capture(run);
	char status[200];

	if (is_idle(outcome)) {
		guard_stop(run);
		return outcome;
	}
	/* A core given by hand says nothing about this machine's state. What could not even be
	 * judged was not locked: another one may be writing the record. */
	if (!run->options->core && run->judged && record_write(run, outcome) < 0)
		log_warning(run->log, "%s: cannot be written", RECORD_PATH);
	(void)snprintf(status, sizeof(status), "Capture: %s%s%s", run_ended(run, outcome),
		       run->have_receipt ? ", " : "", run->have_receipt ? run->receipt.dir : "");
	console_status(status);
	network_down(run);
	guard_stop(run);
	/* Whatever on-failure says: a dump that is left in memory must not be rebooted away. */
	if (outcome == RUN_EXHAUSTED)
		return outcome;
	/* A person in the rescue shell may want to capture, or release. */
	unlock(run);
	policy_apply(run, outcome);
	return outcome;
}
