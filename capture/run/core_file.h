/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A core that was given by hand (--core FILE): any file at all. It is judged as that
 * file, which says nothing of this machine's state or of its memory.
 */
#pragma once

#include "base/macros.h"
#include "crash/verdict.h"
#include "dump/format.h"

#include <stddef.h>

/* A regular file, open to be read. An fd; -EINVAL: it is no regular file; another -errno. */
int core_file_open(const char *path) _must_check_;
/* What it is by its first bytes. */
enum dump_format core_file_format(int fd);
/* After verdict_judge_core() found it bad: why it cannot be captured, and what can be done with it;
 * one line. */
void core_file_explain(const char *path, int fd, const struct verdict *v, char *out, size_t size);
/* The same where it could not be judged, by err. */
void core_file_error(const char *path, const struct verdict *v, int err, char *out, size_t size);
