/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages for people. Only run/ and cmd/ log; everything below returns -errno.
 * A message goes to stderr at its level, and every message is also kept in memory, so that
 * capture.log beside the dump tells the whole story whatever the verbosity was. A stderr that does
 * not take it (a console that was stopped, say) loses it: no message may hold a capture up.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log {
	enum log_level level; /* what reaches stderr */
	bool prefix;          /* "<3>" before each line, for the journal */
	char *kept;           /* what was said so far, with times; owned; bounded */
	size_t kept_len;
	char error[600]; /* the last error; "" */
	bool stuck;      /* stderr took nothing for a while; it is not waited for any more */
};

void log_init(struct log *log, enum log_level level);
void log_deinit(struct log *log);
void log_write(struct log *log, enum log_level level, const char *fmt, ...) _printf_(3, 4);

#define log_error(log, ...)   log_write(log, LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(log, ...) log_write(log, LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(log, ...)    log_write(log, LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(log, ...)   log_write(log, LOG_LEVEL_DEBUG, __VA_ARGS__)
