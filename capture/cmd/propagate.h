/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of propagate; nobody else's. */
#pragma once

#include "base/terminal.h"
#include "cmd/cmd.h"
#include "config/config.h"
#include "target/target.h"
#include "target/url.h"

#include <stdbool.h>

struct propagate {
	struct app *app;
	const char *text; /* the URL as it was given */
	const struct url *url;
	const struct config *config;
	const char *fingerprint; /* --fingerprint, or NULL */
	struct target_env env;
	struct terminal terminal;
	bool asks;    /* there is somebody to ask */
	bool changed; /* a file that the image has a copy of */
};

/* Each an exit status, after one line of error. */
int propagate_identity(struct propagate *p);
int propagate_host(struct propagate *p);
int propagate_login(struct propagate *p);

/* To standard output, in order with what goes to the terminal; not with -q. */
void propagate_say(const struct propagate *p, const char *fmt, ...) _printf_(2, 3);
/* "URL: what". Returns EXIT_FAILED. */
int propagate_fail(const struct propagate *p, const char *fmt, ...) _printf_(2, 3);
