/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A place for dumps. One life: open -> begin (a directory for this crash) -> put small files,
 * create and write the dump -> commit (which yields the receipt) or abandon -> close. A target
 * knows nothing of dump formats.
 */
#pragma once

#include "base/macros.h"
#include "base/reader.h"
#include "base/root.h"
#include "target/receipt.h"
#include "target/url.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Files of a dump directory. */
#define DUMP_VMCORE     "vmcore"
#define DUMP_INCOMPLETE "vmcore.incomplete"
/* All of it was written; that it lasts, and is what was written, is not proved. */
#define DUMP_UNPROVED     "vmcore.unproved"
#define DUMP_LOG          "vmcore-dmesg.txt"
#define DUMP_OPALCORE     "opalcore"
#define DUMP_MANIFEST     "manifest.json"
#define DUMP_CAPTURE_LOG  "capture.log"

#define SSH_SYSTEM_CONFIG "/etc/ssh/ssh_config"

/* Files for ssh, beneath the root; NULL or "": none, ssh's own configuration decides. */
struct ssh_files {
	const char *identity;    /* the private key */
	const char *known_hosts; /* the servers' keys */
	const char *config;      /* instead of SSH_SYSTEM_CONFIG */
};

/* What a target needs to know of its surroundings; must outlive it. */
struct target_env {
	const struct root *root;
	struct ssh_files ssh;
	bool in_process;     /* for tests that look inside: never a process of its own (worker.h) */
	int64_t patience_ms; /* the longest silence of a target that others wait for; 0: its own */
	int64_t device_ms;   /* how long a disk is waited for; 0: a minute */
	int64_t deadline;    /* of all that is done there, absolute clock_ms(); 0: none */
};

/*
 * One directory of a target, as it was found. A plain value: it says which directory is meant, too,
 * when something in it is to be deleted.
 */
struct target_entry {
	char dir[256];
	uint64_t device, inode; /* of the directory */
	bool has_vmcore, has_unproved, has_incomplete;
	uint64_t vmcore; /* bytes of the first of them that there is */
	uint64_t used;   /* on disk, by it and opalcore, bytes */
	bool own;        /* ours, and nobody else can write in it */
	size_t manifest; /* bytes that were read of manifest.json; 0: there is none, or too large */
};

enum target_drop {
	TARGET_DROP_DUMP, /* vmcore, vmcore.unproved, vmcore.incomplete and opalcore */
	TARGET_DROP_ALL,  /* every file of ours and, when nothing else is in it, the directory */
};

struct target;

/* What a kind of target must do. Each returns 0 or -errno and may put details into t->why. */
struct target_ops {
	/* How long one of these may take, where it can block in the kernel: then a process of its
	 * own does it (worker.h). 0: it keeps env->deadline by itself. */
	int64_t patience_ms;
	int (*open)(struct target *t); /* reach it; find it writable */
	/* room for who we are; -EOPNOTSUPP: it does not say */
	int (*space)(struct target *t, uint64_t *free_bytes);
	int (*begin)(struct target *t, const char *dir);   /* 0700; -EEXIST when it holds a dump */
	int (*create)(struct target *t, const char *name); /* empty, 0600; the file write() fills */
	/*
	 * Copies; an error may be that of an earlier one. After -ENOSPC the same again writes what
	 * found no room, too. Nothing (len 0) waits for all that is under way.
	 */
	int (*write)(struct target *t, const void *buf, size_t len, uint64_t off);
	int (*pread)(struct target *t, void *buf, size_t len,
		     uint64_t off); /* by one thread at a time */
	int (*size)(struct target *t, uint64_t *bytes);
	/*
	 * All is written: a name that says so, which a reset or a target that falls silent leaves
	 * behind. Nothing is replaced (-EEXIST); no promise that the name lasts. What is wrong with
	 * the file itself flush() tells.
	 */
	int (*arrive)(struct target *t, const char *from, const char *to);
	/* The DUMP_UNPROVED of an earlier capture in the directory: its size, and away with it when
	 * `drop`. -ENOENT: there is none. */
	int (*earlier)(struct target *t, bool drop, uint64_t *bytes);
	/* What was written is on stable storage, and read from there from now on where that can
	 * be had. */
	int (*flush)(struct target *t);
	int (*publish)(struct target *t, const char *from,
		       const char *to); /* rename; names durable */
	int (*reopen)(struct target *t, const char *dir, const char *name); /* a published file */
	int (*put)(struct target *t, const char *name,
		   const struct reader *data); /* whole, durable */
	int (*abandon)(struct target *t,
		       const char *name); /* drop the file; "": it stays where it is */
	int (*close)(struct target *t);   /* leave no mount, process or fd behind */

	/* For what came before this dump: each may be NULL, where a kind has no such thing. */
	int (*capacity)(struct target *t, uint64_t *bytes); /* of the whole file system */
	int (*list)(struct target *t, char *buf, size_t size, size_t *len);
	int (*look)(struct target *t, const char *dir, struct target_entry *out, char *manifest,
		    size_t size);
	int (*drop)(struct target *t, const struct target_entry *entry, enum target_drop what);
};

/*
 * Work goes on (gets_on), or may not do so: for a kind to say while one of its operations takes
 * longer than its patience. 0; or -errno: the operation is to be left off, with this.
 */
struct target;
int target_busy(const struct target *t, bool gets_on) _must_check_;
/* So many ms from now on, but not longer than the answer is waited for. For a kind. */
int64_t target_until(const struct target *t, int64_t ms);

struct target {
	const struct target_ops *ops;
	const struct target_ops *served; /* what the process behind ops does, where there is one */
	const struct target_env *env;
	const struct root *root; /* env->root */
	const struct url *url;
	char text[512]; /* the URL, for messages */
	char dir[256];  /* this crash's directory, "" before begin */
	char why[256];  /* what failed and what to do about it; "" when the errno says it all */
	bool existing;  /* target_open_existing(): nothing is made there, nothing tried */
	bool full;      /* set by open: a test file could not be written, only for want of space */
	/* Set by open: what is written there would not outlive the boot, or is not known to. */
	bool in_memory;
	char lies_on[160]; /* then: what it really lies on, "tmpfs, which is memory" */
	/* Other machines can write there, too; of a directory, open finds out. */
	bool shared;
	/* Set by a kind whose server may have lost what it had acknowledged: a commit must compare
	 * the whole file with the digest of what was written. */
	bool reread;
	char unassured[200]; /* what this place cannot promise, for people; "" */
	/* Set by a commit: the file is called DUMP_UNPROVED, see target_file(). */
	bool arrived;
	/* Set by a publish that failed: the file is called DUMP_VMCORE all the same; or nobody
	 * knows whether it is, because the target does not answer. */
	bool renamed, name_unknown;
	/* Set by a commit that gave no receipt: all of the dump was written, and what was to say
	 * that it lasts did not come. The file is worth keeping. */
	bool unproved;
	unsigned int
		connections;  /* that carried the dump; 0: there are none to a target like this */
	unsigned int resumed; /* how often a broken connection was taken up again */

	/*
	 * For what takes long, called now and then: gets_on says that it came some way since.
	 * -errno: leave off. NULL: nothing waits for it. See target_busy().
	 */
	int (*busy)(void *ctx, bool gets_on);
	void *busy_ctx;
	bool repairing; /* a check of the file system is at work, which must come to an end */

	/* private to the kinds */
	void *kind;
	int base_fd, dir_fd, file_fd;
	uid_t owner;         /* of what is made there */
	bool probed;         /* the owner is known, and */
	bool modeless;       /* whether modes are what was asked for */
	char mountpoint[64]; /* where we mounted a device, or are about to; "" when we did not */
	int mount_lock;      /* held while we have it mounted */
};

/*
 * The error of a commit that did all it does and gives no receipt, because of t->unassured: the
 * dump is published and stays.
 */
#define TARGET_UNASSURED (-ENOTRECOVERABLE)

/* What the caller knows of the stream when it asks for a commit. */
struct dump_claim {
	bool stream_ended; /* end marker seen and exit status 0 */
	uint64_t size;     /* of the file, as the stream had it; bytes */
	uint64_t dump_id;  /* of the dump that was captured */
	bool rehearsal;    /* of a core given by hand: nothing will be released for it */
	bool unassured;    /* the configuration takes a place that cannot promise that it lasts */
	/* The check over what the target reads back. 0 or -errno. May be NULL. */
	int (*check)(void *ctx, const struct reader *r);
	/*
	 * After check: the whole file, against what was written. 0 or -errno; -EOPNOTSUPP: there is
	 * nothing to compare with. May be NULL, which means the same. Called when `all` asks for
	 * it, and when the target does.
	 */
	int (*check_all)(void *ctx, const struct reader *r);
	bool all;
	void *check_ctx;
};

/* What the file of a dump is called that gave no receipt. */
static inline const char *target_file(const struct target *t)
{
	return t->renamed ? DUMP_VMCORE : t->arrived ? DUMP_UNPROVED : DUMP_INCOMPLETE;
}

/* Reach the target and find it writable. url and env must outlive t. target_close() after 0 only.
 */
int target_open(struct target *t, const struct url *url, const struct target_env *env) _must_check_;
/* The same for target_confirm() alone: a target that is full or read-only by now will do. */
int target_open_existing(struct target *t, const struct url *url,
			 const struct target_env *env) _must_check_;
int target_close(struct target *t) _must_check_;

/* A small file, whole and durable under its own name. */
int target_put(struct target *t, const char *name, const void *buf, size_t len) _must_check_;

/*
 * What is there besides this dump. Of each of the four, -EOPNOTSUPP: not with this kind of target.
 *
 * The size of the file system, for shares of it.
 */
int target_capacity(struct target *t, uint64_t *bytes) _must_check_;
/* The names of the directories, a zero behind each, *len bytes of them. -E2BIG: buf is too small.
 */
int target_list(struct target *t, char *buf, size_t size, size_t *len) _must_check_;
/*
 * What is in one of them: *out, and the text of its manifest.json in `manifest`, up to size bytes.
 * Follows no symlink. -ENOENT, -ENOTDIR: it is no directory (any more).
 */
int target_look(struct target *t, const char *dir, struct target_entry *out, char *manifest,
		size_t size) _must_check_;
/*
 * Delete what target_look() found, durably; a dump loses its name first, so that half of one never
 * has it. -ESTALE: it is another directory by now; -EPERM: it is not ours; -EBUSY: another capture
 * has it; -ENOTEMPTY: with TARGET_DROP_ALL, what is not ours stays, and with it the manifest.
 */
int target_drop(struct target *t, const struct target_entry *entry,
		enum target_drop what) _must_check_;

/* What a log is committed with, where a policy wants no dump. */
struct log_claim {
	enum release_policy policy;
	uint64_t dump_id; /* of the dump that is not saved */
	bool unassured;   /* as in struct dump_claim */
	const char *text;
	size_t len;
};

/*
 * Put the log, make it durable and read it back: then a receipt of it, for the policy that was
 * given. Of a place that is itself in memory never. The only maker of one.
 */
int target_commit_log(struct target *t, const struct log_claim *claim,
		      struct log_receipt *out) _must_check_;

/*
 * arrive, flush, size, check, rename, directories: and only when all of it held, a receipt; never
 * for a place that is itself in memory, and TARGET_UNASSURED instead for one that cannot promise
 * that it lasts, unless the claim takes that. When it fails with t->unproved the file is worth
 * keeping. This and target_confirm are the only makers of one.
 */
int target_commit(struct target *t, const struct dump_claim *claim,
		  struct receipt *out) _must_check_;

/* Earn the receipt of a dump published earlier: find it, make it durable, check it again. */
int target_confirm(struct target *t, const char *dir, const struct dump_claim *claim,
		   struct receipt *out) _must_check_;
