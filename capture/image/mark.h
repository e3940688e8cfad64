/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/fadump-ng.image in an initramfs: what it was built from, so that the running system can tell
 * whether it still fits. Lines, in any order:
 *
 *	version VERSION        of the program
 *	kernel RELEASE         that the image is for (modules.d/99fadump-ng adds it)
 *	config DIGEST          SHA-256 of the configuration as `config show` prints it
 *	file DIGEST PATH       of each key file that the image has a copy of
 */
#pragma once

#include "base/root.h"
#include "config/config.h"

#include <stdio.h>

#define MARK_FILES  4
#define MARK_DIGEST 65 /* in hexadecimal, with its NUL */
#define MARK_PATH   512

struct mark {
	char version[32];
	char kernel[65]; /* "" when it is not said */
	char config[MARK_DIGEST];
	struct mark_file {
		char path[MARK_PATH];
		char digest[MARK_DIGEST]; /* "-" when it is not there */
		bool unreadable;          /* by this user */
	} files[MARK_FILES];
	size_t n_files;
};

/* What the mark of an image would be that is built now, without the kernel. 0 or -ENOMEM.
 */
int mark_now(const struct root *root, const struct config *config, struct mark *out) _must_check_;
void mark_print(FILE *f, const struct mark *m);
/* 0, or -EINVAL: it is not one. Lines that are not known are left out. */
int mark_parse(const char *buf, size_t len, struct mark *out) _must_check_;
