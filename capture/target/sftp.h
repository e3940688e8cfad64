/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A conversation with an SFTP server over two pipes: requests with their replies one at a time, and
 * below them the pieces for many at once. Everything has a deadline; an error of the connection
 * (-ECONNRESET, -ETIMEDOUT, -EPROTO) leaves it unusable, one of the server's does not.
 */
#pragma once

#include "base/macros.h"
#include "base/reader.h"
#include "target/sftp_wire.h"

#include <stdbool.h>

#define SFTP_PATIENCE_MS INT64_C(60000) /* for a reply */
/* For one of fsync, of what is small: others may have much to write, which goes with it. */
#define SFTP_FSYNC_MS INT64_C(300000)

struct sftp_file {
	unsigned char handle[SFTP_HANDLE_MAX];
	size_t len; /* 0: not open */
};

struct sftp {
	int in, out; /* from and to the server; non-blocking; the caller's */
	unsigned int extensions;
	struct sftp_limits limits; /* of one read and write: never 0 after sftp_hello() */
	bool broken;               /* by an error of the connection */
	int64_t deadline;          /* of every request, on top of its own patience; 0: none */
	char said[160];            /* what the server said about its last refusal */
	/* Replies that sftp_call() does not wait for; may be NULL: then they break the connection.
	 */
	int (*on_reply)(void *ctx, const struct sftp_reply *r);
	void *ctx;
	void (*heard)(void *ctx); /* a reply has come; may be NULL */
	void *heard_ctx;

	uint32_t next_id; /* of the next request */

	/* private */
	unsigned char *buf; /* received: a packet handed out, then what came behind it */
	size_t used, taken;
	struct sftp_head head; /* being sent, with payload behind it */
	const unsigned char *payload;
	size_t payload_len, sent, total;
};

/* Say hello without waiting for the answer. 0 or -errno; sftp_deinit() in every case. */
int sftp_init(struct sftp *s, int in, int out) _must_check_;
/* Hear it: the version, extensions, limits. 0 or -errno. */
int sftp_hello(struct sftp *s, int64_t deadline) _must_check_;
void sftp_deinit(struct sftp *s);

/*
 * One request each, with its reply. Paths are absolute, or begin at the login's
 * directory. 0 or -errno: -EOPNOTSUPP where the server
 * has no such thing, -EIO where it says no more than "Failure".
 */
int sftp_open(struct sftp *s, const char *path, uint32_t flags,
	      struct sftp_file *out) _must_check_; /* new files: 0600 */
int sftp_close(struct sftp *s, struct sftp_file *f) _must_check_;
/* -EOPNOTSUPP also where the server offers it and then says that it cannot. */
int sftp_fsync(struct sftp *s, const struct sftp_file *f) _must_check_;
/* What the status of its reply means. */
int sftp_fsync_errno(uint32_t status);
int sftp_fstat(struct sftp *s, const struct sftp_file *f, struct sftp_attrs *out) _must_check_;
int sftp_lstat(struct sftp *s, const char *path, struct sftp_attrs *out) _must_check_;
int sftp_stat(struct sftp *s, const char *path, struct sftp_attrs *out) _must_check_;
int sftp_remove(struct sftp *s, const char *path) _must_check_;
int sftp_mkdir(struct sftp *s, const char *path) _must_check_; /* 0700 */
int sftp_rmdir(struct sftp *s, const char *path) _must_check_;
/* Atomic where the server can; where it cannot, it refuses to replace. */
int sftp_rename(struct sftp *s, const char *from, const char *to) _must_check_;
int sftp_statvfs(struct sftp *s, const char *path, uint64_t *free_bytes) _must_check_;
/* All that the reader has, to the beginning of the file, with many requests under way at a time. An
 * error of the reader's is returned, too. */
int sftp_write_all(struct sftp *s, const struct sftp_file *f,
		   const struct reader *data) _must_check_;
/* len at most limits.write. */
int sftp_write(struct sftp *s, const struct sftp_file *f, const void *data, size_t len,
	       uint64_t off) _must_check_;
/* Exactly len bytes, with many requests under way at a time. -ENODATA: the file ends first. */
int sftp_read(struct sftp *s, const struct sftp_file *f, void *buf, size_t len,
	      uint64_t off) _must_check_;

/* Many at once: start a write when !sftp_sending(), push and pull as the pipes allow. */
static inline bool sftp_sending(const struct sftp *s)
{
	return s->sent < s->total;
}
/* data stays the caller's until it is sent, len at most limits.write. *id is what the reply bears.
 */
int sftp_start_write(struct sftp *s, const struct sftp_file *f, const void *data, size_t len,
		     uint64_t off, uint32_t *id) _must_check_;
/* The same for fsync, where the server has it. */
int sftp_start_fsync(struct sftp *s, const struct sftp_file *f, uint32_t *id) _must_check_;
int sftp_push(struct sftp *s) _must_check_; /* 0: all sent; -EAGAIN; or -errno */
/* Keep what a status says in s->said. */
void sftp_note(struct sftp *s, const struct sftp_reply *r);
/* 0 with a reply, which is good until the next call; -EAGAIN: none whole yet; or -errno. */
int sftp_pull(struct sftp *s, struct sftp_reply *r) _must_check_;
