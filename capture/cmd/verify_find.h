/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which file is meant by the PATH of a dump: itself, or the one that a directory has, under the
 * names that kdump's tools give it, too. */
#pragma once

#include "base/macros.h"

#include <stdbool.h>

struct verify_place {
	char path[4200]; /* of the file; of the directory when there is no such file */
	bool ours;       /* it is the vmcore of a directory, which may have a manifest */
	bool unproved;   /* it is the vmcore.unproved of one that has no vmcore */
	char also[300];  /* other dumps that are there; "" */
	char why[400];   /* there is none, or more than one; "" */
};

/*
 * 0; with out->why: -EBADMSG there is only what a capture left unfinished, -ENOENT nothing of the
 * kind, -ENOTUNIQ several; another -errno: the directory cannot be read.
 */
int verify_find(const char *arg, struct verify_place *out) _must_check_;
