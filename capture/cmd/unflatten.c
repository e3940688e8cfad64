// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "dump/flat.h"
#include "dump/kdump.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK (256 * KIB)

struct unflatten {
	struct log *log;
	const char *from; /* as the messages call it */
	const char *to;
	char *incomplete; /* its name while it is not whole; in the same directory */
	int in_fd, out_fd, dir_fd;
	bool from_stdin;
	bool raw; /* a partition, or a copy of one: what stands after the end is none of the
		     stream's */
};

static void unflatten_deinit(struct unflatten *u)
{
	cleanup_close(&u->out_fd);
	cleanup_close(&u->dir_fd);
	if (u->in_fd > STDIN_FILENO)
		(void)close(u->in_fd);
	free(u->incomplete);
}

static int failed(const struct unflatten *u, const char *what, int err, const char *hint)
{
	log_error(u->log, "%s: %s%s%s", what, strerror(-err), *hint ? "; " : "", hint);
	return EXIT_FAILED;
}

static int open_input(struct unflatten *u, const char *arg)
{
	struct stat st;

	u->from_stdin = strcmp(arg, "-") == 0;
	u->from = u->from_stdin ? "standard input" : arg;
	u->in_fd = u->from_stdin ? STDIN_FILENO : open(arg, O_RDONLY | O_CLOEXEC);
	if (u->in_fd < 0)
		return failed(u, arg, -errno, "");
	/* A partition is larger than what was written to it. */
	if (fstat(u->in_fd, &st) == 0 && S_ISBLK(st.st_mode))
		u->raw = true;
	return EXIT_DONE;
}

static int open_parent(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	int fd;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_output(struct unflatten *u, const char *arg)
{
	struct stat st;

	u->to = arg;
	if (asprintf(&u->incomplete, "%s.incomplete", arg) < 0) {
		u->incomplete = NULL;
		return failed(u, arg, -ENOMEM, "");
	}
	if (lstat(arg, &st) == 0)
		return failed(u, arg, -EEXIST, "remove it, or choose another name");
	u->dir_fd = open_parent(arg);
	if (u->dir_fd < 0)
		return failed(u, arg, u->dir_fd, "its directory must exist");
	u->out_fd = open(u->incomplete, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (u->out_fd < 0)
		return failed(u, u->incomplete, -errno,
			      errno == EEXIST
				      ? "another run is writing it, or left it behind: then "
					"remove it"
				      : "");
	return EXIT_DONE;
}

static int write_piece(void *ctx, const void *buf, size_t len, uint64_t off)
{
	const struct unflatten *u = ctx;

	return pwrite_full(u->out_fd, buf, len, off);
}

static int bad_stream(const struct unflatten *u, const struct flat *flat, int err)
{
	if (flat->problem == FLAT_SINK)
		return failed(u, u->incomplete, err,
			      err == -ENOSPC || err == -EDQUOT ? "make room and try again" : "");
	if (flat->problem == FLAT_AFTER_END)
		log_error(
			u->log,
			"%s: the flattened dump ends at byte %llu, and there is more after it; %s "
			"was "
			"not made; where it is the copy of a raw partition, --raw leaves the rest "
			"out",
			u->from, (unsigned long long)flat->problem_at, u->to);
	else
		log_error(u->log, "%s: %s, at byte %llu; %s was not made", u->from,
			  flat_problem_text(flat->problem), (unsigned long long)flat->problem_at,
			  u->to);
	return EXIT_INVALID;
}

static int copy_stream(struct unflatten *u)
{
	_cleanup_free_ void *buf = malloc(CHUNK);
	struct flat flat;
	ssize_t n;
	int err;

	if (!buf)
		return failed(u, u->from, -ENOMEM, "");
	flat_init(&flat, write_piece, u);
	for (;;) {
		n = read(u->in_fd, buf, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(u, u->from, -errno, "");
		err = n > 0 ? flat_feed(&flat, buf, (size_t)n) : flat_finish(&flat);
		if (u->raw && flat.ended && (err == 0 || flat.problem == FLAT_AFTER_END))
			return EXIT_DONE;
		if (err < 0)
			return bad_stream(u, &flat, err);
		if (n == 0)
			return EXIT_DONE;
	}
}

/* makedumpfile -E flattens ELF, which has nothing to check here; anything else has lost its
 * beginning. */
static int check_elf(const struct unflatten *u, const struct reader *r)
{
	char magic[4] = "";

	if (r->size >= sizeof(magic) && r->pread(r->ctx, magic, sizeof(magic), 0) == 0 &&
	    memcmp(magic, "\177ELF", sizeof(magic)) == 0) {
		log_info(u->log, "%s: an ELF dump; its structure was not checked", u->to);
		return EXIT_DONE;
	}
	log_error(u->log,
		  "%s: neither a kdump-compressed nor an ELF dump is in it; %s was not made",
		  u->from, u->to);
	return EXIT_INVALID;
}

static int check_dump(const struct unflatten *u)
{
	struct kdump_problem problem = {0};
	struct kdump_info info;
	struct reader r;
	char magic[8] = "";
	int err = reader_init_fd(&u->out_fd, &r);

	if (err == 0 && r.size >= sizeof(magic))
		err = r.pread(r.ctx, magic, sizeof(magic), 0);
	if (err == 0 && memcmp(magic, "KDUMP   ", sizeof(magic)) != 0)
		return check_elf(u, &r);
	if (err == 0)
		err = kdump_check_structure(&r, &info, &problem);
	if (err == -EBADMSG) {
		log_error(u->log, "%s: not a whole dump: byte %llu: %s; %s was not made", u->from,
			  (unsigned long long)problem.at, problem.text, u->to);
		return EXIT_INVALID;
	}
	return err < 0 ? failed(u, u->incomplete, err, "") : EXIT_DONE;
}

/* Its name only when nobody has taken it meanwhile. */
static int rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* An old kernel, or a file system that cannot: a hard link does not replace anything
	 * either. */
	if (link(from, to) < 0)
		return -errno;
	return unlink(from) < 0 ? -errno : 0;
}

static int publish(struct unflatten *u)
{
	int err = fsync_close(take_fd(&u->out_fd));

	if (err < 0)
		return failed(u, u->incomplete, err, "");
	err = rename_new(u->incomplete, u->to);
	if (err < 0)
		return failed(u, u->to, err, "");
	if (fsync(u->dir_fd) < 0)
		return failed(u, u->to, -errno, "it is there, but may not survive a power loss");
	return EXIT_DONE;
}

/* A file can be read once more, so what was made of it goes. What came by a pipe may exist nowhere
 * else. */
static void clean_up(const struct unflatten *u)
{
	struct stat st;

	if (stat(u->incomplete, &st) < 0)
		return;
	if (u->from_stdin && st.st_size > 0)
		log_warning(u->log, "what arrived was left in %s", u->incomplete);
	else
		(void)unlink(u->incomplete);
}

static int convert(struct unflatten *u)
{
	int status = copy_stream(u);

	if (status == EXIT_DONE)
		status = check_dump(u);
	if (status == EXIT_DONE)
		status = publish(u);
	if (status != EXIT_DONE)
		clean_up(u);
	return status;
}

int cmd_unflatten(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	_cleanup_(unflatten_deinit) struct unflatten u = {
		.log = &app->log, .in_fd = -1, .out_fd = -1, .dir_fd = -1};
	const char *value, *args[2] = {"-", NULL}, *from, *to;
	int i = 0, n = 0, o, status;

	/* Options may stand before and after the names. */
	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) != -1 || i < argc) {
		if (o == -2)
			return EXIT_USAGE;
		if (o >= 0)
			u.raw = true;
		else if (n < 2)
			args[n++] = argv[i++];
		else
			n = 3, i++;
	}
	if (n != 1 && n != 2)
		return cmd_usage(app, cmd,
				 "needs a flattened stream, or none for standard input, "
				 "and OUT");
	from = n == 2 ? args[0] : "-";
	to = args[n - 1];
	if (strcmp(to, "-") == 0)
		return cmd_usage(app, cmd, "OUT must be a file: a dump is not written in order");
	if (!*to || to[strlen(to) - 1] == '/')
		return cmd_usage(app, cmd, "OUT must be a file, not a directory");
	status = open_input(&u, from);
	if (status == EXIT_DONE)
		status = open_output(&u, to);
	return status == EXIT_DONE ? convert(&u) : status;
}
