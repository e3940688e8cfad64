// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/manifest.h"

#include "base/cleanup.h"
#include "base/confine.h"
#include "base/json.h"
#include "run/release.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

static void add_time(json_object *o, const char *key, time_t when)
{
	char text[40];
	struct tm tm;

	if (gmtime_r(&when, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		json_add_said(o, key, text);
}

static json_object *crash_object(const struct run *run)
{
	const struct vmcore *core = &run->verdict.core;
	json_object *o = json_object_new_object();

	json_add_said(o, "release", core->info.osrelease);
	json_add_said(o, "build_id", core->info.build_id);
	if (core->info.crash_time > 0)
		add_time(o, "time", (time_t)core->info.crash_time);
	json_add_said(o, "panic", run->dmesg.panic);
	json_add_number(o, "cpus", core->cpus);
	json_add_number(o, "memory_bytes", core->memory);
	json_add_number(o, "page_size", core->info.page_size);
	json_add_number(o, "core_bytes", core->size);
	return o;
}

static json_object *digest_object(const uint8_t digest[DIGEST_SIZE])
{
	json_object *o = json_object_new_object();
	char text[DIGEST_TEXT];

	digest_format(digest, text);
	json_add_said(o, "algorithm", DIGEST_ALGORITHM);
	json_add_said(o, "value", text);
	return o;
}

static json_object *dump_object(const struct run *run, const struct place *p)
{
	json_object *o = json_object_new_object();

	json_add_said(o, "file", p->unproved ? target_file(&p->t) : DUMP_VMCORE);
	json_add_number(o, "bytes", run->stream.size);
	json_add_number(o, "duration_ms", (uint64_t)run->stream.duration_ms);
	json_add_number(o, "level", (uint64_t)run->level);
	json_add_said(o, "compress", dump_compress_word(run->plan.compress));
	json_add_said(o, "verified", p->verified);
	json_add_said(o, "warning", p->doubt);
	if (run->digest.have)
		json_add_child(o, "digest", digest_object(run->digest.value));
	return o;
}

static void add_words(json_object *o, const char *key, unsigned int mask,
		      const char *(*word)(unsigned int))
{
	json_object *list;
	unsigned int bit;

	if (!mask)
		return;
	list = json_object_new_array();
	for (bit = 0; word(bit); bit++)
		if (mask & 1U << bit)
			json_append(list, json_object_new_string(word(bit)));
	json_add_child(o, key, list);
}

static json_object *tool_object(const struct run *run)
{
	json_object *o = json_object_new_object(), *argv = json_object_new_array();
	char version[40];
	size_t i;

	(void)snprintf(version, sizeof(version), "%u.%u.%u", run->caps.version[0],
		       run->caps.version[1], run->caps.version[2]);
	json_add_said(o, "version", version);
	for (i = 0; run->plan.argv[i]; i++)
		json_append(argv, json_object_new_string(run->plan.argv[i]));
	json_add_child(o, "argv", argv);
	json_add_number(o, "threads", (uint64_t)run->plan.threads);
	add_words(o, "without_limits", run->without, confine_limit_word);
	add_words(o, "sandbox_missing", run->lack, confine_lack_word);
	json_add_said(o, "filtering_failed", run->unfiltered);
	return o;
}

/* Pages of the dump that are this boot's firmware's or initrd's. */
static json_object *lost_array(const struct overlap *lost)
{
	json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < lost->n; i++) {
		const struct overlap_range *r = &lost->ranges[i];
		json_object *o = json_object_new_object();

		json_add_said(o, "by", r->what);
		json_add_number(o, "address", r->from);
		json_add_number(o, "bytes", r->to - r->from);
		json_append(list, o);
	}
	return list;
}

static json_object *attempts_array(const struct run *run)
{
	json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < run->n_attempts; i++) {
		json_object *o = json_object_new_object();

		json_add_said(o, "target", run->attempts[i].target);
		json_add_bool(o, "ok", run->attempts[i].err == 0);
		json_add_said(o, "reason", run->attempts[i].reason);
		json_add_said(o, "unassured", run->attempts[i].unassured);
		if (run->attempts[i].connections)
			json_add_number(o, "connections", run->attempts[i].connections);
		if (run->attempts[i].resumed)
			json_add_number(o, "resumed", run->attempts[i].resumed);
		json_append(list, o);
	}
	return list;
}

/* Which machine's it is, and where in the row of its crashes. A rehearsal is in no row. */
static void add_origin(json_object *o, const struct run *run, const struct place *p)
{
	if (run->options->core)
		return;
	json_add_said(o, "host", run->owner.host);
	json_add_said(o, "machine", run->owner.machine);
	if (p->sequence)
		json_add_number(o, "sequence", p->sequence);
}

/* Why there is no dump although nothing failed. */
static json_object *policy_object(const struct run *run, const struct place *p)
{
	json_object *o = json_object_new_object();

	json_add_said(o, "name", release_policy_word(p->log_receipt.policy));
	json_add_said(o, "why", run->policy_why);
	return o;
}

/* Which boot's try this is, and how far those before it came. */
static json_object *attempt_object(const struct run *run)
{
	const struct attempts *a = &run->guard.attempts;
	json_object *o = json_object_new_object(), *earlier = json_object_new_array();
	unsigned int i;

	json_add_number(o, "number", a->n);
	json_add_number(o, "of", (uint64_t)run->config->max_attempts);
	json_add_bool(o, "log_only", run->guard.last);
	for (i = 0; i + 1 < a->n; i++) {
		const struct attempts_one *one = &a->one[i];
		json_object *e = json_object_new_object();

		json_add_number(e, "number", i + 1);
		add_time(e, "began", (time_t)one->began);
		json_add_said(e, "stage", guard_step_text(one->step));
		if (one->target >= 0 && (size_t)one->target < run->config->n_targets)
			json_add_said(e, "target", run->config->targets[one->target].url);
		json_append(earlier, e);
	}
	json_add_child(o, "earlier", earlier);
	return o;
}

/* Our own. Not getrusage's, which counts what the process was before exec as well. */
static int peak_resident(uint64_t *bytes)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/status", "re");
	unsigned long long kib;
	char line[128];

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "VmHWM:", 6) == 0) {
			kib = strtoull(line + 6, NULL, 10);
			*bytes = kib * KIB;
			return 0;
		}
	}
	return -ENOENT;
}

char *manifest_format(const struct run *run, const struct place *p)
{
	json_object *o = json_object_new_object();
	uint64_t peak;
	struct utsname un;
	char id[20];

	if (!o)
		return NULL;
	(void)snprintf(id, sizeof(id), "%016" PRIx64, run->dump_id);
	json_add_number(o, "format", 1);
	json_add_said(o, "fadump_ng", VERSION);
	json_add_bool(o, "complete", p->committed || p->published);
	if (p->unproved)
		json_add_bool(o, "unproved", true);
	json_add_said(o, "name", p->t.dir);
	json_add_said(o, "target", p->t.text);
	json_add_said(o, "dump_id", id);
	add_origin(o, run, p);
	add_time(o, "captured", time(NULL));
	json_add_said(o, "stage", run->in_initramfs ? "initramfs" : "running-system");
	if (uname(&un) == 0)
		json_add_said(o, "capture_kernel", un.release);
	if (peak_resident(&peak) == 0)
		json_add_number(o, "peak_resident_bytes", peak);
	json_add_said(o, "verdict", verdict_word(run->verdict.kind));
	json_add_child(o, "crash", crash_object(run));
	if (run->lost.n)
		json_add_child(o, "overwritten", lost_array(&run->lost));
	if (p->committed || p->published || p->unproved)
		json_add_child(o, "dump", dump_object(run, p));
	if (p->logged)
		json_add_child(o, "policy", policy_object(run, p));
	json_add_child(o, "makedumpfile", tool_object(run));
	json_add_child(o, "targets", attempts_array(run));
	if (run->guard.attempts.n)
		json_add_child(o, "attempt", attempt_object(run));
	return json_format(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
}

void manifest_put_opalcore(struct run *run, struct target *t)
{
	static const char *const paths[] = {"/sys/firmware/opal/mpipl/core",
					    "/sys/firmware/opal/core"};
	_cleanup_close_ int fd = -1;
	struct reader r;
	size_t i;
	int err;

	if (run->options->core)
		return;
	for (i = 0; i < ARRAY_SIZE(paths) && fd < 0; i++)
		fd = root_open(run->root, paths[i], O_RDONLY, 0);
	if (fd < 0)
		return;
	err = reader_init_fd(&fd, &r);
	if (err == 0)
		err = t->ops->put(t, "opalcore", &r);
	if (err < 0)
		log_warning(run->log, "%s: opalcore: %s", t->text, strerror(-err));
}
