// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"
#include "target/ssh_pool_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASTRAY_MS  INT64_C(10000) /* for a server to be done with what a connection left it */
#define CLEANUP_MS INT64_C(30000) /* for what is left when the deadline is over */

static bool has_room(const struct ssh_pool *p)
{
	size_t c;

	for (c = 0; c < p->n_chunks; c++)
		if (p->chunks[c].state == CHUNK_FREE)
			return true;
	return false;
}

static bool is_drained(const struct ssh_pool *p)
{
	size_t c;

	for (c = 0; c < p->n_chunks; c++)
		if (p->chunks[c].state != CHUNK_FREE)
			return false;
	for (c = 0; c < p->n_links; c++)
		if (p->links[c].syncing)
			return false;
	return true;
}

static bool is_up(const struct ssh_pool *p)
{
	return ssh_pool_any_up(p);
}

struct sftp *ssh_pool_any(struct ssh_pool *p)
{
	return p->error || ssh_pool_pump(p, is_up) < 0 ? NULL
						       : &p->links[ssh_pool_pick(p)].link.sftp;
}

struct sftp_file *ssh_pool_file(struct ssh_pool *p)
{
	size_t i = ssh_pool_pick(p);

	return &p->links[i < p->n_links ? i : 0].file;
}

unsigned int ssh_pool_used(const struct ssh_pool *p)
{
	unsigned int used = 0;
	size_t i;

	for (i = 0; i < p->n_links; i++)
		used += p->links[i].used;
	return used;
}

const char *ssh_pool_said(const struct ssh_pool *p)
{
	size_t i = ssh_pool_pick(p);

	return p->links[i < p->n_links ? i : 0].link.sftp.said;
}

void ssh_pool_reread(struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < SSH_AHEADS; i++)
		p->ahead[i].len = 0;
	p->read_size = 0;
}

void ssh_pool_adopt(struct ssh_pool *p, const char *path)
{
	ssh_pool_reread(p);
	(void)snprintf(p->path, sizeof(p->path), "%s", path);
	p->other[0] = '\0';
	p->flags = SFTP_FXF_READ;
	p->end = 0;
	p->dropped = p->sync_lost = p->streaming = false;
}

void ssh_pool_free_chunks(struct ssh_pool *p)
{
	size_t i;

	for (i = 0; p->chunks && i < p->n_chunks; i++)
		free(p->chunks[i].data);
	free(p->chunks);
	p->chunks = NULL;
	p->filling = NULL;
	p->n_chunks = 0;
}

static int make_chunks(struct ssh_pool *p)
{
	size_t i, size = SSH_CHUNK_MAX;

	/* One that is down has no limits, not even none. */
	for (i = 0; i < p->n_links; i++)
		if (p->links[i].up && p->links[i].link.sftp.limits.write < size)
			size = (size_t)p->links[i].link.sftp.limits.write;
	if (p->chunks && size == p->chunk_size)
		return 0;
	/* Those of an earlier file have the size that its connections took. */
	ssh_pool_free_chunks(p);
	p->chunk_size = size;
	p->n_chunks = p->n_links * (size_t)(SSH_WINDOW_MAX / p->chunk_size) + 2;
	p->chunks = calloc(p->n_chunks, sizeof(*p->chunks));
	if (!p->chunks)
		p->n_chunks = 0;
	return p->chunks ? 0 : -ENOMEM;
}

static void set_deadline(struct ssh_pool *p, int64_t deadline)
{
	size_t i;

	p->deadline = deadline;
	for (i = 0; i < p->n_links; i++)
		p->links[i].link.sftp.deadline = deadline;
}

int ssh_pool_create(struct ssh_pool *p, const char *path)
{
	uint32_t flags = SFTP_FXF_READ | SFTP_FXF_WRITE;
	bool made = false;
	size_t i;
	int err;

	ssh_pool_reread(p);
	/* A file that was given up before this one has left a moment for cleaning up. */
	set_deadline(p, p->env->deadline);
	if (p->error || !ssh_pool_any(p))
		return p->error;
	err = make_chunks(p);
	for (i = 0; i < p->n_links && err == 0; i++) {
		if (!p->links[i].up)
			continue;
		err = sftp_open(&p->links[i].link.sftp, path,
				made ? flags : flags | SFTP_FXF_CREAT | SFTP_FXF_EXCL,
				&p->links[i].file);
		/* The first one made it; another one that fails can be done without. */
		if (err < 0 && made) {
			ssh_pool_drop(p, i, err);
			err = 0;
		} else if (err == 0) {
			made = true;
		}
	}
	if (err == 0)
		(void)snprintf(p->path, sizeof(p->path), "%s", path);
	for (i = 0; i < p->n_links; i++)
		p->links[i].held = p->links[i].up && p->links[i].file.len;
	for (i = 0; i < p->n_links; i++) {
		p->links[i].since = p->links[i].link.sftp.next_id;
		p->links[i].stale = 0;
		p->links[i].used = p->links[i].syncing = false;
		p->links[i].unsynced = 0;
	}
	p->other[0] = '\0';
	p->flags = flags;
	p->acked = p->lied = p->dropped = p->sync_lost = p->streaming = false;
	p->end = p->n_astray = 0;
	return err;
}

/* Two writes to the same bytes must not be under way at a time: which came last could not be told.
 */
static bool overlaps(const struct ssh_pool *p, uint64_t off, size_t len)
{
	size_t c;

	for (c = 0; c < p->n_chunks; c++) {
		const struct ssh_chunk *k = &p->chunks[c];

		if (k->state != CHUNK_FREE && off < k->off + k->len && k->off < off + len)
			return true;
	}
	return false;
}

static bool is_astray(const struct ssh_pool *p, uint64_t off, size_t len)
{
	size_t i;

	for (i = 0; i < p->n_astray; i++)
		if (off < p->astray[i].off + p->astray[i].len && p->astray[i].off < off + len)
			return true;
	return false;
}

/* What ends with its connection has ended by then. */
static bool is_settled(const struct ssh_pool *p)
{
	return clock_ms() - p->astray_at >= ASTRAY_MS;
}

static void queue_filling(struct ssh_pool *p)
{
	if (p->filling)
		p->filling->state = CHUNK_QUEUED;
	p->filling = NULL;
	p->queued = true;
}

/* A chunk to be filled from off. 0 or -errno. */
static int take_chunk(struct ssh_pool *p, uint64_t off)
{
	size_t c;

	if (ssh_pool_pump(p, has_room) < 0)
		return p->error;
	for (c = 0; p->chunks[c].state != CHUNK_FREE;)
		c++;
	if (!p->chunks[c].data)
		p->chunks[c].data = malloc(p->chunk_size);
	if (!p->chunks[c].data)
		return ssh_pool_fail(p, -ENOMEM);
	p->filling = &p->chunks[c];
	p->filling->state = CHUNK_FILLING;
	p->filling->off = off;
	p->filling->len = 0;
	return 0;
}

int ssh_pool_write(struct ssh_pool *p, const void *buf, size_t len, uint64_t off)
{
	const unsigned char *from = buf;

	p->streaming = true;
	if (p->error)
		return p->error;
	if (off > INT64_MAX - len)
		return ssh_pool_fail(p, -EFBIG);
	if (p->filling && off != p->filling->off + p->filling->len)
		queue_filling(p);
	/* What is being filled ends where this begins; any other overlap waits. */
	if (overlaps(p, off, len)) {
		queue_filling(p);
		if (ssh_pool_pump(p, is_drained) < 0)
			return p->error;
	}
	if (is_astray(p, off, len)) {
		if (ssh_pool_pump(p, is_settled) < 0)
			return p->error;
		p->n_astray = 0;
		/* Reading it back shows whether that was long enough. */
		p->lied = true;
	}
	while (len) {
		size_t n;

		if (!p->filling && take_chunk(p, off) < 0)
			return p->error;
		n = p->chunk_size - p->filling->len;
		n = n < len ? n : len;
		memcpy(p->filling->data + p->filling->len, from, n);
		p->filling->len += n;
		from += n;
		off += n;
		len -= n;
		if (p->filling->len == p->chunk_size)
			queue_filling(p);
	}
	/* Asking the connections costs more than what a small record brings. */
	if (!p->queued)
		return 0;
	p->queued = false;
	return ssh_pool_move(p);
}

int ssh_pool_drain(struct ssh_pool *p)
{
	/* All is sent in a moment: it is worth keeping, proved or not. */
	p->streaming = false;
	queue_filling(p);
	return p->error ? p->error : ssh_pool_pump(p, is_drained);
}

int ssh_pool_close(struct ssh_pool *p)
{
	int err = p->error, r;
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		struct ssh_pool_link *l = &p->links[i];

		if (!l->up || !l->file.len)
			continue;
		r = sftp_close(&l->link.sftp, &l->file);
		/* That it was synced is known; the end of its connection closes it. */
		if (r < 0 && l->link.sftp.broken && l->link.sftp.extensions & SFTP_EXT_FSYNC)
			continue;
		if (r < 0 && err == 0) {
			why(p, "the server failed at closing the file: %s",
			    l->link.sftp.said[0] ? l->link.sftp.said : strerror(-r));
			err = r;
		}
		l->file.len = 0;
	}
	p->path[0] = p->other[0] = '\0';
	return err;
}

void ssh_pool_moving(struct ssh_pool *p, const char *to)
{
	(void)snprintf(p->other, sizeof(p->other), "%s", to);
}

void ssh_pool_moved(struct ssh_pool *p, bool done)
{
	if (done && p->other[0])
		memcpy(p->path, p->other, sizeof(p->path));
	p->other[0] = '\0';
}

void ssh_pool_grant(struct ssh_pool *p)
{
	int64_t least = clock_ms() + CLEANUP_MS;

	if (p->deadline && p->deadline < least)
		set_deadline(p, least);
}

void ssh_pool_again(struct ssh_pool *p)
{
	p->error = 0;
	set_deadline(p, clock_ms() + CLEANUP_MS);
}

void ssh_pool_forget(struct ssh_pool *p)
{
	size_t i;

	p->streaming = false;
	set_deadline(p, clock_ms() + CLEANUP_MS);
	for (i = 0; i < p->n_links; i++) {
		struct ssh_pool_link *l = &p->links[i];

		/* Whatever is asked now would be answered behind that, if ever. */
		if (l->up && l->syncing)
			ssh_pool_drop(p, i, -ETIMEDOUT);
		/* Answers to what was under way may come even behind this one's. */
		l->link.sftp.on_reply = ssh_pool_ignore;
		if (l->up && l->file.len && !l->link.sftp.broken)
			(void)!sftp_close(&l->link.sftp, &l->file);
		l->file.len = 0;
		l->under_way = 0;
		l->syncing = false;
	}
	for (i = 0; i < p->n_chunks; i++)
		p->chunks[i].state = CHUNK_FREE;
	p->filling = NULL;
	p->path[0] = p->other[0] = '\0';
	p->end = p->n_astray = 0;
	p->acked = false;
	/* That of a lost sync says nothing of the server. */
	if (ssh_pool_any_up(p) || p->sync_lost)
		p->error = 0;
}
