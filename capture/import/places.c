// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the other tools send dumps, as URLs. */
#include "import/build.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An address that ends in the ':' of a port that is not there. */
static void cut_empty_port(char *host)
{
	unsigned char address[16];
	size_t n = strlen(host);

	if (n > 0 && host[n - 1] == ':' && inet_pton(AF_INET6, host, address) != 1)
		host[n - 1] = '\0';
}

/* The text of a port, after its ':'; "" is none. */
static bool read_port(struct importer *im, const char *text, struct url *u)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long port = digits && digits < 6 ? strtoul(text, NULL, 10) : 0;

	if (!*text)
		return true;
	if (text[digits] || port == 0 || port > 65535) {
		import_lose(im, "its port is not a number from 1 to 65535");
		return false;
	}
	u->port = (uint16_t)port;
	return true;
}

static char *cut_user(struct importer *im, char *s, struct url *u)
{
	char *at = strrchr(s, '@'), *colon;
	static char none[] = "";

	u->user = none;
	if (!at)
		return s;
	*at = '\0';
	u->user = s;
	colon = strchr(s, ':');
	if (colon) {
		*colon = '\0';
		import_lose(im, "a password has no place in it: ssh uses keys, see fadump-ng "
				"propagate");
	}
	return at + 1;
}

/* Take [USER[:PASSWORD]@]HOST[:PORT] apart, in place. An IPv6 address may lack its brackets.
 * False: it is lost. */
static bool split_authority(struct importer *im, char *s, struct url *u)
{
	char *colon;

	u->host = s = cut_user(im, s, u);
	if (*s == '[') {
		char *end = strchr(s, ']');

		u->host = s + 1;
		colon = end && end[1] == ':' ? end + 1 : NULL;
		if (end)
			*end = '\0';
	} else {
		cut_empty_port(s);
		colon = strrchr(s, ':');
		if (colon && strchr(s, ':') != colon)
			colon = NULL;
	}
	if (!colon)
		return true;
	*colon = '\0';
	return read_port(im, colon + 1, u);
}

/* The URL's text is checked again by the parser: what is odd about the pieces is found there. */
static void set_target(struct importer *im, const struct url *u)
{
	_cleanup_free_ char *text = url_format(u);

	if (!text)
		im->error = -ENOMEM;
	else
		import_set(im, "target", "%s", text);
}

static int add_option(struct importer *im, struct url *u, const char *key, const char *value)
{
	const char *why = NULL;
	int r = value ? url_add_option(u, key, value, &why) : 0;

	if (r == -EINVAL)
		import_lose(im, "%.100s: %s", value, why);
	else if (r < 0)
		im->error = r;
	return r;
}

void import_target(struct importer *im, enum url_scheme scheme, const char *authority,
		   const char *path, const char *const *options)
{
	_cleanup_free_ char *scratch = strdup(authority), *absolute = NULL;
	struct url u = {.scheme = scheme};
	bool good;
	size_t i;

	if (asprintf(&absolute, "%s%s", *path == '/' ? "" : "/", path) < 0)
		absolute = NULL;
	if (!scratch || !absolute) {
		im->error = -ENOMEM;
		return;
	}
	good = split_authority(im, scratch, &u);
	u.path = absolute;
	for (; options && *options && good; options += 2)
		good = add_option(im, &u, options[0], options[1]) == 0;
	if (good)
		set_target(im, &u);
	for (i = 0; i < u.n_options; i++)
		free(u.options[i].value);
}

void import_ssh(struct importer *im, const char *account, const char *path, const char *key)
{
	import_target(im, URL_SSH, account, path, NULL);
	if (!import_value(im, key))
		import_set(im, "identity-file", IMPORT_SSH_DIR "kdump_id_rsa");
	import_set(im, "known-hosts", IMPORT_SSH_DIR "known_hosts");
	import_note(im, "the account needs SFTP, not a shell");
}

void import_ssh_key(struct importer *im, const struct setting *s)
{
	import_set(im, "identity-file", "%s", s->value);
}

void import_nfs(struct importer *im, const char *export, const char *path,
		const char *const *options)
{
	const char *colon = strstr(export, ":/");
	_cleanup_free_ char *host = NULL, *whole = NULL;
	size_t n;

	if (!colon) {
		import_lose(im, "not HOST:/DIRECTORY; write it as nfs://HOST/DIRECTORY");
		return;
	}
	host = strndup(export, (size_t)(colon - export));
	for (n = strlen(colon + 1); n > 0 && colon[n] == '/'; n--)
		;
	path += strspn(path, "/");
	if (asprintf(&whole, "%.*s%s%s", (int)n, colon + 1, *path || n == 0 ? "/" : "", path) < 0)
		whole = NULL;
	if (!host || !whole)
		im->error = -ENOMEM;
	else
		import_target(im, URL_NFS, host, whole, options);
}
