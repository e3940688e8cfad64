// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/rights.h"
#include "cmd/verify.h"
#include "run/core_file.h"
#include "run/state.h"

#include <errno.h>
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
	case VERDICT_KEXEC:
		return EXIT_LEFT_ALONE;
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

/* path: of a file; else state is the machine's. */
static void print_json(const char *path, const struct verdict *v, const char *state)
{
	bool bad = v->kind == VERDICT_BAD_CORE;
	bool said = v->finding.meaning != KLOG_NOTHING;
	json_object *o = json_object_new_object();

	json_add_text(o, "verdict", verdict_word(v->kind));
	json_add_text(o, "state", state);
	json_add_text(o, "file", path);
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
	else if (v->kind != VERDICT_DUMP && v->kind != VERDICT_NONE)
		log_error(&app->log, "%s %s", v->summary, v->advice);
}

/* An ELF core is judged here; a dump that was saved already, flattened or not, or its directory, is
 * for verify. */
static bool is_dump(const char *path)
{
	_cleanup_close_ int fd = -1;
	enum dump_format format;
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	fd = core_file_open(path);
	if (fd < 0)
		return false;
	format = core_file_format(fd);
	return format == DUMP_FORMAT_KDUMP || format == DUMP_FORMAT_FLAT;
}

static int judge_file(struct app *app, const char *path, struct verdict *v)
{
	_cleanup_close_ int fd = core_file_open(path);
	int err = fd < 0 ? fd : verdict_judge_core(fd, v);
	char line[800] = "";

	if (err < 0)
		core_file_error(path, v, err, line, sizeof(line));
	else if (v->kind == VERDICT_BAD_CORE)
		core_file_explain(path, fd, v, line, sizeof(line));
	if (line[0])
		log_error(&app->log, "%s", line);
	return err;
}

static int judge_machine(struct app *app, struct verdict *v, const char **word)
{
	struct state state;
	int err = state_read(&app->root, true, &state);

	*v = state.verdict;
	*word = state.word;

	if (err < 0)
		log_error(&app->log, "cannot judge the crash state: %s%s", verdict_error(v, err),
			  rights_advice(err));
	else
		explain(app, v);
	return err;
}

int cmd_check(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const char *core = NULL, *value, *word = NULL;
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
	if ((core ? judge_file(app, core, &v) : judge_machine(app, &v, &word)) == 0) {
		if (json)
			print_json(core, &v, word);
		else
			print_text(&v);
		status = exit_of(v.kind);
	} else {
		(void)cmd_json_error(app, json, status);
	}
	verdict_deinit(&v);
	return status;
}
