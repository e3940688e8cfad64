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
	bool joined; /* the assignment at hand stands right after another one, on its line */
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
	/* A value of several lines is a list of words to what takes it. */
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
	} else if (*next == '\r' && next + 1 < r->end && next[1] == '\n') {
		r->p += 2;
		step(r);
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

/* The value after the '='. */
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

static void skip_blanks(struct reader *r, const char *blanks)
{
	while (at(r, blanks))
		r->p++;
}

static void skip_line(struct reader *r)
{
	while (r->p < r->end && *r->p != '\n')
		r->p++;
	if (r->p < r->end)
		step(r);
}

/* "NAME=", perhaps after "export". */
static bool at_assignment(const struct reader *r)
{
	const char *p = r->p;

	while (p < r->end && *p && strchr(NAME, *p))
		p++;
	return p > r->p && p < r->end && *p == '=';
}

/* What is left of a line that only a shell can read. */
static int add_rest(struct reader *r, struct settings *out)
{
	int err = settings_add(out, r->line, "", 0, r->p, strcspn(r->p, "\n"));

	if (err == 0)
		out->list[out->n - 1].unread =
			"not an assignment; only a shell can tell what it does";
	skip_line(r);
	return err;
}

/* After an assignment: another one may stand on its line, or something else. */
static int end_assignment(struct reader *r, struct settings *out)
{
	struct setting *s = &out->list[out->n - 1];
	bool alone = !r->joined, semicolon;

	r->joined = false;
	skip_blanks(r, " \t\r");
	semicolon = at(r, ";");
	skip_blanks(r, " \t\r;");
	s->unread = r->unread;
	if (at_assignment(r))
		r->joined = !semicolon;
	else if (r->p < r->end && !at(r, "#\n"))
		alone = false;
	if (!s->unread && (r->joined || !alone))
		s->unread = "more than an assignment stands on its line";
	if (at_assignment(r))
		return 0;
	if (r->p < r->end && !at(r, "#\n"))
		return add_rest(r, out);
	skip_line(r);
	return 0;
}

static int read_line(struct reader *r, struct settings *out)
{
	static const char export[] = "export";
	unsigned int line = r->line;
	const char *name;
	size_t len;
	int err;

	skip_blanks(r, " \t\r");
	if ((size_t)(r->end - r->p) > strlen(export) && memcmp(r->p, export, strlen(export)) == 0 &&
	    r->p[strlen(export)] && strchr(" \t", r->p[strlen(export)])) {
		r->p += strlen(export);
		skip_blanks(r, " \t");
	}
	if (r->p == r->end || at(r, "#\n")) {
		skip_line(r);
		return 0;
	}
	if (!at_assignment(r))
		return add_rest(r, out);
	name = r->p;
	len = strcspn(name, "=");
	r->p += len + 1;
	read_value(r);
	err = settings_add(out, line, name, len, r->text, r->len);
	return err < 0 ? err : end_assignment(r, out);
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
