/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which makedumpfile is this, what can it do, and how is it to be called? Facts first: a
 * compression that is not built in gives exit 0 and an uncompressed dump, threads before 1.7.8
 * corrupt pages on ppc64.
 */
#pragma once

#include "base/confine.h"
#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dump_compress {
	DUMP_COMPRESS_AUTO,
	DUMP_COMPRESS_LZO,
	DUMP_COMPRESS_ZSTD,
	DUMP_COMPRESS_SNAPPY,
	DUMP_COMPRESS_ZLIB,
	DUMP_COMPRESS_NONE,
};

struct mdf_caps {
	unsigned int version[3]; /* major, minor, patch */
	bool lzo, snappy, zstd;  /* zlib is always there */
};

/* Parse what `makedumpfile -v` prints. 0 or -EINVAL. */
int mdf_parse_caps(const char *text, size_t len, struct mdf_caps *out) _must_check_;
/* Run `makedumpfile -v` (10 s deadline) and parse it. 0 or -errno. */
int mdf_probe(struct mdf_caps *out) _must_check_;

/* Where it writes, whatever the environment says. */
#define MDF_SCRATCH "/tmp"

/* How much it may use; far more than it was ever seen to need of each (docs/capture.md). */
struct mdf_needs {
	uint64_t memory;    /* bytes of address space; 0: no limit */
	uint64_t file_size; /* bytes of each file that it writes; at least what VMCOREINFO needs */
	unsigned int files; /* open ones; at least what one thread needs */
};

/*
 * What makedumpfile gives up before it runs: it reads all that a crashed kernel left. It keeps the
 * power to open the core, and it writes to /tmp: a copy of VMCOREINFO always, and its bitmaps where
 * both fit into the 4 MiB that it takes for them, for which it needs no second look at every page
 * then. Where /tmp is not open to all it stays who we are.
 */
struct confine mdf_confine(const struct mdf_needs *needs);

/* What the capture wants. */
struct mdf_request {
	int dump_level;              /* 0..31 */
	enum dump_compress compress; /* AUTO: lzo to a fast target, zstd over a network, zlib when
					neither is there */
	int threads;                 /* 0: auto */
	const char *extra; /* makedumpfile-options: extra words split at blanks; "" for none */
	bool network;      /* the target is across a network */
	unsigned int cpus_online;
	uint64_t core_size; /* bytes; small cores get no threads in auto mode */
	uint64_t core_top;  /* the first byte of memory after the last of the core; its bitmaps
			       have a bit for each page below */
	uint64_t page_size; /* bytes; 0: unknown */
	const char *core;   /* path of the core; the plan keeps a copy */
};

/* How it will be called. Owned strings; mdf_plan_deinit(). */
struct mdf_plan {
	char *argv[40];   /* NULL-terminated: makedumpfile -F ... CORE; output on stdout */
	const char *core; /* the last of argv */
	char *env[4];     /* TMPDIR, LC_ALL; with threads LD_PRELOAD; NULL-terminated */
	enum dump_compress compress; /* what was chosen */
	int threads;                 /* 0: single-threaded */
	struct mdf_needs needs;
	uint64_t record_max;   /* bytes of the largest piece that it writes at once */
	char warnings[3][200]; /* "" when unused */
};

/*
 * 0; -EINVAL when `extra` holds an option that would break the stream or that a key of the
 * configuration sets (-F, --split, -E, -d, --num-threads, a file name...), -E2BIG when it holds too
 * many: out->warnings[0] then says which, and nothing else in out is valid; -ENOMEM. An option that
 * is not known is passed on with a warning.
 */
int mdf_plan_init(const struct mdf_caps *caps, const struct mdf_request *req,
		  struct mdf_plan *out) _must_check_;
void mdf_plan_deinit(struct mdf_plan *plan);

/*
 * Would `extra` do, whatever the machine's makedumpfile is? 0, with a warning in why (size bytes)
 * or ""; -EINVAL with the reason in why; -ENOMEM.
 */
int mdf_check_extra(const char *extra, char *why, size_t size) _must_check_;

/*
 * Is this makedumpfile new enough for the crashed kernel ("6.12.107-foo")? A warning for people in
 * buf (size bytes),
 * "" when it is. A table in the source says which kernel needs which version and what happens
 * otherwise.
 */
void mdf_warn_too_old(const struct mdf_caps *caps, const char *osrelease, char *buf, size_t size);

const char *dump_compress_word(enum dump_compress c);
