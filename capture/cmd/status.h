/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `status`: what is known of the machine, and the two ways to say it. */
#pragma once

#include "crash/overlap.h"
#include "image/no_capture.h"
#include "image/readiness.h"
#include "run/degraded.h"
#include "run/state.h"

struct view {
	const struct state *state;
	const struct verdict *v;      /* of state */
	const struct fadump_state *s; /* of state */
	struct overlap overlap;
	const char *conflict; /* another service that is enabled; NULL */
	struct no_capture no_capture_image;
	bool no_capture; /* no_capture_image is set */
	struct image_readiness image;
	struct degraded degraded; /* of a boot that carried on; else empty */
	bool lost_user_pages;     /* the configuration wants them, and the next dump lacks some */
	char readiness[1000];     /* one line: "ready: ...", "not ready: ...", "unknown: ..." */
	bool kernel_ready;        /* the kernel's part: registered, and nothing in its way */
};

void status_print_json(const struct view *w);
void status_print_text(const struct view *w);

const char *status_platform(const struct view *w);
/* A boot that captured does not get the whole of the preserved area back until the next reboot. */
bool status_carried_on(const struct view *w);
