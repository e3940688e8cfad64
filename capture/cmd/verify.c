// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "cmd/verify.h"
#include "dump/digest_read.h"
#include "dump/kdump.h"
#include "dump/kdump_pages.h"
#include "run/manifest_read.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct verify {
	struct app *app;
	bool full, json;
	char path[4200]; /* of the file */
	struct reader r;
	struct kdump_info info;
	struct kdump_problem problem;
	struct manifest manifest; /* complete: there is one */
	bool have_digest;
	uint8_t digest[DIGEST_SIZE];
	char differs[300]; /* from the manifest; "" */
};

/* An fd of a regular file, or -errno. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
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
		(void)snprintf(v->path, sizeof(v->path), "%s", path);
	return err;
}

/* PATH is a vmcore, or a directory that holds one. An fd, or -errno. */
static int open_dump(struct verify *v, const char *arg)
{
	struct stat st;
	int err;

	(void)snprintf(v->path, sizeof(v->path), "%s", arg);
	if (stat(arg, &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)snprintf(v->path, sizeof(v->path), "%s/vmcore", arg);
		err = read_manifest(v, arg);
		if (err < 0)
			return err;
	}
	return open_file(v->path);
}

static json_object *digest_object(const struct verify *v)
{
	json_object *o = json_object_new_object();
	char text[DIGEST_TEXT];

	json_add_text(o, "algorithm", DIGEST_ALGORITHM);
	digest_format(v->digest, text);
	json_add_text(o, "value", text);
	digest_format(v->manifest.digest, text);
	json_add_text(o, "manifest", v->manifest.have_digest ? text : NULL);
	json_add_tristate(o, "matches", v->manifest.have_digest ? !v->differs[0] : -1);
	return o;
}

static void print_json(const struct verify *v, const char *problem)
{
	json_object *o = json_object_new_object();

	json_add_text(o, "path", v->path);
	json_add_bool(o, "valid", !problem);
	json_add_text(o, "checked", v->full ? "full" : "structure");
	json_add_text(o, "problem", problem);
	json_add_text(o, "release", v->info.release);
	json_add_number(o, "bytes", v->info.size);
	json_add_number(o, "pages", v->info.pages);
	json_add_number(o, "block_size", v->info.block_size);
	json_add_number(o, "dump_level", (uint64_t)v->info.dump_level);
	json_add_child(o, "digest", v->have_digest ? digest_object(v) : NULL);
	json_print(o);
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

static int check_dump(struct verify *v)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int threads = cpus > 0 ? (unsigned int)cpus : 1;
	bool terminal = isatty(STDERR_FILENO);
	int err = kdump_check_structure(&v->r, &v->info, &v->problem), digest;

	if (err < 0)
		return err;
	if (v->manifest.complete && v->manifest.bytes != v->r.size) {
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

/* It could not be looked at; whether it is whole is not known. */
static int say_unknown(const struct verify *v, int err)
{
	const struct kdump_problem *problem = &v->problem;
	const char *why = err == -EINVAL ? "not a regular file" : strerror(-err);
	struct log *log = &v->app->log;

	if (err == -ELIBACC)
		log_error(log, "%s: %s", v->path, problem->text);
	else if (problem->text[0])
		log_error(log, "%s: byte %llu: %s: %s", v->path, (unsigned long long)problem->at,
			  problem->text, why);
	else
		log_error(log, "%s: %s", v->path, why);
	return cmd_json_error(v->app, v->json, EXIT_FAILED);
}

static int say_bad(const struct verify *v)
{
	char text[220];

	(void)snprintf(text, sizeof(text), "byte %llu: %s", (unsigned long long)v->problem.at,
		       v->problem.text);
	if (v->json)
		print_json(v, v->differs[0] ? v->differs : text);
	if (v->differs[0])
		log_error(&v->app->log, "%s: not what was captured: %s", v->path, v->differs);
	if (v->problem.text[0])
		log_error(&v->app->log, "%s: not a whole dump: %s", v->path, text);
	return EXIT_INVALID;
}

static int say_good(const struct verify *v)
{
	char text[DIGEST_TEXT];

	if (v->full && !v->manifest.have_digest && v->manifest.algorithm[0])
		log_warning(&v->app->log,
			    "%s: the manifest has a digest of a kind that is not known here: %s",
			    v->path, v->manifest.algorithm);
	if (v->json) {
		print_json(v, NULL);
		return EXIT_DONE;
	}
	printf("%s: %s: %llu pages of %s, %llu bytes\n", v->path,
	       v->full ? "every page is whole" : "structure is whole",
	       (unsigned long long)v->info.pages, v->info.release,
	       (unsigned long long)v->info.size);
	if (v->have_digest) {
		digest_format(v->digest, text);
		printf("%s: digest %s%s\n", v->path, text,
		       v->manifest.have_digest ? ", as in the manifest"
					       : ", there is none to compare it with");
	}
	return EXIT_DONE;
}

int verify_dump(struct app *app, const char *arg, bool full, bool json)
{
	struct verify v = {.app = app, .full = full, .json = json};
	_cleanup_close_ int fd = open_dump(&v, arg);
	int err = fd < 0 ? fd : reader_init_fd(&fd, &v.r);

	if (err == 0)
		err = check_dump(&v);
	if (err == -EBADMSG)
		return say_bad(&v);
	return err < 0 ? say_unknown(&v, err) : say_good(&v);
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
