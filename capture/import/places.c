// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the other tools send dumps, as URLs. */
#include "import/build.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Take [USER[:PASSWORD]@]HOST[:PORT] apart, in place. An IPv6 address may lack its brackets. */
static void split_authority(struct importer *im, char *s, struct url *u)
{
	char *at = strrchr(s, '@'), *colon;
	static char none[] = "";

	u->user = none;
	if (at) {
		*at = '\0';
		u->user = s;
		s = at + 1;
		colon = strchr(u->user, ':');
		if (colon) {
			*colon = '\0';
			import_lose(im, "a password has no place in it: ssh uses keys, see "
					"fadump-ng propagate");
		}
	}
	colon = strrchr(s, ':');
	if (*s == '[') {
		char *end = strchr(s, ']');

		s++;
		if (end)
			*end++ = '\0';
		colon = end && *end == ':' ? end : NULL;
	} else if (colon && strchr(s, ':') != colon) {
		colon = NULL;
	}
	if (colon) {
		unsigned long port = strtoul(colon + 1, NULL, 10);

		*colon = '\0';
		if (port == 0 || port > 65535)
			import_lose(im, "its port is not a number from 1 to 65535");
		else
			u->port = (uint16_t)port;
	}
	u->host = s;
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
		   const char *path, const char *device, const char *fstype)
{
	_cleanup_free_ char *scratch = strdup(authority), *absolute = NULL;
	struct url u = {.scheme = scheme};
	size_t i;

	if (asprintf(&absolute, "%s%s", *path == '/' ? "" : "/", path) < 0)
		absolute = NULL;
	if (!scratch || !absolute) {
		im->error = -ENOMEM;
		return;
	}
	split_authority(im, scratch, &u);
	u.path = absolute;
	if (add_option(im, &u, "device", device) == 0 && add_option(im, &u, "fstype", fstype) == 0)
		set_target(im, &u);
	for (i = 0; i < u.n_options; i++)
		free(u.options[i].value);
}

void import_ssh(struct importer *im, const char *account, const char *path, const char *key)
{
	import_target(im, URL_SSH, account, path, NULL, NULL);
	if (!settings_find(im->settings, key))
		import_set(im, "identity-file", IMPORT_SSH_DIR "kdump_id_rsa");
	import_set(im, "known-hosts", IMPORT_SSH_DIR "known_hosts");
	import_note(im, "the account needs SFTP, not a shell");
}

void import_ssh_key(struct importer *im, const struct setting *s)
{
	import_set(im, "identity-file", "%s", s->value);
}

void import_nfs(struct importer *im, const char *export, const char *path)
{
	const char *colon = strstr(export, ":/");
	_cleanup_free_ char *host = NULL, *whole = NULL;
	size_t n;

	if (!colon) {
		import_lose(im, "not HOST:/DIRECTORY");
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
		import_target(im, URL_NFS, host, whole, NULL, NULL);
}
