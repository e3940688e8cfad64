// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"
#include "target/ssh_pool_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SILENCE_MS INT64_C(120000) /* under way and not a word: the connection is dead */

#define STALE_MAX  512 /* more than there can be */

/* For one that is asked something: no longer than those wait who share its time. */
static int64_t silence(const struct ssh_pool *p, const struct ssh_pool_link *l)
{
	int64_t ms = l->syncing ? SSH_SYNC_MS : SILENCE_MS;

	return p->env->patience_ms && p->env->patience_ms < ms ? p->env->patience_ms : ms;
}

int ssh_pool_ignore(void *ctx, const struct sftp_reply *r)
{
	(void)ctx;
	(void)r;
	return 0;
}

int ssh_pool_refused(struct ssh_pool *p, struct sftp *s, int err, const char *what)
{
	uint64_t room;

	why(p, "the server %s: %s", what, s->said[0] ? s->said : strerror(-err));
	/* What is still under way is of no interest any more. */
	s->on_reply = ssh_pool_ignore;
	if (err == -EIO && sftp_statvfs(s, p->path, &room) == 0 && room < MIB)
		err = -ENOSPC;
	if (err == -ENOSPC)
		why(p, "No space left on device: the server's disk is full");
	return err;
}

static struct ssh_chunk *find_sent(struct ssh_pool *p, size_t link, uint32_t id)
{
	size_t c;

	for (c = 0; c < p->n_chunks; c++) {
		struct ssh_chunk *k = &p->chunks[c];

		if (k->state == CHUNK_SENT && k->link == link && k->id == id)
			return k;
	}
	return NULL;
}

static int take_reply(struct ssh_pool *p, size_t i, const struct sftp_reply *r)
{
	struct ssh_pool_link *l = &p->links[i];
	struct ssh_chunk *k = find_sent(p, i, r->id);
	int64_t now_us;
	int err;

	if (l->syncing && r->id == l->sync_id && r->type == SFTP_STATUS &&
	    !sftp_sending(&l->link.sftp))
		return ssh_pool_synced(p, l, r);
	/* Of a file that was given up: a server may answer in any order. */
	if ((int32_t)(r->id - l->since) < 0 && ++l->stale <= STALE_MAX)
		return 0;
	/* One that is still being sent cannot have been written. */
	if (!k || r->type != SFTP_STATUS ||
	    (sftp_sending(&l->link.sftp) && l->link.sftp.payload == k->data)) {
		ssh_pool_drop(p, i, -EPROTO);
		return p->error;
	}
	err = sftp_status_errno(r->status);
	if (err < 0) {
		sftp_note(&l->link.sftp, r);
		return ssh_pool_fail(p, ssh_pool_refused(p, &l->link.sftp, err, "refused a write"));
	}
	now_us = clock_us();
	ssh_window_acked(&l->window, now_us, now_us - k->sent_us, k->ahead);
	l->used = true;
	l->under_way -= k->len;
	l->unsynced += k->len;
	l->heard = p->progress = clock_ms();
	l->wait_ms = BACKOFF_MS;
	k->state = CHUNK_FREE;
	p->acked = true;
	if (k->off + k->len > p->end)
		p->end = k->off + k->len;
	return 0;
}

static struct ssh_chunk *next_queued(struct ssh_pool *p)
{
	struct ssh_chunk *first = NULL;
	size_t c;

	/* In the order of the file, which is how a server's disk likes it. */
	for (c = 0; c < p->n_chunks; c++) {
		struct ssh_chunk *k = &p->chunks[c];

		if (k->state == CHUNK_QUEUED && (!first || k->off < first->off))
			first = k;
	}
	return first;
}

/* Send on one connection as much as it takes. 0 or the connection's -errno. */
static int send_on(struct ssh_pool *p, size_t i)
{
	struct ssh_pool_link *l = &p->links[i];
	struct ssh_chunk *k;
	int err = sftp_push(&l->link.sftp);

	if (err == 0)
		err = ssh_pool_sync_some(p, l);
	while (err == 0 && !l->syncing && l->under_way < l->window.size && (k = next_queued(p))) {
		if (l->under_way == 0)
			l->heard = clock_ms();
		err = sftp_start_write(&l->link.sftp, &l->file, k->data, k->len, k->off, &k->id);
		if (err < 0)
			return err;
		k->state = CHUNK_SENT;
		k->link = i;
		l->under_way += k->len;
		k->sent_us = clock_us();
		k->ahead = l->under_way;
		err = sftp_push(&l->link.sftp);
	}
	return err == -EAGAIN ? 0 : err;
}

/* Move what can be moved on all connections. 0 or p->error. */
int ssh_pool_move(struct ssh_pool *p)
{
	struct sftp_reply r;
	size_t i;

	for (i = 0; i < p->n_links && !p->error; i++) {
		struct ssh_pool_link *l = &p->links[i];
		int err = !l->up ? -EAGAIN : l->link.sftp.broken ? -ECONNRESET : 0;

		while (err == 0 && l->up && !p->error) {
			err = sftp_pull(&l->link.sftp, &r);
			if (err == 0)
				err = take_reply(p, i, &r);
		}
		if (p->error)
			break;
		if (err == -EAGAIN && l->up)
			err = send_on(p, i);
		if (err == 0 && l->up && (l->under_way || l->syncing) &&
		    clock_ms() - l->heard > silence(p, l))
			err = -ETIMEDOUT;
		if (err < 0 && l->up)
			ssh_pool_drop(p, i, err);
	}
	return p->error;
}

static void wait_links(struct ssh_pool *p)
{
	struct pollfd fds[2 * SSH_LINKS_MAX];
	int timeout = 1000;
	nfds_t n = 0;
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		struct ssh_pool_link *l = &p->links[i];

		if (l->away)
			continue;
		if (!l->up && !l->starting) {
			timeout = 100;
			continue;
		}
		coprocess_listen(&l->link.ssh);
		fds[n++] = (struct pollfd){.fd = l->link.ssh.from, .events = POLLIN};
		if (l->up && sftp_sending(&l->link.sftp))
			fds[n++] = (struct pollfd){.fd = l->link.ssh.to, .events = POLLOUT};
	}
	(void)clock_poll(fds, n, timeout);
}

/* Until done() is true of the pool. 0 or p->error. */
int ssh_pool_pump(struct ssh_pool *p, bool (*done)(const struct ssh_pool *p))
{
	/* Time spent elsewhere is not the server's silence. */
	p->progress = clock_ms();
	for (;;) {
		if (ssh_pool_move(p) < 0 || ssh_pool_retry(p) < 0)
			return p->error;
		if (done(p))
			return 0;
		if (p->deadline && clock_ms() >= p->deadline) {
			why(p, "the deadline has passed");
			return ssh_pool_fail(p, -ETIMEDOUT);
		}
		if (clock_ms() - p->progress >= SSH_STILL_MS) {
			why(p, "nothing has got on for %lld s", (long long)(SSH_STILL_MS / 1000));
			return ssh_pool_fail(p, -ETIMEDOUT);
		}
		wait_links(p);
	}
}
