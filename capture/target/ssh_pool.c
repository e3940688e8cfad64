// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_pool.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK_MAX (64 * KIB)
#define WINDOW    (2 * MIB + 2 * CHUNK_MAX) /* a bit more than ssh has under way by itself */
#define HELLO_MS  INT64_C(30000)            /* to connect and log in, once */
#define PATIENCE_MS                                                                                \
	INT64_C(45000) /* for a server to be reached at first: switches take their time */
#define RETRY_MS    INT64_C(300000) /* without progress before a broken connection is given up */
#define REFUSED_MS  INT64_C(60000)  /* the same for a server that is there and will not have us */
#define ASTRAY_MS   INT64_C(10000)  /* for a server to be done with what a connection left it */
#define CLEANUP_MS  INT64_C(30000)  /* for what is left when the deadline is over */
#define SILENCE_MS  INT64_C(120000) /* under way and not a word: the connection is dead */
#define BACKOFF_MS  INT64_C(1000)
#define BACKOFF_MAX INT64_C(15000)

#define why(p, ...) (void)snprintf((p)->why, sizeof((p)->why), __VA_ARGS__)

static int64_t earlier(int64_t a, int64_t b)
{
	return b && b < a ? b : a;
}

static void nap(int64_t ms)
{
	const struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	(void)nanosleep(&ts, NULL);
}

static int64_t hello_deadline(const struct ssh_pool *p)
{
	return earlier(clock_ms() + HELLO_MS, p->deadline);
}

static int start(struct ssh_pool *p, size_t i)
{
	struct ssh_pool_link *l = &p->links[i];
	int err =
		ssh_link_start(&l->link, p->url, p->env, hello_deadline(p), p->why, sizeof(p->why));

	if (err < 0)
		ssh_link_close(&l->link);
	return err;
}

static int finish(struct ssh_pool *p, size_t i, int64_t deadline)
{
	struct ssh_pool_link *l = &p->links[i];
	int err = ssh_link_finish(&l->link, deadline, p->why, sizeof(p->why));

	l->up = err == 0;
	l->under_way = 0;
	l->link.sftp.deadline = p->deadline;
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
	char said[sizeof(p->why)];
	int64_t deadline;
	size_t i;
	int err;

	*p = (struct ssh_pool){.url = url,
			       .env = env,
			       .n_links = 1,
			       .deadline = env->deadline,
			       .progress = clock_ms()};
	err = connect_first(p);
	if (err < 0)
		return err;
	/* All at once: each takes some round trips. */
	deadline = hello_deadline(p);
	while (p->n_links < n && p->n_links < SSH_LINKS_MAX && start(p, p->n_links) == 0)
		p->n_links++;
	memcpy(said, p->why, sizeof(said));
	for (i = 1; i < p->n_links; i++)
		(void)finish(p, i, deadline);
	/* A server may allow fewer; those that came do. */
	for (i = n = 1; i < p->n_links; i++)
		if (p->links[i].up && i != n++)
			p->links[n - 1] = p->links[i];
	p->n_links = n;
	memcpy(p->why, said, sizeof(said));
	return 0;
}

void ssh_pool_deinit(struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++)
		ssh_link_close(&p->links[i].link);
	for (i = 0; i < p->n_chunks; i++)
		free(p->chunks[i].data);
	free(p->chunks);
	free(p->astray);
	p->chunks = NULL;
	p->astray = NULL;
	p->n_chunks = p->n_astray = 0;
	p->n_links = 0;
}

static int fail(struct ssh_pool *p, int err)
{
	if (!p->error)
		p->error = err;
	return p->error;
}

/* The connection for single requests: one that has held if there is one. n_links: none is up. */
static size_t pick(const struct ssh_pool *p)
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

static bool any_up(const struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++)
		if (p->links[i].up)
			return true;
	return false;
}

/* Nobody knows whether it was written, or when it will be. */
static void go_astray(struct ssh_pool *p, const struct ssh_chunk *k)
{
	struct ssh_span *more = realloc(p->astray, (p->n_astray + 1) * sizeof(*more));

	if (!more) {
		(void)fail(p, -ENOMEM);
		return;
	}
	p->astray = more;
	p->astray_at = clock_ms();
	p->astray[p->n_astray++] = (struct ssh_span){k->off, k->len};
}

/* A connection is gone. What it had not acknowledged waits for another, or for it to come back. */
static void drop(struct ssh_pool *p, size_t i, int err)
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
	l->up = l->held = false;
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
}

/* The same file, which must have what was acknowledged. 0 or -errno. */
static int open_again(struct ssh_pool *p, struct ssh_pool_link *l)
{
	struct sftp *s = &l->link.sftp;
	struct sftp_attrs a = {0};
	int err = sftp_open(s, p->path, p->flags, &l->file);

	if (err == 0)
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

/* The server has said something, or ssh has ended: connected again, and to the same file? */
static int take_up(struct ssh_pool *p, size_t i)
{
	struct ssh_pool_link *l = &p->links[i];
	int err = finish(p, i, earlier(l->retry_at, p->deadline));

	if (err == 0 && p->path[0]) {
		err = open_again(p, l);
		if (err < 0) {
			ssh_link_close(&l->link);
			l->file.len = 0;
			l->up = false;
		}
	}
	if (err == 0 && p->acked)
		p->resumed++;
	l->heard = clock_ms();
	return err;
}

static bool has_answered(const struct ssh_pool_link *l)
{
	struct pollfd fd = {.fd = l->link.ssh.from, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
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
	if (err < 0) {
		l->wait_ms = l->wait_ms * 2 < BACKOFF_MAX ? l->wait_ms * 2 : BACKOFF_MAX;
		l->retry_at = clock_ms() + l->wait_ms;
	}
	return err;
}

/* Those whose time has come. An error only when there is nobody left to wait for. */
static int retry(struct ssh_pool *p)
{
	size_t i;

	for (i = 0; i < p->n_links; i++) {
		int err = p->links[i].up ? -EAGAIN : retry_one(p, i);

		if (err != -EAGAIN)
			p->refusal = err;
		if (err == -ESTALE && !any_up(p))
			return fail(p, err);
	}
	if (!any_up(p)) {
		/* Not even a server that refuses is final: one that starts takes a while to be
		 * itself. */
		bool refused = p->refusal == -EACCES || p->refusal == -ENOENT;
		int64_t patience = earlier(refused ? REFUSED_MS : RETRY_MS, p->env->patience_ms);

		if (clock_ms() >= earlier(p->progress + patience, p->deadline))
			return fail(p, p->refusal ? p->refusal : -ETIMEDOUT);
	}
	return 0;
}

static int ignore(void *ctx, const struct sftp_reply *r)
{
	(void)ctx;
	(void)r;
	return 0;
}

/* The server cannot write; it says no more than that. */
static int explain_refusal(struct ssh_pool *p, struct sftp *s, int err)
{
	uint64_t room;

	why(p, "the server refused a write: %s", s->said[0] ? s->said : strerror(-err));
	/* What is still under way is of no interest any more. */
	s->on_reply = ignore;
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
	int err;

	/* One that is still being sent cannot have been written. */
	if (!k || r->type != SFTP_STATUS ||
	    (sftp_sending(&l->link.sftp) && l->link.sftp.payload == k->data)) {
		drop(p, i, -EPROTO);
		return p->error;
	}
	err = sftp_status_errno(r->status);
	if (err < 0) {
		sftp_note(&l->link.sftp, r);
		return fail(p, explain_refusal(p, &l->link.sftp, err));
	}
	l->under_way -= k->len;
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

	while (err == 0 && l->under_way < WINDOW && (k = next_queued(p))) {
		if (l->under_way == 0)
			l->heard = clock_ms();
		err = sftp_start_write(&l->link.sftp, &l->file, k->data, k->len, k->off, &k->id);
		if (err < 0)
			return err;
		k->state = CHUNK_SENT;
		k->link = i;
		l->under_way += k->len;
		err = sftp_push(&l->link.sftp);
	}
	return err == -EAGAIN ? 0 : err;
}

/* Move what can be moved on all connections. 0 or p->error. */
static int move(struct ssh_pool *p)
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
		if (err == 0 && l->up && l->under_way && clock_ms() - l->heard > SILENCE_MS)
			err = -ETIMEDOUT;
		if (err < 0 && l->up)
			drop(p, i, err);
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

		if (!l->up && !l->starting) {
			timeout = 100;
			continue;
		}
		coprocess_listen(&l->link.ssh);
		fds[n++] = (struct pollfd){.fd = l->link.ssh.from, .events = POLLIN};
		if (l->up && sftp_sending(&l->link.sftp))
			fds[n++] = (struct pollfd){.fd = l->link.ssh.to, .events = POLLOUT};
	}
	(void)poll(fds, n, timeout);
}

/* Until done() is true of the pool. 0 or p->error. */
static int pump(struct ssh_pool *p, bool (*done)(const struct ssh_pool *p))
{
	/* Time spent elsewhere is not the server's silence. */
	p->progress = clock_ms();
	for (;;) {
		if (move(p) < 0 || retry(p) < 0)
			return p->error;
		if (done(p))
			return 0;
		if (p->deadline && clock_ms() >= p->deadline) {
			why(p, "the deadline has passed");
			return fail(p, -ETIMEDOUT);
		}
		wait_links(p);
	}
}

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
	return true;
}

static bool is_up(const struct ssh_pool *p)
{
	return any_up(p);
}

struct sftp *ssh_pool_any(struct ssh_pool *p)
{
	return p->error || pump(p, is_up) < 0 ? NULL : &p->links[pick(p)].link.sftp;
}

struct sftp_file *ssh_pool_file(struct ssh_pool *p)
{
	size_t i = pick(p);

	return &p->links[i < p->n_links ? i : 0].file;
}

bool ssh_pool_held(const struct ssh_pool *p)
{
	size_t i = pick(p);

	return i < p->n_links && p->links[i].held;
}

const char *ssh_pool_said(const struct ssh_pool *p)
{
	size_t i = pick(p);

	return p->links[i < p->n_links ? i : 0].link.sftp.said;
}

void ssh_pool_adopt(struct ssh_pool *p, const char *path)
{
	(void)snprintf(p->path, sizeof(p->path), "%s", path);
	p->flags = SFTP_FXF_READ;
	p->end = 0;
}

static int make_chunks(struct ssh_pool *p)
{
	size_t i;

	p->chunk_size = CHUNK_MAX;
	/* One that is down has no limits, not even none. */
	for (i = 0; i < p->n_links; i++)
		if (p->links[i].up && p->links[i].link.sftp.limits.write < p->chunk_size)
			p->chunk_size = (size_t)p->links[i].link.sftp.limits.write;
	if (p->chunks)
		return 0;
	p->n_chunks = p->n_links * (size_t)(WINDOW / p->chunk_size) + 2;
	p->chunks = calloc(p->n_chunks, sizeof(*p->chunks));
	if (!p->chunks)
		p->n_chunks = 0;
	return p->chunks ? 0 : -ENOMEM;
}

int ssh_pool_create(struct ssh_pool *p, const char *path)
{
	uint32_t flags = SFTP_FXF_READ | SFTP_FXF_WRITE;
	bool made = false;
	size_t i;
	int err;

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
			drop(p, i, err);
			err = 0;
		} else if (err == 0) {
			made = true;
		}
	}
	if (err == 0)
		(void)snprintf(p->path, sizeof(p->path), "%s", path);
	for (i = 0; i < p->n_links; i++)
		p->links[i].held = p->links[i].up && p->links[i].file.len;
	p->flags = flags;
	p->acked = p->lied = false;
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
}

/* A chunk to be filled from off. 0 or -errno. */
static int take_chunk(struct ssh_pool *p, uint64_t off)
{
	size_t c;

	if (pump(p, has_room) < 0)
		return p->error;
	for (c = 0; p->chunks[c].state != CHUNK_FREE;)
		c++;
	if (!p->chunks[c].data)
		p->chunks[c].data = malloc(p->chunk_size);
	if (!p->chunks[c].data)
		return fail(p, -ENOMEM);
	p->filling = &p->chunks[c];
	p->filling->state = CHUNK_FILLING;
	p->filling->off = off;
	p->filling->len = 0;
	return 0;
}

int ssh_pool_write(struct ssh_pool *p, const void *buf, size_t len, uint64_t off)
{
	const unsigned char *from = buf;

	if (p->error)
		return p->error;
	if (off > INT64_MAX - len)
		return fail(p, -EFBIG);
	if (p->filling && off != p->filling->off + p->filling->len)
		queue_filling(p);
	/* What is being filled ends where this begins; any other overlap waits. */
	if (overlaps(p, off, len)) {
		queue_filling(p);
		if (pump(p, is_drained) < 0)
			return p->error;
	}
	if (is_astray(p, off, len)) {
		if (pump(p, is_settled) < 0)
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
	return move(p);
}

int ssh_pool_drain(struct ssh_pool *p)
{
	queue_filling(p);
	return p->error ? p->error : pump(p, is_drained);
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
	p->path[0] = '\0';
	return err;
}

static void set_deadline(struct ssh_pool *p, int64_t deadline)
{
	size_t i;

	p->deadline = deadline;
	for (i = 0; i < p->n_links; i++)
		p->links[i].link.sftp.deadline = deadline;
}

void ssh_pool_grant(struct ssh_pool *p)
{
	int64_t least = clock_ms() + CLEANUP_MS;

	if (p->deadline && p->deadline < least)
		set_deadline(p, least);
}

void ssh_pool_forget(struct ssh_pool *p)
{
	size_t i;

	set_deadline(p, clock_ms() + CLEANUP_MS);
	for (i = 0; i < p->n_links; i++) {
		struct ssh_pool_link *l = &p->links[i];

		/* Answers to what was under way may come even behind this one's. */
		l->link.sftp.on_reply = ignore;
		if (l->up && l->file.len && !l->link.sftp.broken)
			(void)!sftp_close(&l->link.sftp, &l->file);
		l->file.len = 0;
		l->under_way = 0;
	}
	for (i = 0; i < p->n_chunks; i++)
		p->chunks[i].state = CHUNK_FREE;
	p->filling = NULL;
	p->path[0] = '\0';
	p->end = p->n_astray = 0;
	p->acked = false;
	if (any_up(p))
		p->error = 0;
}
