/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every page of a kdump-compressed file, read and expanded: what the structure alone cannot show.
 * Independent of makedumpfile. Memory: two pages and some descriptors a thread.
 */
#pragma once

#include "base/macros.h"
#include "base/reader.h"
#include "dump/kdump.h"

#include <stdint.h>

struct kdump_pages_spec {
	unsigned int threads; /* at least one is used */
	/* About once a second, on the calling thread; may be NULL. */
	void (*progress)(void *ctx, uint64_t pages, uint64_t total);
	void *ctx;
};

/*
 * After kdump_check_structure() of the same file, whose info it needs. r->pread is called by
 * spec->threads threads at a time. 0; -EBADMSG: *problem says which page, by the first one found;
 * -ELIBACC: a library is missing, problem->text names it; another -errno: it could not be read.
 */
int kdump_check_pages(const struct reader *r, const struct kdump_info *info,
		      const struct kdump_pages_spec *spec,
		      struct kdump_problem *problem) _must_check_;
