/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dump stream: makedumpfile -F runs, its stdout goes through the flat parser to a sink. It is
 * complete only when the end marker was seen and the exit status was 0; anything else is not a
 * dump.
 */
#pragma once

#include "base/macros.h"
#include "dump/digest.h"
#include "dump/flat.h"
#include "dump/makedumpfile.h"
#include "dump/progress.h"
#include "dump/said.h"

struct stream_spec {
	const struct mdf_plan *plan;
	int (*write)(void *ctx, const void *buf, size_t len, uint64_t off); /* the sink */
	void *write_ctx;
	bool gather;           /* join records for the sink (gather.h); it does not by itself */
	struct digest *digest; /* fed with what the sink took; may be NULL */
	/* At most once a second, and once at the end; may be NULL. */
	void (*on_progress)(void *ctx, const struct progress *p);
	void *progress_ctx;
	int64_t deadline;     /* absolute clock_ms(); 0: none */
	unsigned int without; /* enum confine_limit: what makedumpfile is not limited in */
	int64_t stall_ms;     /* silent on stdout and stderr for so long: killed; 0: none */
};

struct stream_result {
	bool complete;     /* end marker seen and exit status 0; the only thing that counts */
	uint64_t size;     /* of the dump file, bytes */
	uint64_t streamed; /* bytes of stream */
	int64_t duration_ms;
	bool failed;       /* makedumpfile ended by itself, and not well */
	unsigned int lack; /* what it could not give up, enum confine_lack */
	struct said said;
	int exit_status; /* makedumpfile's, or 128 + signal; -1 when it did not run */
	enum flat_problem problem;
	int sink_error;   /* -errno of the sink, or 0 */
	char reason[400]; /* one line: why it is not complete; "" when it is */
};

/* 0 when out->complete; else -errno (the sink's, -ETIMEDOUT, -EBADMSG, -ENOENT, -EIO for a bad
 * exit). */
int stream_run(const struct stream_spec *spec, struct stream_result *out) _must_check_;
