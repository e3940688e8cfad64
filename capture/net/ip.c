// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/ip.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"

#include <errno.h>
#include <string.h>

#define BRIEF_MS   INT64_C(10000)
#define OUTPUT_MAX (1 * MIB)

/* As a person would type it. */
static void command(const char *const *argv, char *out, size_t size)
{
	size_t used = 0;

	for (*out = '\0'; *argv && used < size; argv++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", *argv);
}

static int judge(const char *const *argv, int r, struct child_result *result,
		 struct net_error *error)
{
	const char *said = child_last_words(result);
	char text[120];

	if (r == 0 && result->status == 0)
		return 0;
	command(argv, text, sizeof(text));
	if (r < 0)
		(void)net_refuse(error, "%s: %s", text,
				 r == -ENOENT ? "there is no such program" : strerror(-r));
	else if (*said)
		(void)net_refuse(error, "%s: %s", text, said);
	else
		(void)net_refuse(error, "%s: exit status %d", text, result->status);
	if (r < 0)
		return r;
	/* As a shell says it, and busybox of an applet that it lacks. */
	return result->status == 127 ? -ENOENT : -EIO;
}

int net_collect_until(const char *const *argv, int64_t deadline, char **buf, size_t *len,
		      struct net_error *error)
{
	struct child_spec spec = {.argv = argv, .stdin_fd = -1, .deadline = deadline};
	struct child_result result = {.status = 0};
	char *text = NULL;
	size_t n = 0;
	int r = child_collect(&spec, OUTPUT_MAX, &text, &n, &result);

	r = judge(argv, r, &result, error);
	if (r < 0) {
		free(text);
		return r;
	}
	*buf = text;
	*len = n;
	return 0;
}

int net_collect(const char *const *argv, char **buf, size_t *len, struct net_error *error)
{
	return net_collect_until(argv, clock_ms() + BRIEF_MS, buf, len, error);
}

int net_run(const char *const *argv, struct net_error *error)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	return net_collect(argv, &text, &len, error);
}
