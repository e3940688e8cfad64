// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/verify.h"
#include "dump/kdump.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

static void print_json(const char *path, const struct kdump_info *info, const char *problem)
{
	json_object *o = json_object_new_object();

	json_add_text(o, "path", path);
	json_add_bool(o, "valid", !problem);
	json_add_text(o, "problem", problem);
	json_add_text(o, "release", info->release);
	json_add_number(o, "bytes", info->size);
	json_add_number(o, "pages", info->pages);
	json_add_number(o, "block_size", info->block_size);
	json_add_number(o, "dump_level", (uint64_t)info->dump_level);
	json_print(o);
}

int verify_dump(struct app *app, const char *arg, bool json)
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
		err = kdump_check_structure(&r, &info, &problem);
	if (err < 0 && err != -EBADMSG) {
		log_error(&app->log, "%s: %s", path,
			  err == -EINVAL ? "not a regular file" : strerror(-err));
		return cmd_json_error(app, json, EXIT_FAILED);
	}
	(void)snprintf(text, sizeof(text), "byte %llu: %s", (unsigned long long)problem.at,
		       problem.text);
	if (json)
		print_json(path, &info, err < 0 ? text : NULL);
	if (err < 0) {
		log_error(&app->log, "%s: not a whole dump: %s", path, text);
		return EXIT_INVALID;
	}
	if (!json)
		printf("%s: structure is whole: %llu pages of %s, %llu bytes\n", path,
		       (unsigned long long)info.pages, info.release, (unsigned long long)info.size);
	return EXIT_DONE;
}

int cmd_verify(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const char *value;
	bool json = false;
	int i = 0, o;

	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) >= 0)
		json = true;
	if (o == -2)
		return EXIT_USAGE;
	if (argc - i != 1)
		return cmd_usage(app, cmd, "needs one PATH");
	return verify_dump(app, argv[i], json);
}
