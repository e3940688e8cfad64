/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of a file of keys, while one process at a time changes what is in there. */
#pragma once

#include "base/cleanup.h"
#include "base/root.h"

#define PRIVATE_NAME_MAX 280 /* of a file there, with an ending of ours */

struct private_dir {
	int fd;          /* locked */
	char path[3800]; /* of the directory */
	char name[256];  /* of the file in it */
};

/* Of an absolute path; made 0700 when it is not there. 0 or -errno. */
int private_dir_open(const struct root *root, const char *path,
		     struct private_dir *out) _must_check_;

static inline void private_dir_close(struct private_dir *d)
{
	cleanup_close(&d->fd);
}

#define _cleanup_private_dir_ _cleanup_(private_dir_close)
