/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documentation made from the tables. */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdio.h>

/*
 * Write a man page: the prose of the template (roff, see man(7)), with a line "@COMMANDS@" or
 * "@KEYS@" replaced by what the table says, and "@VERSION@" anywhere by the version. 0, or -EINVAL:
 * *line has another "@...@".
 */
int doc_man(FILE *f, const char *template, size_t len, unsigned int *line) _must_check_;
