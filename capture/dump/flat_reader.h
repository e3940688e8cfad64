/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flattened stream that lies in a file, read as the ordinary file that it stands for: one pass
 * over it finds its records, and reads are then served from where their data lies. Nothing is
 * written. Memory: 24 bytes a record, 64 KiB of dump or more each as makedumpfile prints it.
 */
#pragma once

#include "base/reader.h"
#include "dump/flat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flat_extent;

struct flat_reader {
	struct reader r;   /* the file; good for several threads as far as the stream's reader is */
	uint64_t trailing; /* bytes after the end marker, as on a raw partition */
	uint64_t stream;   /* bytes of the stream itself */
	enum flat_problem problem; /* for -EBADMSG, and where in the stream it is */
	uint64_t problem_at;

	/* private */
	const struct reader *in;
	struct flat_extent *extents; /* in the file's order; none overlaps another */
	size_t n, room;
	struct flat_extent *over; /* what is written over them later, in the stream's order */
	size_t n_over;
	bool too_many;
};

/* About every 256 KiB of the stream; may be NULL. */
typedef void (*flat_reader_progress)(void *ctx, uint64_t done, uint64_t total);

/*
 * Find the records. 0; -EBADMSG: it is not whole, out->problem says why; -E2BIG: it is whole, but
 * has too many records, or too many that are written over, to be read in place; another -errno: in
 * could not be read, or no memory. flat_reader_deinit() in every case. in must outlive it.
 */
int flat_reader_init(const struct reader *in, flat_reader_progress progress, void *ctx,
		     struct flat_reader *out) _must_check_;
void flat_reader_deinit(struct flat_reader *f);
