// SPDX-License-Identifier: GPL-2.0-or-later
/* What a shell would read: NAME=value, with quotes, comments and lines that go on. */
#include "import/setting.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

struct reader {
	const char *p, *end;
	unsigned int line;
	char *text; /* of a value, without its quotes; as large as the file */
	size_t len;
	const char *unread;
};

static bool at(const struct reader *r, const char *any)
{
	return r->p < r->end && strchr(any, *r->p) && *r->p;
}

static void step(struct reader *r)
{
	r->line += *r->p == '\n';
	r->p++;
}

static void keep(struct reader *r)
{
	/* A value of several lines is a list of words to whoever takes it. */
	char c = *r->p;

	if (c == '\n' || c == '\r' || c == '\t')
		c = ' ';
	r->text[r->len++] = c;
	step(r);
}

/* A backslash and what it stands for; within double quotes it is one before a few only. */
static void read_escape(struct reader *r, bool quoted)
{
	const char *next = r->p + 1;

	if (next == r->end) {
		r->unread = "it ends in a backslash";
		r->p++;
	} else if (*next == '\n') {
		r->p++;
		step(r);
	} else if (quoted && !strchr("$`\"\\", *next)) {
		keep(r);
	} else {
		r->p++;
		keep(r);
	}
}

static void read_quoted(struct reader *r, char quote)
{
	step(r);
	while (r->p < r->end && *r->p != quote) {
		if (quote == '"' && *r->p == '\\') {
			read_escape(r, true);
			continue;
		}
		if (quote == '"' && at(r, "$`"))
			r->unread = "a shell would put something in its place";
		keep(r);
	}
	if (r->p == r->end)
		r->unread = "its quotes do not end";
	else
		step(r);
}

/* The value behind the '='. */
static void read_value(struct reader *r)
{
	r->len = 0;
	r->unread = NULL;
	while (r->p < r->end && !at(r, " \t\r\n;&|()<>")) {
		if (at(r, "\"'")) {
			read_quoted(r, *r->p);
		} else if (*r->p == '\\') {
			read_escape(r, false);
		} else {
			if (at(r, "$`"))
				r->unread = "a shell would put something in its place";
			keep(r);
		}
	}
}

/* To the end of the line; whether anything stood there but a comment. */
static bool skip_line(struct reader *r)
{
	bool more = false;

	while (at(r, " \t\r;"))
		r->p++;
	if (r->p < r->end && *r->p != '\n' && *r->p != '#')
		more = true;
	while (r->p < r->end && *r->p != '\n')
		r->p++;
	if (r->p < r->end)
		step(r);
	return more;
}

static int read_line(struct reader *r, struct settings *out)
{
	static const char export[] = "export";
	const char *name;
	unsigned int line = r->line;
	size_t len;
	int err;

	while (at(r, " \t\r"))
		r->p++;
	if ((size_t)(r->end - r->p) > strlen(export) && memcmp(r->p, export, strlen(export)) == 0 &&
	    strchr(" \t", r->p[strlen(export)]))
		for (r->p += strlen(export); at(r, " \t"); r->p++)
			;
	name = r->p;
	while (at(r, NAME))
		r->p++;
	len = (size_t)(r->p - name);
	if (len > 0 && at(r, "=")) {
		r->p++;
		read_value(r);
		err = settings_add(out, line, name, len, r->text, r->len);
		if (err == 0) {
			if (skip_line(r) && !r->unread)
				r->unread = "more than an assignment stands on its line";
			out->list[out->n - 1].unread = r->unread;
		}
		return err;
	}
	if (len == 0 && (r->p == r->end || at(r, "#\n"))) {
		(void)skip_line(r);
		return 0;
	}
	(void)skip_line(r);
	err = settings_add(out, line, "", 0, name, strcspn(name, "\n"));
	if (err == 0)
		out->list[out->n - 1].unread =
			"not an assignment; only a shell can tell what it does";
	return err;
}

int settings_read_shell(const char *buf, size_t len, struct settings *out,
			struct config_error *error)
{
	_cleanup_free_ char *copy = NULL, *text = NULL;
	struct reader r;
	int err;

	out->n = 0;
	err = settings_check_text(buf, len, error);
	if (err < 0)
		return err;
	copy = strndup(buf, len); /* no NUL byte is in it */
	text = malloc(len + 1);
	if (!copy || !text)
		return -ENOMEM;
	r = (struct reader){.p = copy, .end = copy + len, .line = 1, .text = text};
	while (r.p < r.end && err == 0)
		err = read_line(&r, out);
	return settings_end(err, r.line, error);
}
