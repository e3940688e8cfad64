// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dmesg.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/confined.h"
#include "base/io.h"
#include "dump/makedumpfile.h"
#include "dump/panic.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A log buffer of 64 MiB, the largest that is of any use, with its descriptors, and the tool. It is
 * the address space, not what is used of it.
 */
#define TOOL_MEMORY   (512 * MIB)
#define TOOL_FILES    64
#define STDIN         "/proc/self/fd/0"
#define SEARCH_MS     INT64_C(20000)
#define SEARCH_MEMORY MIB

/* What a tool prints: the last DMESG_MAX bytes of it at most. */
struct gathered {
	char *text;
	size_t len, room;
	uint64_t seen;
	bool dropped;
};

static void gathered_deinit(struct gathered *g)
{
	free(g->text);
}

static int reserve(struct gathered *g, size_t len)
{
	size_t room = g->room ? g->room : 64 * KIB;
	char *grown;

	while (room < g->len + len + 1)
		room *= 2;
	if (room == g->room)
		return 0;
	grown = realloc(g->text, room);
	if (!grown)
		return -ENOMEM;
	g->text = grown;
	g->room = room;
	return 0;
}

/* Make room by forgetting the beginning: the end of the log is about the crash. */
static void forget(struct gathered *g, size_t len)
{
	size_t drop = len > DMESG_MAX / 2 ? len : DMESG_MAX / 2;

	if (drop > g->len)
		drop = g->len;
	memmove(g->text, g->text + drop, g->len - drop);
	g->len -= drop;
	g->dropped = true;
}

static int gather(void *ctx, const void *buf, size_t len)
{
	struct gathered *g = ctx;
	const char *s = buf;
	int r;

	g->seen += len;
	if (g->seen > DMESG_READ_MAX)
		return -EFBIG;
	if (len > DMESG_MAX - 1 - g->len)
		forget(g, len);
	r = reserve(g, len);
	if (r < 0)
		return r;
	/* Text for everyone who reads it, whatever a damaged log holds. */
	memcpy(g->text + g->len, s, len);
	for (size_t i = 0; i < len; i++)
		if (!s[i])
			g->text[g->len + i] = ' ';
	g->len += len;
	g->text[g->len] = '\0';
	return 0;
}

/* Begin with a whole line. */
static void trim_start(struct gathered *g)
{
	char *eol = g->len ? memchr(g->text, '\n', g->len) : NULL;
	size_t drop;

	if (!g->dropped || !eol)
		return;
	drop = (size_t)(eol + 1 - g->text);
	memmove(g->text, g->text + drop, g->len - drop + 1);
	g->len -= drop;
}

static _printf_(2, 3) void reason(struct dmesg *out, const char *fmt, ...)
{
	size_t used = strlen(out->reason);
	va_list ap;

	if (used > 0 && used + 2 < sizeof(out->reason)) {
		memcpy(out->reason + used, "; ", 3);
		used += 2;
	}
	va_start(ap, fmt);
	(void)vsnprintf(out->reason + used, sizeof(out->reason) - used, fmt, ap);
	va_end(ap);
}

struct tool {
	const char *name;
	const char *const *argv;
	int stdin_fd;
	int log_fd; /* a file that it writes the log to; -1: that is its stdout */
	struct confine confine;
};

static int gather_file(int fd, struct gathered *g)
{
	char buf[4096];
	uint64_t off = 0;
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = pread_up_to(fd, buf, sizeof(buf), off)) != 0) {
		r = n < 0 ? (int)n : gather(g, buf, (size_t)n);
		off += (uint64_t)n;
	}
	return r;
}

/*
 * Run one tool. 0 when it ended well and printed something. It reads what the crashed kernel left
 * anywhere in its memory, so it runs without powers but one: the core is opened anew, by its name
 * below /proc, and only root may do that.
 */
static int run_once(const struct tool *tool, unsigned int without, int64_t deadline_ms,
		    struct gathered *g, unsigned int *suspects, struct dmesg *out)
{
	struct confine confine = tool->confine;
	const char *name = tool->name;
	struct child_spec spec = {
		.argv = tool->argv,
		.stdin_fd = tool->stdin_fd,
		.confine = &confine,
		.deadline = deadline_ms ? clock_ms() + deadline_ms : 0,
		.on_stdout = tool->log_fd < 0 ? gather : NULL,
		.ctx = g,
	};
	struct child_result res;
	const char *words;
	int r, err = 0;

	confine.without = without;
	confine.cpu_s = deadline_ms ? (unsigned int)(deadline_ms / 1000) + 1 : 0;
	r = child_run(&spec, &res);
	if (tool->log_fd >= 0)
		err = gather_file(tool->log_fd, g);
	if (r == 0 && res.status == 128 + SIGXFSZ)
		r = -EFBIG;
	r = r ? r : err;
	*suspects = r == 0 ? confine_suspects(res.status, res.err_tail) : 0;
	trim_start(g);
	if (r == -EFBIG)
		reason(out, "%s printed more than %llu MiB", name, DMESG_READ_MAX / MIB);
	else if (res.timed_out)
		reason(out, "%s took longer than %" PRId64 " s", name, deadline_ms / 1000);
	else if (r < 0)
		reason(out, "%s could not be run: %s", name, strerror(-r));
	if (r < 0)
		return r;
	words = child_last_words(&res);
	if (res.status > 128)
		reason(out, "%s was killed by signal %d", name, res.status - 128);
	else if (res.status != 0)
		reason(out, "%s exited with %d%s%.100s", name, res.status, *words ? ": " : "",
		       words);
	else if (g->len == 0)
		reason(out, "%s printed nothing%s%.100s", name, *words ? ": " : "", words);
	return res.status != 0 || g->len == 0 ? -EIO : 0;
}

/* One that died of a limit is run once more without that limit. */
static int run_tool(const struct tool *tool, int64_t deadline_ms, struct gathered *g,
		    struct dmesg *out)
{
	size_t said = strlen(out->reason);
	unsigned int suspects = 0, again;
	int r = run_once(tool, 0, deadline_ms, g, &suspects, out);

	if (r == 0 || !suspects)
		return r;
	out->reason[said] = '\0';
	out->without = suspects;
	gathered_deinit(g);
	*g = (struct gathered){0};
	if (tool->log_fd >= 0 && ftruncate(tool->log_fd, 0) < 0)
		return -errno;
	return run_once(tool, suspects, deadline_ms, g, &again, out);
}

struct search {
	const char *text;
	size_t len;
};

/* In the child. */
static int search(void *ctx, int fd, int out)
{
	const struct search *s = ctx;
	char panic[sizeof(((struct dmesg *)0)->panic)] = "";

	(void)fd;
	panic_find(s->text, s->len, panic, sizeof(panic));
	confined_say(out, panic, sizeof(panic));
	return 0;
}

/* Without an answer there is no such line: the log itself is what counts. */
static void find_panic(struct dmesg *d)
{
	struct search s = {.text = d->text, .len = d->len};
	const struct confined_spec spec = {
		.work = search,
		.ctx = &s,
		.fd = -1,
		.deadline_ms = SEARCH_MS,
		.memory = SEARCH_MEMORY,
	};
	struct confined_result how;
	char answer[sizeof(d->panic)];

	if (confined_run(&spec, answer, sizeof(answer), &how) < 0 || how.len != sizeof(answer))
		return;
	answer[sizeof(answer) - 1] = '\0';
	for (char *c = answer; *c; c++)
		if (*c < ' ' || *c >= 0x7f)
			*c = '?';
	(void)snprintf(d->panic, sizeof(d->panic), "%s", answer);
}

int dmesg_read(const char *core, int64_t deadline_ms, struct dmesg *out)
{
	_cleanup_close_ int fd = open(core, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int no_core = fd < 0 ? -errno : 0;
	/* makedumpfile seeks in what it writes, so a pipe will not do. */
	_cleanup_close_ int log_fd = memfd_create("vmcore-dmesg", MFD_CLOEXEC);
	int no_file = log_fd < 0 ? errno : 0;
	const struct mdf_needs needs = {
		.memory = TOOL_MEMORY, .files = TOOL_FILES, .file_size = DMESG_READ_MAX};
	struct tool tools[] = {
		{
			.name = "vmcore-dmesg",
			.argv = (const char *const[]){"vmcore-dmesg", STDIN, NULL},
			.stdin_fd = fd,
			.log_fd = -1,
			.confine = {.memory = TOOL_MEMORY, .files = TOOL_FILES, .read_any = true},
		},
		{
			/* -f, since the file exists; errors only, to know them from the log's end.
			 */
			.name = "makedumpfile --dump-dmesg",
			.argv = (const char *const[]){"makedumpfile", "--message-level", "4", "-f",
						      "--dump-dmesg", core, STDIN, NULL},
			.stdin_fd = log_fd,
			.log_fd = log_fd,
			.confine = mdf_confine(&needs),
		},
	};
	size_t n = log_fd < 0 ? 1 : ARRAY_SIZE(tools);
	int r, error = 0;

	*out = (struct dmesg){0};
	tools[1].confine.reads = core;
	if (fd < 0) {
		reason(out, "%s: %s", core, strerror(-no_core));
		return no_core;
	}
	for (size_t i = 0; i < n; i++) {
		_cleanup_(gathered_deinit) struct gathered g = {0};

		r = run_tool(&tools[i], deadline_ms, &g, out);
		if (r < 0 && !error)
			error = r;
		/* The first half of a log is better than none, but no better than what the next
		 * tool may give. */
		if (g.len > 0 && (r == 0 || !out->text)) {
			free(out->text);
			out->text = take_ptr(&g.text);
			out->len = g.len;
			out->tool = tools[i].name;
			out->truncated = r < 0 || g.dropped;
		}
		if (r == 0)
			break;
	}
	if (r < 0 && no_file)
		reason(out, "no file in memory for makedumpfile --dump-dmesg: %s",
		       strerror(no_file));
	if (!out->text)
		return error;
	if (r == 0 && !out->truncated)
		out->reason[0] = '\0';
	else if (r == 0)
		(void)snprintf(out->reason, sizeof(out->reason),
			       "the log is longer than %llu MiB; its end was kept",
			       DMESG_MAX / MIB);
	find_panic(out);
	return 0;
}

void dmesg_deinit(struct dmesg *d)
{
	free(d->text);
	d->text = NULL;
	d->len = 0;
}
