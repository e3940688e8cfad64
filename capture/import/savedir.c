// SPDX-License-Identifier: GPL-2.0-or-later
/* SUSE's KDUMP_SAVEDIR: a directory or a URL, or several. */
#include "import/build.h"

#include "import/suse.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What follows "scheme://" when it is one of these; NULL when not. */
static const char *after(const char *url, const char *const *schemes)
{
	for (; *schemes; schemes++) {
		size_t n = strlen(*schemes);

		if (strncasecmp(url, *schemes, n) == 0 && strncmp(url + n, "://", 3) == 0)
			return url + n + 3;
	}
	return NULL;
}

/*
 * "USER:PASSWORD@HOST/...": the host ends at the first '/', unless a password has one, or a blank.
 * Then nothing is taken over, since a part of it could come out.
 */
static bool is_ambiguous(const char *rest)
{
	size_t n = strcspn(rest, "/"), digits;
	const char *at = memchr(rest, '@', n), *colon;

	if (*rest == '[')
		return false;
	colon = memchr(rest, ':', n);
	if (!strchr(rest + n, '@') || !colon)
		return false;
	if (at)
		return colon < at;
	digits = strspn(colon + 1, "0123456789");
	return colon + 1 + digits < rest + n;
}

static bool hides_password(const char *value)
{
	const char *p = value;

	while ((p = strstr(p, "://"))) {
		p += 3;
		if (is_ambiguous(p))
			return true;
	}
	return false;
}

/* Whether it is one of SFTP. */
static bool take_remote(struct importer *im, const char *rest, bool sftp)
{
	_cleanup_free_ char *host = strndup(rest, strcspn(rest, "/"));

	if (!host)
		im->error = -ENOMEM;
	else
		import_target(im, sftp ? URL_SSH : URL_NFS, host, rest + strlen(host), NULL);
	return sftp;
}

static bool take_url(struct importer *im, const char *url)
{
	static const char *const file[] = {"file", NULL}, *const nfs[] = {"nfs", NULL},
				 *const ssh[] = {"ssh", "sftp", "scp", NULL};
	const char *rest = *url == '/' ? url : after(url, file);
	int n = (int)strspn(url, LETTERS);

	if (rest)
		import_target(im, URL_FILE, "", rest, NULL);
	else if (after(url, nfs))
		return take_remote(im, after(url, nfs), false);
	else if (after(url, ssh))
		return take_remote(im, after(url, ssh), true);
	else if (strncmp(url + n, "://", 3) == 0 && n < 10)
		import_lose(im, "%.*s cannot be a target; ssh:// (SFTP), nfs:// and file:// can", n,
			    url);
	else
		import_lose(im, "it is neither a directory nor a URL; ssh:// (SFTP), nfs:// and "
				"file:// can be targets");
	return false;
}

/* Does a directory or URL begin here? A blank may be part of a directory's name. */
static bool is_begin(const char *s)
{
	return *s == '/' || strncmp(s + strspn(s, LETTERS), "://", 3) == 0;
}

/* The next of several, cut off in place; NULL: no more. */
static char *next_url(char **rest)
{
	char *url = *rest, *p;

	if (!url)
		return NULL;
	for (p = url; (p = strpbrk(p, " \t")); p += strspn(p, " \t")) {
		char *next = p + strspn(p, " \t");

		if (!is_begin(next))
			continue;
		*p = '\0';
		*rest = next;
		return url;
	}
	*rest = NULL;
	return url;
}

bool suse_is_local(const struct importer *im)
{
	const struct setting *s = import_value(im, "KDUMP_SAVEDIR");

	return !s || (*s->value == '/' && !strstr(s->value, "://")) ||
	       strncasecmp(s->value, "file://", 7) == 0;
}

void suse_take_savedir(struct importer *im, const struct setting *s)
{
	_cleanup_free_ char *scratch = strdup(s->value);
	char *rest = scratch, *url;
	bool sftp = false;
	size_t n;

	if (!scratch)
		im->error = -ENOMEM;
	if (hides_password(s->value)) {
		import_lose(im, "a ':' and an '@' in it could belong to a password, which has no "
				"place in a target: write it as ssh://USER@HOST/DIRECTORY");
		return;
	}
	for (n = 0; scratch && (url = next_url(&rest)); n++)
		sftp = take_url(im, url) || sftp;
	if (sftp) {
		import_set(im, "known-hosts", IMPORT_SSH_DIR "known_hosts");
		if (!import_value(im, "KDUMP_SSH_IDENTITY"))
			import_note(im, "fadump-ng propagate makes a key for it, if identity-file "
					"names none");
	}
	if (n > 1)
		import_note(im,
			    "a dump goes to the first of them that takes it, not in pieces to all");
}
