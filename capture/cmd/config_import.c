// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"
#include "cmd/config.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fedora's first: it has a sysconfig/kdump, too, which goes with it. */
static const char *const places[] = {"/etc/kdump.conf", "/etc/sysconfig/kdump",
				     "/etc/default/kdump-tools"};

/* Directories whose scripts kdump runs without a setting that names them. */
static const char *const script_dirs[] = {"/etc/kdump/pre.d", "/etc/kdump/post.d",
					  "/etc/kdump/emergency.d"};

struct sources {
	struct import_source list[2];
	char *buf[2];
	size_t n;
	const char *name; /* that was read or looked for last */
	bool fedora;      /* kdump.conf of this machine is one of them */
};

static void sources_deinit(struct sources *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->buf); i++)
		free(s->buf[i]);
}

static void add(struct sources *s, const char *name, char *buf, size_t len)
{
	s->buf[s->n] = buf;
	s->list[s->n++] = (struct import_source){.name = name, .buf = buf, .len = len};
}

static int read_file(struct sources *s, const char *file)
{
	_cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC);
	char *buf = NULL;
	size_t len = 0;
	int r;

	s->name = file;
	r = fd < 0 ? -errno : read_to_end(fd, CONFIG_MAX, &buf, &len);
	if (r == 0)
		add(s, file, buf, len);
	return r;
}

/* The machine's own. 0, or -errno: -ENOENT there is none. */
static int read_places(struct app *app, struct sources *s)
{
	size_t i, len;
	char *buf;
	int r;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (s->n > 0 && !(s->fedora && i == 1)) {
			if (root_exists(&app->root, places[i]))
				log_warning(&app->log,
					    "%s: not read, since %s is there; if it is what counts "
					    "here, run fadump-ng config import %s",
					    places[i], places[0 + !s->fedora], places[i]);
			continue;
		}
		s->name = places[i];
		r = root_read(&app->root, places[i], CONFIG_MAX, &buf, &len);
		if (r == 0)
			add(s, places[i], buf, len);
		else if (r != -ENOENT)
			return r;
		s->fedora |= r == 0 && i == 0;
	}
	return s->n > 0 ? 0 : -ENOENT;
}

static int say_failure(struct app *app, const char *file, const char *name, int r)
{
	if (r == -ENOENT && !file)
		log_error(&app->log, "none of %s, %s and %s is there; name the file to import",
			  places[0], places[1], places[2]);
	else
		log_error(&app->log, "%s: %s", name, strerror(-r));
	return EXIT_FAILED;
}

static size_t count_files(struct app *app, const char *path)
{
	int fd = root_open(&app->root, path, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	size_t n = 0;

	if (!dir && fd >= 0)
		(void)close(fd);
	while (dir && (e = readdir(dir)))
		n += *e->d_name != '.';
	return n;
}

#define NOT_RUN                                                                                    \
	"not run: a capture runs nothing but fadump-ng's own; what can wait for the running "      \
	"system, a service ordered after fadump-ng.service can do"

static void report_scripts(struct app *app)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(script_dirs); i++) {
		n = count_files(app, script_dirs[i]);
		if (n == 0)
			continue;
		printf("\n# %s: %zu script%s\n# NOT TAKEN OVER: " NOT_RUN "\n", script_dirs[i], n,
		       n == 1 ? "" : "s");
		log_warning(&app->log, "%s: %zu script%s: not taken over: " NOT_RUN, script_dirs[i],
			    n, n == 1 ? "" : "s");
	}
}

static int report(struct app *app, const char *name, const struct import *im)
{
	size_t i;

	for (i = 0; i < im->n; i++) {
		const struct import_entry *e = &im->entries[i];

		if (*e->lost)
			log_warning(&app->log, "%s:%u: %s: not taken over: %s",
				    e->file ? e->file : name, e->line, e->source, e->lost);
	}
	if (!im->target_lost)
		return EXIT_DONE;
	log_error(&app->log,
		  "%s: no target could be taken over; write one (target = ...), or dumps go to "
		  "/var/crash",
		  name);
	return EXIT_FAILED;
}

static int show(struct app *app, const struct sources *s, const struct import *im)
{
	char name[200];

	if (im->known == 0 && im->n > 0 && im->entries[0].file) {
		log_error(&app->log,
			  "%s:%u: not a kdump.conf, sysconfig/kdump or default/kdump-tools: "
			  "\"%.40s\"",
			  s->list[0].name, im->entries[0].line, im->entries[0].source);
		return EXIT_INVALID;
	}
	(void)snprintf(name, sizeof(name), "%s%s%s", s->list[0].name, s->n > 1 ? " and " : "",
		       s->n > 1 ? s->list[1].name : "");
	import_print(stdout, im, name);
	if (s->fedora)
		report_scripts(app);
	return report(app, s->list[0].name, im);
}

int cmd_config_import(struct app *app, const char *file)
{
	_cleanup_(sources_deinit) struct sources s = {.n = 0, .name = ""};
	struct config_error error = {0};
	struct import im;
	size_t bad = 0;
	int r, status;

	r = file ? read_file(&s, file) : read_places(app, &s);
	if (r < 0)
		return say_failure(app, file, s.name, r);
	r = import_files(s.list, s.n, &im, &bad, &error);
	if (r == -EINVAL) {
		log_error(&app->log, "%s:%u: %s", s.list[bad].name, error.line, error.text);
		return EXIT_INVALID;
	}
	if (r < 0)
		return say_failure(app, file, s.name, r);
	status = show(app, &s, &im);
	import_deinit(&im);
	return status;
}
