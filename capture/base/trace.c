// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/trace.h"

#include "base/clock.h"
#include "base/outlet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A stderr that is stuck must not hold anything up. */
#define STUCK_MS 500

static bool enabled;

void trace_enable(void)
{
	enabled = true;
}

bool trace_is_on(void)
{
	return enabled;
}

void trace(const char *fmt, ...)
{
	char text[1024], line[1100];
	va_list ap;
	int n;

	if (!enabled)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* As log_write() marks it for the journal. */
	n = snprintf(line, sizeof(line), "%sfadump-ng: %s\n", getenv("JOURNAL_STREAM") ? "<7>" : "",
		     text);
	(void)!outlet_write(STDERR_FILENO, line, (size_t)n, clock_ms() + STUCK_MS);
}

void trace_program(const char *verb, const char *const *argv)
{
	char text[900];
	size_t n = 0;

	if (!enabled)
		return;
	text[0] = '\0';
	for (; *argv && n < sizeof(text); argv++) {
		const char *quote = !**argv || strpbrk(*argv, " \t\n\"") ? "'" : "";

		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s%s%s", quote, *argv, quote);
	}
	trace("%s%s", verb, text);
}
