// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "cmd/verify.h"
#include "cmd/verify_parts.h"
#include "dump/digest_read.h"
#include "dump/kdump_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An fd of a file, or of a disk that a dump was written to as it is; or -errno. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
		(void)close(fd);
		return -EINVAL;
	}
	return fd;
}

/* What was said of the dump when it was made; a directory without is one of another program. */
static int read_manifest(struct verify *v, const char *dir)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int fd = -1;
	char path[4200];
	size_t len;
	int err;

	(void)snprintf(path, sizeof(path), "%s/" MANIFEST_NAME, dir);
	fd = open_file(path);
	if (fd == -ENOENT)
		return 0;
	err = fd < 0 ? fd : read_to_end(fd, MANIFEST_MAX, &text, &len);
	if (err == 0)
		err = manifest_parse(text, len, &v->manifest);
	if (err == -EINVAL || err == -EFBIG) {
		(void)snprintf(v->differs, sizeof(v->differs), MANIFEST_NAME " is no manifest");
		return -EBADMSG;
	}
	if (err < 0)
		(void)snprintf(v->place.path, sizeof(v->place.path), "%s", path);
	return err;
}

/* PATH is a dump, or a directory that holds one. An fd, or -errno. */
static int open_dump(struct verify *v, const char *arg)
{
	int err = verify_find(arg, &v->place);

	if (err == 0 && (v->place.ours || v->place.unproved))
		err = read_manifest(v, arg);
	return err < 0 ? err : open_file(v->place.path);
}

/* On a terminal, and only there. */
static void show_progress(void *ctx, uint64_t done, uint64_t total)
{
	(void)fprintf(stderr, "\r%s: %llu of %llu, %.1f %% ", (const char *)ctx,
		      (unsigned long long)done, (unsigned long long)total,
		      (double)done * 100 / (double)total);
}

static void end_progress(bool shown)
{
	if (shown)
		(void)fprintf(stderr, "\r%60s\r", "");
}

static int check_pages(struct verify *v, unsigned int threads, bool terminal)
{
	struct kdump_pages_spec spec = {
		.threads = threads,
		.progress = terminal ? show_progress : NULL,
		.ctx = (void *)"pages",
	};
	int err = kdump_check_pages(&v->r, &v->info, &spec, &v->problem);

	end_progress(terminal);
	return err;
}

static int check_digest(struct verify *v, unsigned int threads, bool terminal)
{
	struct digest_read_spec spec = {
		.threads = threads,
		.progress = terminal ? show_progress : NULL,
		.ctx = (void *)"bytes",
	};
	char said[DIGEST_TEXT], is[DIGEST_TEXT];
	int err = digest_read(&v->r, &spec, v->digest);

	end_progress(terminal);
	v->have_digest = err == 0;
	if (err < 0 || !v->manifest.have_digest ||
	    memcmp(v->digest, v->manifest.digest, sizeof(v->digest)) == 0)
		return err;
	digest_format(v->manifest.digest, said);
	digest_format(v->digest, is);
	(void)snprintf(v->differs, sizeof(v->differs), "digest differs: manifest %s, file %s", said,
		       is);
	return -EBADMSG;
}

static int check_kdump(struct verify *v)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int threads = cpus > 0 ? (unsigned int)cpus : 1;
	bool terminal = isatty(STDERR_FILENO);
	int err = kdump_check_structure(&v->r, &v->info, &v->problem), digest;

	if (err < 0)
		return err;
	kdump_doubt(&v->info, v->doubt, sizeof(v->doubt));
	if ((v->manifest.complete || v->manifest.unproved) && v->manifest.bytes != v->r.size) {
		(void)snprintf(v->differs, sizeof(v->differs),
			       "it has %llu bytes where the manifest says %llu",
			       (unsigned long long)v->r.size,
			       (unsigned long long)v->manifest.bytes);
		return -EBADMSG;
	}
	if (!v->full)
		return 0;
	digest = check_digest(v, threads, terminal);
	if (digest < 0 && digest != -EBADMSG)
		return digest;
	/* Where the digest differs, this may say where. */
	err = check_pages(v, threads, terminal);
	return digest < 0 ? digest : err;
}

static int format_of(const struct reader *r, enum dump_format *out)
{
	char head[DUMP_FORMAT_BYTES];
	size_t len = r->size < sizeof(head) ? (size_t)r->size : sizeof(head);
	int err = len > 0 ? r->pread(r->ctx, head, len, 0) : 0;

	if (err == 0)
		*out = dump_format_of(head, len);
	return err;
}

/* The stream first: where it is whole, what it stands for is checked like any other dump. */
static int look_into_stream(struct verify *v)
{
	bool terminal = isatty(STDERR_FILENO);
	int err = flat_reader_init(&v->file, terminal ? show_progress : NULL, (void *)"bytes",
				   &v->flat);

	end_progress(terminal);
	if (err == -EBADMSG) {
		v->problem.at = v->flat.problem_at;
		(void)snprintf(v->problem.text, sizeof(v->problem.text), "%s",
			       flat_problem_text(v->flat.problem));
	}
	v->unread = err == -E2BIG;
	if (err < 0)
		return v->unread ? 0 : err;
	v->r = v->flat.r;
	return format_of(&v->r, &v->inner);
}

static int check_dump(struct verify *v)
{
	int err = format_of(&v->file, &v->format);

	v->inner = v->format;
	v->r = v->file;
	if (err == 0 && v->format == DUMP_FORMAT_FLAT)
		err = look_into_stream(v);
	/* makedumpfile -E flattens ELF, too. */
	if (err < 0 || v->unread || (v->format == DUMP_FORMAT_FLAT && v->inner == DUMP_FORMAT_ELF))
		return err;
	return check_kdump(v);
}

int verify_dump(struct app *app, const char *arg, bool full, bool json)
{
	struct verify v = {.app = app, .full = full, .json = json};
	_cleanup_close_ int fd = open_dump(&v, arg);
	int err = fd < 0 ? fd : reader_init_fd(&fd, &v.file);

	if (err == 0)
		err = check_dump(&v);
	flat_reader_deinit(&v.flat);
	if (err == -EBADMSG)
		return verify_say_bad(&v);
	return err < 0 ? verify_say_unknown(&v, err) : verify_say_good(&v);
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
