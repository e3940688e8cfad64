// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"
#include "target/ssh_config.h"
#include "target/ssh_pool_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELLO_MS INT64_C(30000) /* to connect and log in, once */
#define PATIENCE_MS                                                                                \
	INT64_C(45000) /* for a server to be reached at first: switches take their time */
#define RETRY_MS   INT64_C(300000) /* without progress before a broken connection is given up */
#define REFUSED_MS INT64_C(60000)  /* the same for a server that is there and will not have us */
/* So much of the dump is not on the server's disk at most, over all connections: SSH_SYNC_MS has to
 * do for it. */
#define SYNC_EVERY  (2 * GIB)
#define BACKOFF_MAX INT64_C(15000)

static int64_t earlier(int64_t a, int64_t b)
{
	return b && b < a ? b : a;
}

static void nap(int64_t ms)
{
	clock_nap_us(ms * 1000);
}

static int64_t hello_deadline(const struct ssh_pool *p)
{
	return earlier(clock_ms() + HELLO_MS, p->deadline);
}

static int start(struct ssh_pool *p, size_t i)
{
	struct ssh_pool_link *l = &p->links[i];
	int err = ssh_link_start(&l->link, p->url, p->env, p->ciphers, hello_deadline(p), p->why,
				 sizeof(p->why));

	if (err < 0)
		ssh_link_close(&l->link);
	return err;
}

static void heard(void *ctx)
{
	const struct ssh_pool *p = ctx;

	if (p->t)
		(void)!target_busy(p->t, true);
}

static int finish(struct ssh_pool *p, size_t i, int64_t deadline)
{
	struct ssh_pool_link *l = &p->links[i];
	int err = ssh_link_finish(&l->link, deadline, p->why, sizeof(p->why));

	l->up = err == 0;
	l->known = l->known || l->up;
	l->under_way = 0;
	l->since = l->stale = 0;
	ssh_window_init(&l->window);
	l->link.sftp.deadline = p->deadline;
	l->link.sftp.heard = heard;
	l->link.sftp.heard_ctx = p;
	if (err == 0)
		l->wait_ms = BACKOFF_MS;
	else
		ssh_link_close(&l->link);
	return err;
}

static int connect_first(struct ssh_pool *p)
{
	int64_t until = earlier(clock_ms() + PATIENCE_MS, p->deadline);
	int64_t wait = BACKOFF_MS;
	int err;

	for (;;) {
		err = start(p, 0);
		if (err == 0)
			err = finish(p, 0, hello_deadline(p));
		/* A key or a file that is not right will not be so in a second. */
		if (err == 0 || err == -EACCES || err == -ENOENT || err == -E2BIG ||
		    clock_ms() + wait >= until)
			return err;
		nap(wait);
		wait *= 2;
	}
}

int ssh_pool_init(struct ssh_pool *p, const struct url *url, const struct target_env *env, size_t n)
{
	int err;

	*p = (struct ssh_pool){.url = url,
			       .env = env,
			       .n_links = 1,
			       .deadline = env->deadline,
			       .sync_every = SYNC_EVERY,
			       .progress = clock_ms()};
	ssh_config_ciphers(url, env, hello_deadline(p), p->ciphers, sizeof(p->ciphers));
	err = connect_first(p);
	if (err < 0)
		return err;
	/* A login takes some round trips: nobody waits for these. A server may allow fewer. */
	while (p->n_links < n && p->n_links < SSH_LINKS_MAX && start(p, p->n_links) == 0) {
		p->links[p->n_links].starting = true;
		p->links[p->n_links++].retry_at = hello_deadline(p);
	}
	p->sync_every /= p->n_links;
	return 0;
}

void ssh_pool_deinit(struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++)
		coprocess_hang_up(&p->links[i].link.ssh);
	for (i = 0; i < p->n_links; i++) {
		/* There is nobody to say goodbye to. */
		if (p->links[i].starting)
			p->links[i].link.sftp.broken = true;
		ssh_link_close(&p->links[i].link);
	}
	ssh_pool_free_chunks(p);
	for (i = 0; i < SSH_AHEADS; i++) {
		free(p->ahead[i].buf);
		p->ahead[i] = (struct ssh_ahead){.buf = NULL};
	}
	free(p->astray);
	p->astray = NULL;
	p->n_astray = 0;
	p->n_links = 0;
}

int ssh_pool_fail(struct ssh_pool *p, int err)
{
	if (!p->error)
		p->error = err;
	return p->error;
}

/* The connection for single requests: one that has held if there is one. n_links: none is up. */
size_t ssh_pool_pick(const struct ssh_pool *p)
{
	size_t i, up = p->n_links;

	for (i = 0; i < p->n_links; i++) {
		if (p->links[i].up && p->links[i].held)
			return i;
		if (p->links[i].up && up == p->n_links)
			up = i;
	}
	return up;
}

bool ssh_pool_any_up(const struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++)
		if (p->links[i].up)
			return true;
	return false;
}

bool ssh_pool_any_held(const struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++)
		if (p->links[i].up && p->links[i].held && !p->links[i].link.sftp.broken)
			return true;
	return false;
}

/* Nobody knows whether it was written, or when it will be. */
static void go_astray(struct ssh_pool *p, const struct ssh_chunk *k)
{
	struct ssh_span *more = realloc(p->astray, (p->n_astray + 1) * sizeof(*more));

	if (!more) {
		(void)ssh_pool_fail(p, -ENOMEM);
		return;
	}
	p->astray = more;
	p->astray_at = clock_ms();
	p->astray[p->n_astray++] = (struct ssh_span){k->off, k->len};
}

/* A connection is gone. What it had not acknowledged waits for another, or for it to come back. */
void ssh_pool_drop(struct ssh_pool *p, size_t i, int err)
{
	struct ssh_pool_link *l = &p->links[i];
	size_t c;

	/* Without its farewell its reason would be lost; it has one only when it ended by itself.
	 */
	l->link.sftp.broken = true;
	if (err == -ECONNRESET)
		(void)coprocess_end(&l->link.ssh, 1000);
	ssh_link_explain(&l->link, err, p->why, sizeof(p->why));
	ssh_link_close(&l->link);
	/* Where the server is several machines, it may have been the one that had its bytes. */
	p->dropped = p->dropped || l->used;
	/* A disk tells of an error once, and that was not heard. */
	p->sync_lost = p->sync_lost || l->syncing;
	l->up = l->held = l->syncing = l->synced = false;
	l->file.len = 0;
	l->under_way = 0;
	l->retry_at = clock_ms() + l->wait_ms;
	for (c = 0; c < p->n_chunks; c++) {
		if (p->chunks[c].state != CHUNK_SENT || p->chunks[c].link != i)
			continue;
		p->chunks[c].state = CHUNK_QUEUED;
		go_astray(p, &p->chunks[c]);
	}
	if (err == -EPROTO)
		p->lied = true;
	/* Hours of more that nothing can prove would keep the next target from its turn. */
	if (p->streaming && p->sync_lost && !ssh_pool_any_held(p)) {
		why(p, SSH_SYNC_LOST, "the dump");
		(void)ssh_pool_fail(p, -ECONNRESET);
	}
}

/*
 * The file that the others write. again: to this connection it may be one that a server which was
 * started anew has lost some of; it must have what was acknowledged. 0 or -errno.
 */
static int open_file(struct ssh_pool *p, struct ssh_pool_link *l, bool again)
{
	struct sftp *s = &l->link.sftp;
	struct sftp_attrs a = {0};
	int err = sftp_open(s, p->path, p->flags, &l->file);

	if (err < 0 && !s->broken && p->other[0])
		err = sftp_open(s, p->other, p->flags, &l->file);
	if (err == 0 && again)
		err = sftp_fstat(s, &l->file, &a);
	if (err < 0) {
		why(p, "%s cannot be opened again: %s", p->path, strerror(-err));
	} else if (a.has_size && a.size < p->end) {
		why(p, "the server has lost what it had acknowledged: it was started anew");
		err = -ESTALE;
	} else if (s->limits.write < p->chunk_size) {
		why(p, "the server takes less at a time than before");
		err = -EPROTO;
	}
	return err;
}

/* The server has said something, or ssh has ended: connected, and to the same file? */
static int take_up(struct ssh_pool *p, size_t i)
{
	struct ssh_pool_link *l = &p->links[i];
	bool again = l->known;
	int err = finish(p, i, earlier(l->retry_at, p->deadline));

	if (err == 0 && p->path[0]) {
		err = open_file(p, l, again);
		if (err < 0) {
			ssh_link_close(&l->link);
			l->file.len = 0;
			l->up = false;
		}
	}
	if (err == 0 && p->acked && again)
		p->resumed++;
	l->heard = clock_ms();
	return err;
}

static bool has_answered(const struct ssh_pool_link *l)
{
	struct pollfd fd = {.fd = l->link.ssh.from, .events = POLLIN};

	return clock_poll(&fd, 1, 0) > 0;
}

/* One that is down: -EAGAIN while there is nothing to be done but wait. The others go on. */
static int retry_one(struct ssh_pool *p, size_t i)
{
	struct ssh_pool_link *l = &p->links[i];
	int err = 0;

	if (!l->starting) {
		if (clock_ms() < l->retry_at)
			return -EAGAIN;
		err = start(p, i);
		l->starting = err == 0;
		l->retry_at = hello_deadline(p);
	}
	if (err == 0 && !has_answered(l) && clock_ms() < l->retry_at)
		return -EAGAIN;
	if (err == 0)
		err = take_up(p, i);
	l->starting = false;
	l->away = err < 0 && !l->known;
	if (err < 0) {
		l->wait_ms = l->wait_ms * 2 < BACKOFF_MAX ? l->wait_ms * 2 : BACKOFF_MAX;
		l->retry_at = clock_ms() + l->wait_ms;
	}
	return err;
}

/* Those whose time has come. An error only when there is nobody left to wait for. */
int ssh_pool_retry(struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		struct ssh_pool_link *l = &p->links[i];
		int err = l->up || l->away ? -EAGAIN : retry_one(p, i);

		if (err != -EAGAIN && !l->away)
			p->refusal = err;
		if (err == -ESTALE && !ssh_pool_any_up(p))
			return ssh_pool_fail(p, err);
	}
	if (!ssh_pool_any_up(p)) {
		/* Not even a server that refuses is final: one that starts takes a while to be
		 * itself. */
		bool refused = p->refusal == -EACCES || p->refusal == -ENOENT;
		int64_t patience = earlier(refused ? REFUSED_MS : RETRY_MS, p->env->patience_ms);

		if (clock_ms() >= earlier(p->progress + patience, p->deadline))
			return ssh_pool_fail(p, p->refusal ? p->refusal : -ETIMEDOUT);
	}
	return 0;
}
