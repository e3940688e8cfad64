/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the pool share; ssh_pool.h for everybody else. */
#pragma once

#include "target/ssh_pool.h"

#define BACKOFF_MS  INT64_C(1000)

#define why(p, ...) (void)snprintf((p)->why, sizeof((p)->why), __VA_ARGS__)

/* The first error stays, and is returned. */
int ssh_pool_fail(struct ssh_pool *p, int err);

/* The connection for single requests: one that has held if there is one. n_links: none is up. */
size_t ssh_pool_pick(const struct ssh_pool *p);
bool ssh_pool_any_up(const struct ssh_pool *p);

/* Is there one that has been up since the file was created? */
bool ssh_pool_any_held(const struct ssh_pool *p);

void ssh_pool_free_chunks(struct ssh_pool *p);

/* A connection is gone. What it had not acknowledged waits for another, or for it to come back. */
void ssh_pool_drop(struct ssh_pool *p, size_t i, int err);
/* Those that are down and whose time has come. An error only when there is nobody left to wait for.
 */
int ssh_pool_retry(struct ssh_pool *p) _must_check_;

/* Ask one to bring the file to stable storage. 0 or the connection's -errno. */
int ssh_pool_ask_sync(struct ssh_pool_link *l) _must_check_;
/* Time for a sync while the file is written: start one. 0 or the connection's -errno. */
int ssh_pool_sync_some(struct ssh_pool *p, struct ssh_pool_link *l) _must_check_;
/* Its answer. 0 or p->error. */
int ssh_pool_synced(struct ssh_pool *p, struct ssh_pool_link *l,
		    const struct sftp_reply *r) _must_check_;

/* Move what can be moved on all connections. 0 or p->error. */
int ssh_pool_move(struct ssh_pool *p) _must_check_;
/* The same until done() is true of the pool. 0 or p->error. */
int ssh_pool_pump(struct ssh_pool *p, bool (*done)(const struct ssh_pool *p)) _must_check_;

/*
 * The server says err, and no more than that: p->why, "the server WHAT: ...". err, or -ENOSPC where
 * its disk turns out to be full.
 */
int ssh_pool_refused(struct ssh_pool *p, struct sftp *s, int err, const char *what);

/* An sftp.on_reply for what is of no interest any more. */
int ssh_pool_ignore(void *ctx, const struct sftp_reply *r);
