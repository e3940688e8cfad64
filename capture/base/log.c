// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include "base/clock.h"
#include "base/io.h"

#include <poll.h>
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

/* Will stderr take a line? Waits a moment for a slow one, but only until it proves to be stuck. */
static bool writable(struct log *log)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	int n = poll(&p, 1, log->stuck ? 0 : STUCK_MS);

	log->stuck = n == 0;
	return n > 0;
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
	if (level > log->level || !writable(log))
		return;
	if (log->prefix)
		n = snprintf(line, sizeof(line), "<%c>fadump-ng: %s\n", syslog_level[level], text);
	else
		n = snprintf(line, sizeof(line), "fadump-ng: %s\n", text);
	/* One write a message, so that lines of parallel writers stay whole; a lost one is lost. */
	(void)!write_full(STDERR_FILENO, line, (size_t)n);
}
