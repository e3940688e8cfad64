// SPDX-License-Identifier: GPL-2.0-or-later
/* kdump.conf: "name value" on each line. */
#include "import/setting.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Those whose values are commands or lists of arguments, with quotes of their own. */
static const char *const quoted[] = {"core_collector",   "dracut_args",     "extra_bins",
				     "fence_kdump_args", "kdump_emergency", "kdump_post",
				     "kdump_pre",        "options"};
/* Those whose value is a device, which kdump takes every quote from. */
static const char *const devices[] = {"btrfs", "ext2", "ext3",     "ext4",
				      "minix", "raw",  "virtiofs", "xfs"};

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n && strcmp(name, list[i]) != 0; i++)
		;
	return i < n;
}

static size_t count(const char *s, char c)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == c;
	return n;
}

static void drop(char *s, char c)
{
	char *to = s;

	for (; *s; s++) {
		if (*s != c)
			*to++ = *s;
	}
	*to = '\0';
}

/* The pair that stands around all of it, in place. */
static void unquote(char *s)
{
	size_t n = strlen(s);

	if (n < 2 || (*s != '"' && *s != '\'') || s[n - 1] != *s || count(s, *s) != 2)
		return;
	memmove(s, s + 1, n - 2);
	s[n - 2] = '\0';
	for (n -= 2; n > 0 && is_blank(s[n - 1]); n--)
		s[n - 1] = '\0';
	n = strspn(s, " \t\r");
	memmove(s, s + n, strlen(s + n) + 1);
}

static void read_value(struct setting *s)
{
	size_t n;

	if (is_one_of(s->name, devices, ARRAY_SIZE(devices)) && count(s->value, '"') % 2 == 0)
		drop(s->value, '"');
	unquote(s->value);
	n = strlen(s->value);
	if (n > 0 && s->value[n - 1] == '\\')
		s->unread = "it ends in a backslash, but a line of kdump.conf does not go on in "
			    "the next one";
	else if (strpbrk(s->value, "\"'") && !is_one_of(s->name, quoted, ARRAY_SIZE(quoted)))
		s->unread = "kdump.conf takes one pair of quotes, around all of a value; this has "
			    "others";
}

static int add_line(struct settings *out, unsigned int number, const char *p, const char *end)
{
	const char *comment = memchr(p, '#', (size_t)(end - p)), *name;
	int r;

	if (comment)
		end = comment;
	while (p < end && is_blank(*p))
		p++;
	if (p == end)
		return 0;
	for (name = p; p < end && !is_blank(*p); p++)
		;
	while (end > p && is_blank(end[-1]))
		end--;
	r = settings_add(out, number, name, (size_t)(p - name), p, (size_t)(end - p));
	if (r == 0)
		read_value(&out->list[out->n - 1]);
	return r;
}

int settings_read_words(const char *buf, size_t len, struct settings *out,
			struct config_error *error)
{
	const char *end = buf + len, *p = buf;
	unsigned int number = 0;
	int r;

	out->n = 0;
	r = settings_check_text(buf, len, error);
	while (p < end && r == 0) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		r = add_line(out, ++number, p, newline ? newline : end);
		p = newline ? newline + 1 : end;
	}
	return settings_end(r, number, error);
}
