// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/record.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX (64 * KIB)
#define RECORD_TMP RECORD_DIR "/record.json.incomplete"

const char *run_outcome_word(enum run_outcome outcome)
{
	static const char *const words[] = {
		[RUN_CAPTURED] = "captured",
		[RUN_NOT_GIVEN] = "not-given",
		[RUN_NOT_REGISTERED] = "not-registered",
		[RUN_NO_DUMP] = "no-dump",
		[RUN_INVALID] = "invalid",
		[RUN_FAILED] = "failed",
		[RUN_BUSY] = "busy",
		[RUN_KEPT] = "kept",
		[RUN_EXHAUSTED] = "exhausted",
		[RUN_LEFT] = "left",
		[RUN_KEXEC] = "kexec",
	};

	return words[outcome];
}

const char *run_ended(const struct run *run, enum run_outcome outcome)
{
	return outcome == RUN_CAPTURED && !run->have_receipt && run->have_log_receipt
		       ? "limited"
		       : run_outcome_word(outcome);
}

/* Takes the object. */
static int write_text(const struct root *root, json_object *o)
{
	_cleanup_free_ char *text = json_format(o, JSON_C_TO_STRING_NOSLASHESCAPE);
	_cleanup_close_ int dir = -1;
	int fd, err = text ? root_mkdirs(root, RECORD_DIR, 0755) : -ENOMEM;

	if (err < 0)
		return err;
	dir = root_open(root, RECORD_DIR, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return dir;
	/* Whatever is there, a FIFO too. */
	(void)unlinkat(dir, "record.json.incomplete", 0);
	fd = root_open(root, RECORD_TMP, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fd;
	err = write_full(fd, text, strlen(text));
	if (err == 0)
		err = fsync_close(fd);
	else
		(void)close(fd);
	if (err == 0 && renameat(dir, "record.json.incomplete", dir, "record.json") < 0)
		err = -errno;
	return err;
}

/* What a later decision hangs on: a record without one of these is worse than the one before. */
static bool is_whole(json_object *o)
{
	static const char *const needed[] = {"dump_id", "released", "release_unclear", "kept"};
	json_object *v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!json_object_object_get_ex(o, needed[i], &v) || !v)
			return false;
	return true;
}

/* Takes the object. */
static int write_object(const struct root *root, json_object *o)
{
	if (!is_whole(o)) {
		(void)json_object_put(o);
		return -ENOMEM;
	}
	return write_text(root, o);
}

static json_object *full_array(const struct run *run)
{
	json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < run->n_full; i++) {
		json_object *o = json_object_new_object();

		json_add_text(o, "target", run->full[i].target);
		json_add_number(o, "room", run->full[i].room);
		json_append(list, o);
	}
	return list;
}

/* With their numbers in the configuration. */
static json_object *saved_array(const struct run_saved *saved)
{
	json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < CONFIG_TARGETS_MAX; i++) {
		json_object *o;

		if (!saved[i].dir[0])
			continue;
		o = json_object_new_object();
		json_add_number(o, "number", i);
		json_add_text(o, "target", saved[i].target);
		json_add_text(o, "dir", saved[i].dir);
		json_add_number(o, "bytes", saved[i].size);
		json_add_said(o, "digest", saved[i].digest);
		json_append(list, o);
	}
	return list;
}

/* Of the dump that the receipt is for. */
static const char *digest_of(const struct run *run, const struct record *old)
{
	const struct receipt *r = &run->receipt;
	size_t i;

	for (i = 0; i < CONFIG_TARGETS_MAX; i++)
		if (strcmp(run->saved[i].target, r->target) == 0 &&
		    strcmp(run->saved[i].dir, r->dir) == 0)
			return run->saved[i].digest;
	return old && strcmp(old->target, r->target) == 0 && strcmp(old->dir, r->dir) == 0
		       ? old->digest
		       : "";
}

/* Where the dump is: what this run saved, or what an earlier one did. */
static void add_place(json_object *o, const struct run *run)
{
	struct record old;
	bool had = record_read(run->root, &old) == 0;
	bool same = had && (run->dump_id == 0 || old.dump_id == run->dump_id);
	uint64_t least = run->least_bytes;
	char id[20];

	(void)snprintf(id, sizeof(id), "%016" PRIx64, same ? old.dump_id : run->dump_id);
	json_add_text(o, "dump_id", id);
	if (run->have_receipt) {
		json_add_text(o, "target", run->receipt.target);
		json_add_text(o, "dir", run->receipt.dir);
		json_add_number(o, "bytes", run->receipt.size);
		json_add_bool(o, "verify_none", run->config->verify == CONFIG_VERIFY_NONE);
		json_add_bool(o, "verify_full", run->config->verify == CONFIG_VERIFY_FULL);
		json_add_said(o, "digest", digest_of(run, same ? &old : NULL));
	} else if (same) {
		json_add_text(o, "target", old.target);
		json_add_text(o, "dir", old.dir);
		json_add_number(o, "bytes", old.size);
		json_add_bool(o, "verify_none", old.verify_none);
		json_add_bool(o, "verify_full", old.verify_full);
		json_add_said(o, "digest", old.digest);
	}
	if (same && strcmp(old.least_how, run->least_how) == 0 && old.least_bytes > least)
		least = old.least_bytes;
	json_add_number(o, "least_bytes", least);
	json_add_text(o, "least_how", run->least_how);
	json_add_child(o, "full", full_array(run));
	/* A run that tried no target, as one that the guard forbids, forgets none of them. */
	json_add_child(o, "saved",
		       saved_array(same && run->n_attempts == 0 ? old.saved : run->saved));
	/* What was kept stays so until the dump is saved again, or released. */
	json_add_bool(o, "kept",
		      run->options->no_release || (same && old.kept && !run->have_receipt));
	/* What became of release_mem is the boot's, whichever dump was looked at, or none. */
	json_add_bool(o, "released", run->released || (had && old.released));
	json_add_bool(o, "release_unclear", run->release_unclear || (had && old.release_unclear));
	if (run->released)
		json_add_text(o, "header_page", header_page_word(run->header_page));
	else if (had && old.released)
		json_add_text(o, "header_page", old.header_page);
}

/* Where the log is of a dump that a policy did not want. */
static void add_policy(json_object *o, const struct run *run)
{
	if (run->have_receipt || !run->have_log_receipt)
		return;
	json_add_text(o, "policy", release_policy_word(run->log_receipt.policy));
	json_add_text(o, "policy_why", run->policy_why);
	json_add_text(o, "log_target", run->log_receipt.target);
	json_add_text(o, "log_dir", run->log_receipt.dir);
}

/* Why there is no dump: where nothing was tried now, what came before still holds. */
static const char *reason_of(const struct run *run, struct record *old)
{
	if (run->n_attempts)
		return run->attempts[run->n_attempts - 1].reason;
	if (run->have_receipt || record_read(run->root, old) < 0 || old->dump_id != run->dump_id)
		return "";
	return old->reason;
}

int record_write(const struct run *run, enum run_outcome outcome)
{
	json_object *o = json_object_new_object();
	struct record old;

	if (!o)
		return -ENOMEM;
	json_add_text(o, "outcome", run_ended(run, outcome));
	add_policy(o, run);
	add_place(o, run);
	json_add_text(o, "reason", reason_of(run, &old));
	return write_object(run->root, o);
}

int record_released(const struct root *root, enum release_result how, enum header_page fate)
{
	_cleanup_free_ char *text = NULL;
	json_object *o = NULL;
	size_t len;
	int err = root_read(root, RECORD_PATH, RECORD_MAX, &text, &len);

	if (err == 0)
		o = json_tokener_parse(text);
	if (!json_object_is_type(o, json_type_object)) {
		(void)json_object_put(o);
		o = json_object_new_object();
	}
	if (!o)
		return -ENOMEM;
	if (!json_object_object_get(o, "dump_id"))
		json_add_text(o, "dump_id", "0");
	if (!json_object_object_get(o, "kept"))
		json_add_bool(o, "kept", false);
	json_add_bool(o, "released", how == RELEASE_DONE);
	json_add_bool(o, "release_unclear", how == RELEASE_UNCLEAR);
	json_add_text(o, "header_page", header_page_word(fate));
	return write_object(root, o);
}

static void get_text(json_object *o, const char *key, char *out, size_t size)
{
	json_object *v = json_object_object_get(o, key);

	(void)snprintf(out, size, "%s",
		       json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "");
}

static void get_full(json_object *list, struct record *r)
{
	size_t i,
		n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (i = 0; i < n && r->n_full < CONFIG_TARGETS_MAX; i++) {
		json_object *o = json_object_array_get_idx(list, i);
		struct run_full *f = &r->full[r->n_full++];

		get_text(o, "target", f->target, sizeof(f->target));
		f->room = (uint64_t)json_object_get_int64(json_object_object_get(o, "room"));
	}
}

static void get_saved(json_object *list, struct record *r)
{
	size_t i,
		n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (i = 0; i < n; i++) {
		json_object *o = json_object_array_get_idx(list, i);
		int64_t number = json_object_get_int64(json_object_object_get(o, "number"));
		struct run_saved *s;

		if (number < 0 || number >= CONFIG_TARGETS_MAX)
			continue;
		s = &r->saved[number];
		get_text(o, "target", s->target, sizeof(s->target));
		get_text(o, "dir", s->dir, sizeof(s->dir));
		get_text(o, "digest", s->digest, sizeof(s->digest));
		s->size = (uint64_t)json_object_get_int64(json_object_object_get(o, "bytes"));
	}
}

int record_read(const struct root *root, struct record *out)
{
	_cleanup_free_ char *text = NULL;
	struct record r = {0};
	char id[20];
	json_object *o;
	size_t len;
	int err = root_read(root, RECORD_PATH, RECORD_MAX, &text, &len);

	if (err < 0)
		return err;
	o = json_tokener_parse(text);
	if (!json_object_is_type(o, json_type_object)) {
		(void)json_object_put(o);
		return -EINVAL;
	}
	get_text(o, "dump_id", id, sizeof(id));
	r.dump_id = strtoull(id, NULL, 16);
	get_text(o, "outcome", r.outcome, sizeof(r.outcome));
	get_text(o, "target", r.target, sizeof(r.target));
	get_text(o, "dir", r.dir, sizeof(r.dir));
	get_text(o, "reason", r.reason, sizeof(r.reason));
	get_text(o, "policy", r.policy, sizeof(r.policy));
	get_text(o, "log_target", r.log_target, sizeof(r.log_target));
	get_text(o, "log_dir", r.log_dir, sizeof(r.log_dir));
	r.size = (uint64_t)json_object_get_int64(json_object_object_get(o, "bytes"));
	r.verify_none = json_object_get_boolean(json_object_object_get(o, "verify_none"));
	r.verify_full = json_object_get_boolean(json_object_object_get(o, "verify_full"));
	get_text(o, "digest", r.digest, sizeof(r.digest));
	get_text(o, "least_how", r.least_how, sizeof(r.least_how));
	get_full(json_object_object_get(o, "full"), &r);
	get_saved(json_object_object_get(o, "saved"), &r);
	get_text(o, "header_page", r.header_page, sizeof(r.header_page));
	r.header_exposed = strcmp(r.header_page, header_page_word(HEADER_PAGE_EXPOSED)) == 0;
	r.released = json_object_get_boolean(json_object_object_get(o, "released"));
	r.release_unclear = json_object_get_boolean(json_object_object_get(o, "release_unclear"));
	r.kept = json_object_get_boolean(json_object_object_get(o, "kept"));
	r.least_bytes = (uint64_t)json_object_get_int64(json_object_object_get(o, "least_bytes"));
	(void)json_object_put(o);
	*out = r;
	return 0;
}
