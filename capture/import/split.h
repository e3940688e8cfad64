/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A value that is itself a list of words: a command, dracut's arguments, a kernel's command line.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

struct word_list {
	char **words; /* without their quotes */
	size_t n;
	bool open; /* the quotes of the last one do not end */
	char *text;
};

/* Parted at blanks; quotes and backslashes as in xargs(1). 0 or -ENOMEM. word_list_deinit() in
 * every case. */
int word_list_init(const char *text, struct word_list *out) _must_check_;
void word_list_deinit(struct word_list *list);
