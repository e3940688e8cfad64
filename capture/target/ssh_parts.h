/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of ssh:// targets share; ssh.h for everybody else. */
#pragma once

#include "target/ssh_pool.h"
#include "target/target.h"

#define SSH_PATH_SIZE 1024

#define SSH_NO_SYNC   "the server cannot be asked to bring data to stable storage (fsync)"

static inline struct ssh_pool *ssh_pool_of(const struct target *t)
{
	return t->kind;
}

/* Say in t->why what went wrong, in the words of whoever knows most. err. */
int ssh_told(struct target *t, const char *what, int err);

/* "PATH/A" or "PATH/A/B" of the target, into SSH_PATH_SIZE bytes. 0 or -ENAMETOOLONG. */
int ssh_path(const struct target *t, const char *a, const char *b, char *buf) _must_check_;

/* A request that may be made again when its connection breaks. f: the pool's file there. */
typedef int ssh_request(struct sftp *s, struct sftp_file *f, void *ctx);
int ssh_persist(struct target *t, ssh_request *r, void *ctx) _must_check_;

/*
 * A directory can be opened for reading like a file, and then synced, at OpenSSH's server. *lost is
 * set when the connection broke before the answer to the sync. 0 or -errno.
 */
int ssh_sync_directory(struct target *t, struct sftp *s, const char *path, bool *lost) _must_check_;
/* The names in the dump's directory, and its own. */
int ssh_sync_names(struct target *t, struct sftp *s, bool *lost) _must_check_;

/* Members of struct target_ops. */
int ssh_target_open(struct target *t);
int ssh_size(struct target *t, uint64_t *bytes);
int ssh_pread(struct target *t, void *buf, size_t len, uint64_t off);
int ssh_arrive(struct target *t, const char *from, const char *to);
int ssh_earlier(struct target *t, bool drop, uint64_t *bytes);
int ssh_flush(struct target *t);
int ssh_publish(struct target *t, const char *from, const char *to);
int ssh_put(struct target *t, const char *name, const struct reader *data);
int ssh_abandon(struct target *t, const char *name);
