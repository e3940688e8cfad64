/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configured targets as list, show and prune visit them. */
#pragma once

#include "cmd/cmd.h"
#include "config/config.h"
#include "run/inventory.h"

struct shelf {
	struct app *app;
	const struct config *config;
	struct owner owner;
	struct target_env env;
	bool writes; /* something is to be deleted: be sure that it can be */
};

/* What is done at one of them that could be opened. An exit status. */
typedef int shelf_visit(const struct shelf *s, struct target *t, void *ctx);

void shelf_init(struct app *app, const struct config *config, struct shelf *out);
/*
 * Each target in its turn. One that is not there yet holds nothing; one that cannot be opened, or
 * looked through at all, is said, handed to `missed` with the reason (may be NULL), and makes the
 * result EXIT_FAILED, except those with ssh://. The worst exit status.
 */
int shelf_each(const struct shelf *s, shelf_visit *visit,
	       void (*missed)(void *ctx, const char *url, const char *why), void *ctx);

/* For a terminal: whoever made the name. Static, overwritten by the next call but one. */
const char *shelf_printable(const char *name);
