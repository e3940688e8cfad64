/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The root prefix. Every absolute path the program knows is opened beneath this directory, symlinks
 * included, so that `--root DIR` shows the program another machine without root and without mocks.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct root {
	int fd;    /* O_PATH directory that stands for "/" */
	bool real; /* is it the machine's own "/"? mounts and reboots happen only there */
};

/* dir NULL or "/" is the machine itself. 0 or -errno. */
int root_init(const char *dir, struct root *out) _must_check_;
void root_deinit(struct root *root);

/* open(2) beneath the root. path is absolute. An fd (O_CLOEXEC), or -errno. */
int root_open(const struct root *root, const char *path, int flags, mode_t mode) _must_check_;

bool root_exists(const struct root *root, const char *path);
int root_stat(const struct root *root, const char *path, struct stat *out) _must_check_;

/* Read a whole small file, NUL-terminated; the caller frees it. -EFBIG past max bytes. */
int root_read(const struct root *root, const char *path, size_t max, char **buf,
	      size_t *len) _must_check_;

/* One write(2) of text to an existing file, as sysfs wants it. 0 or -errno. */
int root_write(const struct root *root, const char *path, const char *text) _must_check_;

/* The name by which a program of ours that is still running finds path. 0 or -ENAMETOOLONG. */
int root_name(const struct root *root, const char *path, char *buf, size_t size) _must_check_;

/* mkdir -p. 0, also when it exists; or -errno. */
int root_mkdirs(const struct root *root, const char *path, mode_t mode) _must_check_;
