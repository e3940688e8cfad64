/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file on an SFTP server, written over several connections at once: pieces are gathered into
 * chunks, sent with their offsets, and kept until the server has acknowledged them, so that a
 * connection that dies costs nothing but time: what it had not acknowledged goes again.
 */
#pragma once

#include "target/ssh_link.h"
#include "target/ssh_window.h"

#define SSH_LINKS_MAX 8

/*
 * A disk tells of an error once, to whoever asks first. Where the connection broke before the
 * answer to a sync, asking again proves nothing.
 */
#define SSH_SYNC_LOST                                                                              \
	"the connection broke while the server brought %s to stable storage; whether that worked " \
	"is not known"

enum ssh_chunk_state { CHUNK_FREE, CHUNK_FILLING, CHUNK_QUEUED, CHUNK_SENT };

struct ssh_chunk {
	enum ssh_chunk_state state;
	unsigned char *data; /* NULL until it is used for the first time */
	size_t len;
	uint64_t off;
	uint32_t id; /* of its request on link */
	size_t link;
	int64_t sent_us;
	size_t ahead; /* bytes under way there when it was sent, itself included */
};

struct ssh_pool_link {
	struct ssh_link link;
	struct sftp_file file;
	bool up;
	bool starting;            /* ssh runs and has not come to a greeting yet */
	bool known;               /* has been up */
	bool used;                /* the server has acknowledged something of the file on it */
	bool away;                /* never came up, and is not tried again: the others do */
	bool held;                /* up without a break since the file was created */
	bool syncing;             /* asked to bring the file to stable storage: nothing is sent */
	bool synced;              /* it answered that, since it was asked last */
	uint32_t sync_id;         /* of that request */
	uint64_t unsynced;        /* bytes acknowledged on it since it was asked that */
	uint32_t since;           /* the first request of this file; answers to earlier ones */
	unsigned int stale;       /* have come so often */
	size_t under_way;         /* bytes sent and not acknowledged */
	struct ssh_window window; /* how many there may be */
	int64_t heard;            /* when it was last heard of while something was under way */
	int64_t retry_at;         /* when it is down; when it is starting: how long it may take */
	int64_t wait_ms;          /* how long the next retry will wait */
};

/* Bytes that were read back. */
struct ssh_ahead {
	unsigned char *buf; /* NULL until it is used */
	uint64_t off;
	size_t len;
	uint64_t used; /* when; of the pool's reads */
};

#define SSH_AHEADS 2 /* a dump's page descriptors and its pages are read in turn */

/* Bytes of the file. */
struct ssh_span {
	uint64_t off, len;
};

/*
 * How long nothing may get on: less than the watchdog's patience with a dump that is written
 * (run/guard.c), and more than a sync of the dump may take, which is the longest of all waits here.
 */
#define SSH_STILL_MS INT64_C(600000)
#define SSH_SYNC_MS  INT64_C(540000)

struct ssh_pool {
	const struct url *url;
	const struct target_env *env;
	const struct target *t; /* is told that work goes on, see target_busy(); may be NULL */
	struct ssh_pool_link links[SSH_LINKS_MAX];
	size_t n_links;
	struct ssh_ahead ahead[SSH_AHEADS]; /* of the file as it is: ssh_read.c */
	uint64_t reads, read_size;          /* how many there were; the file's size, 0: not known */
	uint64_t sync_every; /* bytes on one connection; ssh_pool_init() says how many */
	char ciphers[1024];  /* for ssh; "": its own choice */
	int64_t deadline;    /* env's, until what is left to do is small; 0: none */
	char path[1024];     /* of the file; "" none is open */
	char other[1024];    /* what it may be called instead, while it is renamed; "" */
	uint32_t flags;      /* how it is opened again */
	struct ssh_chunk *chunks;
	size_t n_chunks, chunk_size;
	struct ssh_chunk *filling;
	bool queued;      /* a chunk, since the connections were last looked at by a write */
	int64_t progress; /* when a byte was last acknowledged */
	bool acked;       /* has anything been acknowledged of this file? */
	uint64_t end;     /* of what was acknowledged */
	bool lied;        /* there is reason to doubt what the server acknowledged */
	bool dropped;     /* a connection that carried some of the file has broken since */
	bool dirs_synced; /* for those above: the server has synced a directory */
	bool no_sync;     /* the server offers fsync and says that it cannot */
	bool sync_lost;   /* one broke before its answer to a sync of the file */
	bool streaming;   /* there is more to come of the file: what cannot be proved ends here */
	/* Under way when a connection broke: the server may still write it, over what comes anew.
	 */
	struct ssh_span *astray;
	size_t n_astray;
	int64_t astray_at; /* the last of it */
	unsigned int resumed;
	bool named;  /* for those above: the name of the dump's directory is durable */
	int refusal; /* what the last try to connect again came to */
	int error;   /* the first; nothing is written any more */
	char why[200];
};

/*
 * Connect n times (1..SSH_LINKS_MAX) to the server. One is enough and is waited for; the others
 * only make it faster, and join when they come. Tries again for a while where that may help. 0 or
 * -errno with p->why; ssh_pool_deinit() in every case.
 */
int ssh_pool_init(struct ssh_pool *p, const struct url *url, const struct target_env *env,
		  size_t n) _must_check_;
void ssh_pool_deinit(struct ssh_pool *p);

/*
 * A connection that works, for requests while nothing is under way; connects again where none does.
 * NULL with p->error and p->why.
 */
struct sftp *ssh_pool_any(struct ssh_pool *p);

/* Create the file on all connections; exclusive. 0 or -errno. */
int ssh_pool_create(struct ssh_pool *p, const char *path) _must_check_;
/*
 * Copies. 0, or -errno, which stays. -ECONNRESET also as soon as nothing can prove any more what is
 * there already, however well the connections are: see ssh_pool_sync().
 */
int ssh_pool_write(struct ssh_pool *p, const void *buf, size_t len, uint64_t off) _must_check_;
/* Everything is acknowledged. 0 or -errno. */
int ssh_pool_drain(struct ssh_pool *p) _must_check_;
/*
 * The file is on stable storage, as every connection that is up says, all asked at a time: each may
 * lead to another machine, which answers for what it took alone. When the answer of one is lost,
 * another that has been up since the file was created answers for the disk; with none left, nothing
 * is asked again: p->sync_lost. *held: one of those that answered has been up for so long. 0 or
 * -errno.
 */
int ssh_pool_sync(struct ssh_pool *p, bool *held) _must_check_;
/* The open file of the connection ssh_pool_any() gives. */
struct sftp_file *ssh_pool_file(struct ssh_pool *p);
/* How many connections carried some of the file. */
unsigned int ssh_pool_used(const struct ssh_pool *p);
/* What the server said last on that connection; "" nothing. */
const char *ssh_pool_said(const struct ssh_pool *p);
/* Nothing that was read before counts any more. */
void ssh_pool_reread(struct ssh_pool *p);
/* A file that ssh_pool_any()'s connection has opened for reading, to be found again at path. */
void ssh_pool_adopt(struct ssh_pool *p, const char *path);
/* The file is about to be renamed to `to`, and either name may be its own from now on. */
void ssh_pool_moving(struct ssh_pool *p, const char *to);
/* It was; or it was not, and nobody doubts it. */
void ssh_pool_moved(struct ssh_pool *p, bool done);
/* One more try to be heard, with some time of its own, whatever was the error. */
void ssh_pool_again(struct ssh_pool *p);
/* What is left to do is small: a deadline that is near or over leaves some time for it. */
void ssh_pool_grant(struct ssh_pool *p);
/*
 * Give the file up: what is under way is of no interest any more, nor is an earlier error. Some
 * time is left to clean up, and no more.
 */
void ssh_pool_forget(struct ssh_pool *p);
/*
 * Close the file on all connections; what each says counts, but for one that breaks when everything
 * was synced before. 0 or -errno.
 */
int ssh_pool_close(struct ssh_pool *p) _must_check_;
