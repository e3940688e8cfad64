/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * makedumpfile's flattened format (`-F`), parsed as it arrives: a 4096-byte header, then records
 * (be64 offset, be64 size, data), ended by (-1, -1). A push parser over (buf, len): it opens
 * nothing, keeps no data, and hands each piece on as soon as it is there.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLAT_HEADER_SIZE 4096
/* Unless more was asked for, a record larger than this is garbage; the largest seen is 1 MiB. */
#define FLAT_RECORD_MAX (64 * MIB)

enum flat_problem {
	FLAT_OK,
	FLAT_NOT_FLAT,   /* the header's signature is not there */
	FLAT_VERSION,    /* a type or version we do not know */
	FLAT_BAD_RECORD, /* negative, oversized or overflowing offset or size */
	FLAT_AFTER_END,  /* data after the end marker */
	FLAT_TRUNCATED,  /* the stream ended before its end marker */
	FLAT_SINK,       /* write() failed; its error is the result */
};

struct flat {
	/* Called with pieces of records. 0 or -errno; an error stops the parse and is returned. */
	int (*write)(void *ctx, const void *buf, size_t len, uint64_t off);
	void *ctx;
	uint64_t record_max; /* bytes; FLAT_RECORD_MAX to begin with */

	uint64_t consumed; /* bytes of stream so far */
	uint64_t records;  /* complete ones */
	uint64_t size;     /* of the file so far: the highest offset + size */
	bool ended;        /* the end marker was seen */
	enum flat_problem problem;
	uint64_t problem_at; /* stream offset of what is wrong */

	/* private */
	unsigned char head[32]; /* what the file header says, or a record's header, as far as it is
				   here */
	size_t head_len;
	uint64_t rec_off, rec_left;
	int phase;
	int error;
};

void flat_init(struct flat *f, int (*write)(void *, const void *, size_t, uint64_t), void *ctx);
/* 0, -EBADMSG (f->problem says why), or the sink's -errno. After an error every call returns it
 * again. */
int flat_feed(struct flat *f, const void *buf, size_t len) _must_check_;
/* At the stream's end: 0 only when the end marker was seen; -EBADMSG (FLAT_TRUNCATED) otherwise. */
int flat_finish(struct flat *f) _must_check_;
const char *flat_problem_text(enum flat_problem problem);
