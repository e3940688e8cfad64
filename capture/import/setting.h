/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of another tool's configuration, one after the other, before anything is made of
 * them. Two syntaxes: kdump.conf's lines of "name value", and files that a shell reads. Parsers
 * over (buf, len); they open nothing and run nothing.
 */
#pragma once

#include "base/macros.h"
#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>

#define SETTINGS_MAX 512

struct setting {
	unsigned int line;  /* where it begins, from 1 */
	char *name, *value; /* without blanks at their ends; value may be "" */
	const char *unread; /* why the value is not known; static; NULL: it is */
};

struct settings {
	struct setting list[SETTINGS_MAX];
	size_t n;
};

/*
 * kdump.conf(5): a '#' begins a comment at any position, and one pair of quotes around a value
 * is not part of it. A value with other quotes, where none belong, or with a backslash at its end
 * is left unread. 0, -ENOMEM, or -EINVAL with *error filled: not a text file, a line or a file too
 * long. settings_deinit() in every case.
 */
int settings_read_words(const char *buf, size_t len, struct settings *out,
			struct config_error *error) _must_check_;
/*
 * Assignments as in sh(1), with quotes; nothing is expanded: a value with a '$' or '`' that a shell
 * would act on is left unread, and so is a line that is not an assignment (its name is then "").
 */
int settings_read_shell(const char *buf, size_t len, struct settings *out,
			struct config_error *error) _must_check_;
void settings_deinit(struct settings *s);

/* The last one of that name, or NULL. */
const struct setting *settings_find(const struct settings *s, const char *name);

/* For the two readers: add one, of which copies are made. 0, -ENOMEM or -E2BIG. */
int settings_add(struct settings *s, unsigned int line, const char *name, size_t name_len,
		 const char *value, size_t value_len) _must_check_;
/* For the two readers: is it text, and not too long? 0, or -EINVAL with *error filled. */
int settings_check_text(const char *buf, size_t len, struct config_error *error) _must_check_;
/* For the two readers: their result, r, once they have come to `line`; one too many is -EINVAL. */
int settings_end(int r, unsigned int line, struct config_error *error) _must_check_;
