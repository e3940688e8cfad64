// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/verify.h"
#include "crash/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int exit_of(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_DUMP:
		return EXIT_DONE;
	case VERDICT_NONE:
		return EXIT_NO_DUMP;
	default:
		return EXIT_INVALID;
	}
}

static bool has_core(const struct verdict *v)
{
	return v->kind == VERDICT_DUMP || v->kind == VERDICT_BAD_CORE;
}

static json_object *core_object(const struct vmcore *core)
{
	json_object *o = json_object_new_object();

	json_add_number(o, "bytes", core->size);
	json_add_text(o, "byte_order", core->big_endian ? "big" : "little");
	json_add_number(o, "cpus", core->cpus);
	json_add_number(o, "segments", core->n_segments);
	json_add_number(o, "memory_bytes", core->memory);
	json_add_number(o, "page_size", core->info.page_size);
	json_add_text(o, "release", core->info.osrelease);
	json_add_text(o, "build_id", core->info.build_id);
	json_add_number(o, "crash_time", (uint64_t)core->info.crash_time);
	return o;
}

static void print_json(const struct verdict *v)
{
	bool bad = v->kind == VERDICT_BAD_CORE;
	bool said = v->finding.meaning != KLOG_NOTHING;
	json_object *o = json_object_new_object();

	json_add_text(o, "verdict", verdict_word(v->kind));
	json_add_text(o, "summary", v->summary);
	json_add_text(o, "advice", *v->advice ? v->advice : NULL);
	json_add_text(o, "problem", bad ? vmcore_problem_word(v->problem) : NULL);
	json_add_text(o, "detail", bad ? v->core.detail : NULL);
	json_add_text(o, "kernel_said", said ? v->finding.line : NULL);
	json_add_text(o, "kernel_meant", said ? v->finding.why : NULL);
	json_add_child(o, "core", has_core(v) ? core_object(&v->core) : NULL);
	json_print(o);
}

static void print_text(const struct verdict *v)
{
	printf("%s: %s\n", verdict_word(v->kind), v->summary);
	if (v->kind == VERDICT_DUMP)
		printf("core: %llu bytes, %u CPUs, %zu segments, %llu MB of memory, %s\n",
		       (unsigned long long)v->core.size, v->core.cpus, v->core.n_segments,
		       (unsigned long long)(v->core.memory / 1000000), v->core.info.osrelease);
	if (v->finding.meaning != KLOG_NOTHING)
		printf("kernel: %s\n", v->finding.line);
}

/* Why it is not good, and what to do, on stderr in one line. */
static void explain(struct app *app, const struct verdict *v)
{
	if (v->kind == VERDICT_BAD_CORE)
		log_error(&app->log, "%s: %s. %s", vmcore_problem_text(v->problem), v->core.detail,
			  v->advice);
	else if (v->finding.meaning != KLOG_NOTHING && v->kind != VERDICT_NONE)
		log_error(&app->log, "%s %s %s", v->summary, v->finding.why, v->finding.advice);
	else if (exit_of(v->kind) == EXIT_INVALID)
		log_error(&app->log, "%s %s", v->summary, v->advice);
}

/* An ELF core is judged here; a dump that was saved already, or its directory, is for verify. */
static bool is_dump(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char signature[8];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	return S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && pread(fd, signature, 8, 0) == 8 &&
				       memcmp(signature, "KDUMP   ", 8) == 0);
}

static int open_core(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return -EINVAL;
	}
	return fd;
}

static int judge(struct app *app, const char *path, struct verdict *v)
{
	_cleanup_close_ int fd = -1;
	int err;

	if (!path) {
		err = verdict_judge(&app->root, v);
		if (err < 0)
			log_error(&app->log, "cannot judge the crash state: %s",
				  verdict_error(v, err));
		return err;
	}
	fd = open_core(path);
	err = fd < 0 ? fd : verdict_judge_core(fd, v);
	if (err < 0)
		log_error(&app->log, "%s: %s", path,
			  err == -EINVAL ? "not a regular file" : verdict_error(v, err));
	return err;
}

int cmd_check(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const char *core = NULL, *value;
	struct verdict v = {0};
	bool json = false;
	int i = 0, o, status = EXIT_FAILED;

	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) >= 0) {
		if (value)
			core = value;
		else
			json = true;
	}
	if (o == -2)
		return EXIT_USAGE;
	if (i < argc)
		return cmd_usage(app, cmd, "takes no argument; a core is given with --core");
	if (core && is_dump(core))
		return verify_dump(app, core, false, json);
	if (judge(app, core, &v) == 0) {
		if (json)
			print_json(&v);
		else
			print_text(&v);
		explain(app, &v);
		status = exit_of(v.kind);
	} else {
		(void)cmd_json_error(app, json, status);
	}
	verdict_deinit(&v);
	return status;
}
