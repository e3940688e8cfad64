/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a dump goes, taken apart: file:///path[?device=...], nfs://server/path[?options],
 * ssh://user@host[:port]/path[?connections=N]. IPv6 literals stand in brackets, a zone behind
 * "%25". Percent-escapes are decoded in the user, the path and in option values; '=' needs none in
 * a value. A parser over a string; looks nothing up. Source: RFC 3986, RFC 6874 (zones).
 */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

enum url_scheme { URL_FILE, URL_NFS, URL_SSH };

#define URL_MAX         511 /* bytes; what a receipt and a record hold */
#define URL_OPTIONS_MAX 8

struct url {
	enum url_scheme scheme;
	char *user;    /* "" unset; never begins with '-' */
	char *host;    /* "" for file; IPv6 without brackets; never begins with '-' */
	uint16_t port; /* 0 unset */
	char *path;    /* absolute, no "." or ".." component, no trailing slash unless "/" */
	struct {
		const char *key; /* static */
		char *value;     /* fit to stand between commas in mount options */
	} options[URL_OPTIONS_MAX];
	size_t n_options;
};

/*
 * 0, -ENOMEM, or -EINVAL with *why (static text: what is wrong and what would be right). Refuses
 * passwords, unknown schemes, unknown options of a scheme, empty hosts, relative paths.
 * url_deinit() after 0 only.
 */
int url_parse(const char *text, struct url *out, const char **why) _must_check_;
void url_deinit(struct url *u);

/* An option's value, or NULL. */
const char *url_option(const struct url *u, const char *key);

/*
 * Add an option, checked as in url_parse(). 0, -ENOMEM, or -EINVAL: unknown to the scheme, given
 * already, or a value that is not right; *why says which.
 */
int url_add_option(struct url *u, const char *key, const char *value,
		   const char **why) _must_check_;

/* Do the options fit together? 0, or -EINVAL with *why. url_parse() has checked it. */
int url_check_options(const struct url *u, const char **why) _must_check_;

/* "file", "nfs", "ssh". Static. */
const char *url_scheme_word(enum url_scheme scheme);

/* Spell it again, so that url_parse() gives the same. Owned by the caller; NULL without memory. */
char *url_format(const struct url *u);
