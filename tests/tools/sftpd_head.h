/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server that is one of several machines with one disk: each connection is served by another, and
 * what was written to one is lost with it until it was synced there. What such a death takes back
 * is kept here, a piece for each write.
 */
#pragma once

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct head_piece {
	struct head_piece *next; /* the write before it */
	int fd;                  /* our own: the client may have closed its handle */
	ino_t inode;
	off_t off;
	size_t len;
	unsigned char *before, *now;
};

static struct head_piece *head_pieces;

/* About to write len bytes at off. */
static void head_remember(int fd, const void *data, size_t len, off_t off)
{
	struct head_piece *k = calloc(1, sizeof(*k));
	struct stat st;

	if (!k || fstat(fd, &st) < 0)
		abort();
	*k = (struct head_piece){.next = head_pieces,
				 .fd = dup(fd),
				 .inode = st.st_ino,
				 .off = off,
				 .len = len,
				 .before = calloc(1, len + 1),
				 .now = malloc(len + 1)};
	if (k->fd < 0 || !k->before || !k->now)
		abort();
	/* Beyond the end it was nothing: that reads as zeros when others have written after it. */
	(void)!pread(fd, k->before, len, off);
	memcpy(k->now, data, len);
	head_pieces = k;
}

static void head_forget(struct head_piece *k)
{
	(void)close(k->fd);
	free(k->before);
	free(k->now);
	free(k);
}

static void head_synced(int fd)
{
	struct head_piece **at = &head_pieces, *k;
	struct stat st;

	if (fstat(fd, &st) < 0)
		abort();
	while ((k = *at)) {
		if (k->inode != st.st_ino) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		head_forget(k);
	}
}

/* The last first; what another one has written over since stays. */
static void head_die(void)
{
	while (head_pieces) {
		struct head_piece *k = head_pieces;
		unsigned char *there = malloc(k->len + 1);

		if (!there)
			abort();
		if (pread(k->fd, there, k->len, k->off) == (ssize_t)k->len &&
		    memcmp(there, k->now, k->len) == 0 &&
		    pwrite(k->fd, k->before, k->len, k->off) != (ssize_t)k->len)
			abort();
		free(there);
		head_pieces = k->next;
		head_forget(k);
	}
}
