// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"
#include "cmd/config.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Fedora's first: it has a sysconfig/kdump, too, without targets. */
static const char *const places[] = {"/etc/kdump.conf", "/etc/sysconfig/kdump",
				     "/etc/default/kdump-tools"};

/* *name is then the file that was read, or looked for last. 0 or -errno. */
static int read_source(struct app *app, const char *file, const char **name, char **buf,
		       size_t *len)
{
	int r = -ENOENT;
	size_t i;

	if (file) {
		_cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC);

		*name = file;
		return fd < 0 ? -errno : read_to_end(fd, CONFIG_MAX, buf, len);
	}
	for (i = 0; i < ARRAY_SIZE(places) && r == -ENOENT; i++) {
		*name = places[i];
		r = root_read(&app->root, places[i], CONFIG_MAX, buf, len);
	}
	return r;
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

static int report(struct app *app, const char *name, const struct import *im)
{
	size_t i;

	for (i = 0; i < im->n; i++) {
		const struct import_entry *e = &im->entries[i];

		if (*e->lost)
			log_warning(&app->log, "%s:%u: %s: not taken over: %s", name, e->line,
				    e->source, e->lost);
	}
	if (!im->target_lost)
		return EXIT_DONE;
	log_error(&app->log,
		  "%s: no target could be taken over; write one (target = ...), or dumps go to "
		  "/var/crash",
		  name);
	return EXIT_FAILED;
}

int cmd_config_import(struct app *app, const char *file)
{
	_cleanup_free_ char *buf = NULL;
	struct config_error error = {0};
	const char *name = "";
	int r, status = EXIT_INVALID;
	struct import im;
	size_t len = 0;

	r = read_source(app, file, &name, &buf, &len);
	if (r < 0)
		return say_failure(app, file, name, r);
	r = import_parse(buf, len, &im, &error);
	if (r == -EINVAL) {
		log_error(&app->log, "%s:%u: %s", name, error.line, error.text);
		return EXIT_INVALID;
	}
	if (r < 0)
		return say_failure(app, file, name, r);
	if (im.n > 0 && im.known == 0) {
		log_error(&app->log,
			  "%s:%u: not a kdump.conf, sysconfig/kdump or default/kdump-tools: "
			  "\"%.40s\"",
			  name, im.entries[0].line, im.entries[0].source);
	} else {
		import_print(stdout, &im, name);
		status = report(app, name, &im);
	}
	import_deinit(&im);
	return status;
}
