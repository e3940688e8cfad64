/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dumps of a target whose base directory is open (t->base_fd): what all targets do that are
 * directories of a mounted file system. The members of struct target_ops, apart from open and
 * close.
 */
#pragma once

#include "target/target.h"

/*
 * Open path, on what t has mounted or beneath the root, as t->base_fd; make it and find it writable
 * unless t->existing. 0 or -errno.
 */
int directory_open(struct target *t, const char *path) _must_check_;
/* Close what is open. */
void directory_close(struct target *t);

int directory_space(struct target *t, uint64_t *free_bytes);
int directory_begin(struct target *t, const char *dir);
int directory_create(struct target *t, const char *name);
int directory_write(struct target *t, const void *buf, size_t len, uint64_t off);
int directory_pread(struct target *t, void *buf, size_t len, uint64_t off);
int directory_size(struct target *t, uint64_t *bytes);
int directory_flush(struct target *t);
int directory_publish(struct target *t, const char *from, const char *to);
int directory_reopen(struct target *t, const char *dir, const char *name);
int directory_put(struct target *t, const char *name, const struct reader *data);
int directory_abandon(struct target *t, const char *name);
int directory_arrive(struct target *t, const char *from, const char *to);
int directory_earlier(struct target *t, bool drop, uint64_t *bytes);

/* Earlier dumps. */
int directory_capacity(struct target *t, uint64_t *bytes);
int directory_list(struct target *t, char *buf, size_t size, size_t *len);
int directory_look(struct target *t, const char *dir, struct target_entry *out, char *manifest,
		   size_t size);
int directory_drop(struct target *t, const struct target_entry *entry, enum target_drop what);
