/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where progress is shown: the console in a capture boot, and the service's status text. Neither
 * may ever hold a capture up: a slow console loses lines, an absent one is no error.
 */
#pragma once

#include "base/root.h"
#include "dump/progress.h"

struct console {
	int fd; /* non-blocking; -1: none */
	int64_t last_ms;
};

/* on_console: show lines there too (only the capture boot's initramfs should). */
void console_init(struct console *c, const struct root *root, bool on_console);
void console_deinit(struct console *c);
/* At most once a second; for stream_spec.on_progress, ctx is the console. */
void console_progress(void *ctx, const struct progress *p);
/* The service manager's status text (sd_notify STATUS=); nothing without NOTIFY_SOCKET. */
void console_status(const char *text);
