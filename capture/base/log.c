// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include "base/clock.h"
#include "base/outlet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A capture says a few dozen lines; this bounds a program gone wrong. */
#define KEPT_MAX (256 * KIB)
#define STUCK_MS 2000

void log_init(struct log *log, enum log_level level)
{
	/* The journal sets JOURNAL_STREAM for services; there the level travels as a prefix. */
	*log = (struct log){.level = level, .prefix = getenv("JOURNAL_STREAM") != NULL};
}

void log_deinit(struct log *log)
{
	free(log->kept);
	*log = (struct log){0};
}

static void keep(struct log *log, const char *text)
{
	int64_t ms = clock_ms();
	char stamp[32];
	size_t a, b = strlen(text);
	char *grown;

	a = (size_t)snprintf(stamp, sizeof(stamp), "[%5lld.%03lld] ", (long long)(ms / 1000),
			     (long long)(ms % 1000));
	if (log->kept_len + a + b + 2 > KEPT_MAX)
		return;
	grown = realloc(log->kept, log->kept_len + a + b + 2);
	if (!grown)
		return;
	memcpy(grown + log->kept_len, stamp, a);
	memcpy(grown + log->kept_len + a, text, b);
	grown[log->kept_len + a + b] = '\n';
	grown[log->kept_len + a + b + 1] = '\0';
	log->kept = grown;
	log->kept_len += a + b + 1;
}

/* Waits a moment for a slow stderr, but only until it proves to be stuck; a lost line is lost. */
static void to_stderr(struct log *log, const char *line, size_t len)
{
	int64_t until = clock_ms() + (log->stuck ? 0 : STUCK_MS);

	log->stuck = outlet_write(STDERR_FILENO, line, len, until) == -ETIMEDOUT;
}

void log_write(struct log *log, enum log_level level, const char *fmt, ...)
{
	static const char syslog_level[] = {'3', '4', '6', '7'};
	char text[1024], line[1200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	keep(log, text);
	if (level == LOG_LEVEL_ERROR)
		(void)snprintf(log->error, sizeof(log->error), "%s", text);
	if (level > log->level)
		return;
	if (log->prefix)
		n = snprintf(line, sizeof(line), "<%c>fadump-ng: %s\n", syslog_level[level], text);
	else
		n = snprintf(line, sizeof(line), "fadump-ng: %s\n", text);
	/* One write a message where that can be had, so that lines of parallel writers stay whole.
	 */
	to_stderr(log, line, (size_t)n);
}
