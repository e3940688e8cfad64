// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/verify.h"
#include "dump/kdump.h"
#include "dump/kdump_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* PATH is a vmcore, or a directory that holds one. An fd, or -errno; path gets the file's name. */
static int open_dump(const char *arg, char *path, size_t size)
{
	struct stat st;
	int fd;

	(void)snprintf(path, size, "%s", arg);
	if (stat(arg, &st) == 0 && S_ISDIR(st.st_mode))
		(void)snprintf(path, size, "%s/vmcore", arg);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return -EINVAL;
	}
	return fd;
}

static void print_json(const char *path, const struct kdump_info *info, bool full,
		       const char *problem)
{
	json_object *o = json_object_new_object();

	json_add_text(o, "path", path);
	json_add_bool(o, "valid", !problem);
	json_add_text(o, "checked", full ? "full" : "structure");
	json_add_text(o, "problem", problem);
	json_add_text(o, "release", info->release);
	json_add_number(o, "bytes", info->size);
	json_add_number(o, "pages", info->pages);
	json_add_number(o, "block_size", info->block_size);
	json_add_number(o, "dump_level", (uint64_t)info->dump_level);
	json_print(o);
}

/* On a terminal, and only there. */
static void show_progress(void *ctx, uint64_t pages, uint64_t total)
{
	(void)ctx;
	(void)fprintf(stderr, "\r%llu of %llu pages, %.1f %% ", (unsigned long long)pages,
		      (unsigned long long)total, (double)pages * 100 / (double)total);
}

static int check_dump(const struct reader *r, bool full, struct kdump_info *info,
		      struct kdump_problem *problem)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct kdump_pages_spec spec = {
		.threads = cpus > 0 ? (unsigned int)cpus : 1,
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};
	int err = kdump_check_structure(r, info, problem);

	if (err < 0 || !full)
		return err;
	err = kdump_check_pages(r, info, &spec, problem);
	if (spec.progress)
		(void)fprintf(stderr, "\r%40s\r", "");
	return err;
}

/* It could not be looked at; whether it is whole is not known. */
static int say_unknown(struct app *app, const char *path, bool json,
		       const struct kdump_problem *problem, int err)
{
	const char *why = err == -EINVAL ? "not a regular file" : strerror(-err);

	if (err == -ELIBACC)
		log_error(&app->log, "%s: %s", path, problem->text);
	else if (problem->text[0])
		log_error(&app->log, "%s: byte %llu: %s: %s", path, (unsigned long long)problem->at,
			  problem->text, why);
	else
		log_error(&app->log, "%s: %s", path, why);
	return cmd_json_error(app, json, EXIT_FAILED);
}

int verify_dump(struct app *app, const char *arg, bool full, bool json)
{
	_cleanup_close_ int fd = -1;
	struct kdump_problem problem = {0};
	struct kdump_info info = {0};
	char path[4200], text[220];
	struct reader r;
	int err;

	fd = open_dump(arg, path, sizeof(path));
	err = fd < 0 ? fd : reader_init_fd(&fd, &r);
	if (err == 0)
		err = check_dump(&r, full, &info, &problem);
	if (err < 0 && err != -EBADMSG)
		return say_unknown(app, path, json, &problem, err);
	(void)snprintf(text, sizeof(text), "byte %llu: %s", (unsigned long long)problem.at,
		       problem.text);
	if (json)
		print_json(path, &info, full, err < 0 ? text : NULL);
	if (err < 0) {
		log_error(&app->log, "%s: not a whole dump: %s", path, text);
		return EXIT_INVALID;
	}
	if (!json)
		printf("%s: %s: %llu pages of %s, %llu bytes\n", path,
		       full ? "every page is whole" : "structure is whole",
		       (unsigned long long)info.pages, info.release, (unsigned long long)info.size);
	return EXIT_DONE;
}

int cmd_verify(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const char *path = NULL, *value;
	bool json = false, full = false;
	int i = 0, o;

	/* Options may stand before and behind the path. */
	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) != -1 || i < argc) {
		if (o == -2)
			return EXIT_USAGE;
		if (o >= 0 && strcmp(cmd->options[o].name, "--full") == 0)
			full = true;
		else if (o >= 0)
			json = true;
		else if (!path)
			path = argv[i++];
		else
			return cmd_usage(app, cmd, "takes one PATH");
	}
	if (!path)
		return cmd_usage(app, cmd, "needs one PATH");
	return verify_dump(app, path, full, json);
}
