// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "key = value" lines. A '#' starts a comment at the start of a line or of a value, and after a
 * blank; elsewhere it is part of the value. The parser sees the whole file and opens nothing.
 */
#include "config/config.h"
#include "config/keys.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int refuse(struct config_error *error, const char *fmt, ...) _printf_(2, 3);
static int refuse(struct config_error *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cut blanks at both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n > 0 && is_blank(s[n - 1]); n--)
		;
	s[n] = '\0';
	return s;
}

static void cut_comment(char *s)
{
	char *p;

	for (p = s; (p = strchr(p, '#')); p++) {
		if (p == s || is_blank(p[-1])) {
			*p = '\0';
			return;
		}
	}
}

/* A message goes to terminals and journals: what is quoted there is printable. */
static void make_printable(char *s)
{
	for (; *s; s++) {
		if (*s < ' ' || *s > '~')
			*s = '?';
	}
}

static int parse_line(struct config *c, char *line, unsigned int number, unsigned int *seen,
		      struct config_error *error)
{
	const struct config_key *key;
	char *name, *value;
	size_t index;
	int r;

	cut_comment(line);
	name = trim(line);
	if (!*name)
		return 0;
	value = strchr(name, '=');
	if (!value) {
		make_printable(name);
		return refuse(error, "\"%.40s\" is not \"key = value\"", name);
	}
	*value++ = '\0';
	name = trim(name);
	value = trim(value);
	if (*value == '#')
		*value = '\0';
	key = config_key_find(name);
	if (!key) {
		make_printable(name);
		return refuse(error, "unknown key \"%.40s\"; the nearest known one is \"%s\"", name,
			      config_key_nearest(name)->name);
	}
	index = (size_t)(key - config_keys);
	if (key->type != CONFIG_TYPE_TARGET && seen[index])
		return refuse(error, "%s was already set in line %u", key->name, seen[index]);
	if (key->type == CONFIG_TYPE_TARGET && !seen[index])
		config_clear_targets(c);
	seen[index] = number;
	r = config_key_set(c, key, value, error);
	if (r == -EINVAL)
		make_printable(error->text);
	if (r == 0 && key->type == CONFIG_TYPE_TARGET)
		c->targets[c->n_targets - 1].line = number;
	return r;
}

/* Is this a line of text? Bytes above 127 are left to the user of the value. */
static int check_bytes(const char *s, size_t len, struct config_error *error)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char b = (unsigned char)s[i];

		if ((b < ' ' && b != '\t') || b == 0x7f)
			return refuse(error,
				      "control character 0x%02x at column %zu: not a text file?", b,
				      i + 1);
	}
	return 0;
}

int config_parse(struct config *c, const char *buf, size_t len, struct config_error *error)
{
	unsigned int seen[CONFIG_KEYS_MAX] = {0}; /* line of each key */
	struct config_error problem = {0};
	char line[CONFIG_LINE_MAX + 1];
	const char *end = buf + len, *p = buf;
	int r = 0;

	while (p < end && r == 0) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((newline ? newline : end) - p);

		problem.line++;
		if (n > 0 && p[n - 1] == '\r')
			n--;
		r = check_bytes(p, n, &problem);
		if (r == 0 && n > CONFIG_LINE_MAX)
			r = refuse(&problem, "a line of %zu bytes; at most %d are allowed", n,
				   CONFIG_LINE_MAX);
		if (r == 0 && !newline)
			r = refuse(&problem, "the last line does not end with a newline: the file "
					     "may be cut off");
		if (r == 0) {
			memcpy(line, p, n);
			line[n] = '\0';
			r = parse_line(c, line, problem.line, seen, &problem);
		}
		p = newline ? newline + 1 : end;
	}
	if (r == -EINVAL)
		*error = problem;
	return r;
}
