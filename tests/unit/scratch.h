/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch directory for a test, used as a root prefix, and small files in it. */
#pragma once

#include "base/macros.h"
#include "base/root.h"

struct scratch {
	char dir[64];
	struct root root;
};

void scratch_init(struct scratch *s);
void scratch_deinit(struct scratch *s);
/* Make a file and the directories it needs. */
void scratch_file(const struct scratch *s, const char *path, const char *text);
/* A small file's text, NUL-terminated, valid until the next call; NULL when it is not there. */
const char *scratch_text(const struct scratch *s, const char *path);
