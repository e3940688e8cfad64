// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/url.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const char *const schemes[] = {
	[URL_FILE] = "file",
	[URL_NFS] = "nfs",
	[URL_SSH] = "ssh",
};

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;

	return p ? (int)(p - digits) : -1;
}

/* Letters, digits and a few marks: names of hosts and zones. */
static bool is_name(const char *s)
{
	return *s && s[strspn(s, ALNUM "._-")] == '\0';
}

/* Decode percent-escapes in place; `slash` says whether an escaped one is fine. */
static int decode(char *s, bool slash, const char **why)
{
	char *to = s;

	for (; *s; s++) {
		char c = *s;

		if (c == '%') {
			int high = hex_digit(s[1]), low = high < 0 ? -1 : hex_digit(s[2]);
			int byte = high * 16 + low;

			if (low < 0)
				return refuse(why,
					      "a '%' without two hexadecimal digits behind it; '%' "
					      "itself is written %25");
			if (byte < ' ' || byte == 0x7f)
				return refuse(why, "an escaped control character");
			if (byte == '/' && !slash)
				return refuse(why, "an escaped slash (%2F) in the path");
			c = (char)byte;
			s += 2;
		}
		*to++ = c;
	}
	*to = '\0';
	return 0;
}

/* Check a decoded path; collapse slashes and cut the one at the end, in place. */
static int tidy_path(char *path, const char **why)
{
	const char *from = path;
	char *to = path;

	while (*from) {
		size_t n;

		from += strspn(from, "/");
		n = strcspn(from, "/");
		if (n == 0)
			break;
		if ((n == 1 && from[0] == '.') || (n == 2 && from[0] == '.' && from[1] == '.'))
			return refuse(why, "\".\" or \"..\" in the path");
		if (n > NAME_MAX)
			return refuse(why, "a name longer than 255 bytes in the path");
		*to++ = '/';
		memmove(to, from, n);
		to += n;
		from += n;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
	return 0;
}

/* A number from 1 to 65535. */
static int parse_port(const char *s, uint16_t *out, const char **why)
{
	unsigned int port = 0;
	size_t n = strspn(s, "0123456789"), i;

	for (i = 0; i < n && n <= 5; i++)
		port = port * 10 + (unsigned int)(s[i] - '0');
	if (n == 0 || n > 5 || s[n] || port < 1 || port > 65535)
		return refuse(why, "the port must be a number from 1 to 65535");
	*out = (uint16_t)port;
	return 0;
}

/* What stands between the brackets: an address, perhaps a zone behind "%25". In place. */
static int check_ipv6(char *host, const char **why)
{
	static const char text[] =
		"not an IPv6 address in the brackets; right is [2001:db8::1] or [fe80::1%25eth0]";
	char *zone = strchr(host, '%');
	unsigned char address[16];
	int r;

	if (zone) {
		if (strncmp(zone, "%25", 3) != 0 || !is_name(zone + 3))
			return refuse(why, text);
		*zone = '\0';
	}
	r = inet_pton(AF_INET6, host, address);
	if (zone) {
		*zone = '%';
		memmove(zone + 1, zone + 3, strlen(zone + 3) + 1);
	}
	return r == 1 ? 0 : refuse(why, text);
}

/* [user@]host[:port]; the pieces stay inside s. */
static int parse_authority(char *s, enum url_scheme scheme, char **user, char **host,
			   uint16_t *port, const char **why)
{
	char *at = strchr(s, '@'), *rest;
	bool bracketed = false;
	int r;

	if (at) {
		*at = '\0';
		if (scheme != URL_SSH)
			return refuse(why, "only ssh takes a user");
		if (strchr(s, ':'))
			return refuse(why, "a password has no place in a URL; ssh uses keys");
		r = decode(s, false, why);
		if (r < 0)
			return r;
		if (!*s || *s == '-' || s[strspn(s, ALNUM "._-+@\\")])
			return refuse(why, "not a user name before the '@'");
		*user = s;
		s = at + 1;
	}
	if (*s == '[') {
		rest = strchr(s, ']');
		if (!rest)
			return refuse(why, "an IPv6 address without its closing bracket");
		*rest++ = '\0';
		s++;
		bracketed = true;
		r = check_ipv6(s, why);
		if (r < 0)
			return r;
		if (*rest && *rest != ':')
			return refuse(why, "only a port may stand behind the brackets, as in "
					   "[2001:db8::1]:22");
	} else {
		rest = s + strcspn(s, ":");
		if (*rest && strchr(rest + 1, ':'))
			return refuse(why,
				      "an IPv6 address stands in brackets, as in [2001:db8::1]");
	}
	if (*rest) {
		*rest++ = '\0';
		r = parse_port(rest, port, why);
		if (r < 0)
			return r;
	}
	*host = s;
	if (!*s)
		return refuse(why, "the host is missing");
	if (!bracketed && (*s == '-' || !is_name(s)))
		return refuse(why, "not a host name or address");
	return 0;
}

static int parse_options(char *s, struct url *u, const char **why)
{
	char *item, *rest = s;

	while ((item = strsep(&rest, "&"))) {
		char *value = strchr(item, '=');
		int r;

		if (!value)
			return refuse(why, "options are written key=value, parted by '&'");
		*value++ = '\0';
		r = decode(value, true, why);
		if (r == 0)
			r = url_add_option(u, item, value, why);
		if (r < 0)
			return r;
	}
	return 0;
}

static int find_scheme(const char *text, enum url_scheme *out, const char **why)
{
	size_t n = strcspn(text, ":/?"), i;

	if (strncmp(text + n, "://", 3) == 0) {
		for (i = 0; i < ARRAY_SIZE(schemes); i++) {
			if (strlen(schemes[i]) == n && strncmp(schemes[i], text, n) == 0) {
				*out = (enum url_scheme)i;
				return 0;
			}
		}
	}
	return refuse(why,
		      "it must begin with file://, nfs:// or ssh://; a local directory is written "
		      "file:///path");
}

/* Bytes that may not stand in a URL as they are. */
static int check_bytes(const char *text, const char **why)
{
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return refuse(why, "a blank or control character; a blank is written %20");
		if (*text == '#')
			return refuse(why, "a '#'; it is written %23");
	}
	return 0;
}

/* Fill u from a scratch copy of what follows "scheme://". On failure u owns what it got so far. */
static int parse_rest(char *s, struct url *u, const char **why)
{
	char *options = strchr(s, '?'), *path, *user = s + strlen(s), *host = user;
	char *authority;
	int r;

	if (options)
		*options++ = '\0';
	path = strchr(s, '/');
	if (!path)
		return refuse(
			why, u->scheme == URL_FILE
				     ? "the path must be absolute: file:///path"
				     : "the path is missing: it begins with a '/' behind the host");
	authority = strndup(s, (size_t)(path - s));
	if (!authority)
		return -ENOMEM;
	u->host = authority; /* owned from here; the pieces are copied below */
	if (u->scheme != URL_FILE) {
		r = parse_authority(authority, u->scheme, &user, &host, &u->port, why);
		if (r < 0)
			return r;
	} else if (*authority) {
		return refuse(why, "file takes no host; right is file:///path, with three slashes");
	}
	r = decode(path, false, why);
	if (r == 0)
		r = tidy_path(path, why);
	if (r < 0)
		return r;
	u->user = strdup(user);
	u->path = strdup(path);
	if (!u->user || !u->path)
		return -ENOMEM;
	memmove(authority, host, strlen(host) + 1);
	r = options ? parse_options(options, u, why) : 0;
	return r < 0 ? r : url_check_options(u, why);
}

int url_parse(const char *text, struct url *out, const char **why)
{
	_cleanup_free_ char *scratch = NULL;
	struct url u = {0};
	int r;

	if (strlen(text) > URL_MAX)
		return refuse(why, "longer than 511 bytes");
	r = check_bytes(text, why);
	if (r == 0)
		r = find_scheme(text, &u.scheme, why);
	if (r < 0)
		return r;
	scratch = strdup(strstr(text, "://") + 3);
	if (!scratch)
		return -ENOMEM;
	r = parse_rest(scratch, &u, why);
	if (r < 0)
		url_deinit(&u);
	else
		*out = u;
	return r;
}

void url_deinit(struct url *u)
{
	size_t i;

	free(u->user);
	free(u->host);
	free(u->path);
	for (i = 0; i < u->n_options; i++)
		free(u->options[i].value);
	*u = (struct url){0};
}

const char *url_scheme_word(enum url_scheme scheme)
{
	return schemes[scheme];
}

/* Write s with everything escaped that is neither a letter, a digit, nor in `plain`. */
static void put_escaped(FILE *f, const char *s, const char *plain)
{
	for (; *s; s++) {
		if (strchr(ALNUM, *s) || strchr(plain, *s))
			fputc(*s, f);
		else
			fprintf(f, "%%%02X", (unsigned int)(unsigned char)*s);
	}
}

static void put_host(FILE *f, const char *host)
{
	if (!strchr(host, ':')) {
		fputs(host, f);
		return;
	}
	fputc('[', f);
	for (; *host; host++)
		fputs(*host == '%' ? "%25" : (char[]){*host, '\0'}, f);
	fputc(']', f);
}

char *url_format(const struct url *u)
{
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	fprintf(f, "%s://", schemes[u->scheme]);
	if (*u->user) {
		put_escaped(f, u->user, "._-+");
		fputc('@', f);
	}
	put_host(f, u->host);
	if (u->port)
		fprintf(f, ":%u", u->port);
	put_escaped(f, u->path, "/._-+~@:,=");
	for (i = 0; i < u->n_options; i++) {
		fprintf(f, "%c%s=", i == 0 ? '?' : '&', u->options[i].key);
		put_escaped(f, u->options[i].value, "/._-+~@:=");
	}
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
