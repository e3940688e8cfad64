// SPDX-License-Identifier: GPL-2.0-or-later
/* A small file, sent with many writes under way: on a long way a round trip each would take hours.
 */
#include "target/sftp_call.h"

#include <errno.h>
#include <stdlib.h>

#define WRITES_MAX 32 /* under way at a time */
#define CHUNK      (64 * KIB)

/* Their replies may come in any order. */
struct writes {
	struct sftp *s;
	struct {
		uint32_t id;
		bool replied;
	} of[WRITES_MAX];
	size_t first, n;
	int err;                                                /* the first refusal */
	int (*on_reply)(void *ctx, const struct sftp_reply *r); /* for answers to something else */
	void *ctx;
};

static int take_status(struct writes *w, size_t i, const struct sftp_reply *r)
{
	w->of[i].replied = true;
	if (r->type != SFTP_STATUS) {
		w->s->broken = true;
		return -EPROTO;
	}
	if (r->status != SFTP_OK && w->err == 0) {
		sftp_note(w->s, r);
		w->err = sftp_status_errno(r->status);
	}
	return 0;
}

static int take_any(void *ctx, const struct sftp_reply *r)
{
	struct writes *w = ctx;
	size_t k;

	for (k = 0; k < w->n; k++) {
		size_t i = (w->first + k) % WRITES_MAX;

		if (w->of[i].id == r->id && !w->of[i].replied)
			return take_status(w, i, r);
	}
	if (w->on_reply)
		return w->on_reply(w->ctx, r);
	w->s->broken = true;
	return -EPROTO;
}

static int take_first(struct writes *w)
{
	size_t i = w->first % WRITES_MAX;
	struct sftp_reply r = {.type = 0};
	int err = 0;

	if (!w->of[i].replied) {
		err = sftp_await(w->s, w->of[i].id, sftp_until(w->s, SFTP_PATIENCE_MS), &r);
		if (err == 0)
			err = take_status(w, i, &r);
	}
	w->first++;
	w->n--;
	return err;
}

/* One more, whose bytes are in buf until it is sent. */
static int send_next(struct writes *w, const struct sftp_file *f, const void *buf, size_t len,
		     uint64_t off)
{
	size_t i = (w->first + w->n) % WRITES_MAX;
	int err = sftp_start_write(w->s, f, buf, len, off, &w->of[i].id);

	if (err < 0)
		return err;
	w->of[i].replied = false;
	w->n++;
	err = sftp_push(w->s);
	return err == -EAGAIN ? 0 : err;
}

static int send_all(struct writes *w, const struct sftp_file *f, const struct reader *data,
		    unsigned char *buf, size_t size)
{
	struct sftp *s = w->s;
	uint64_t off;
	size_t n;
	int err = 0;

	for (off = 0; off < data->size && err == 0 && w->err == 0; off += n) {
		n = data->size - off < size ? (size_t)(data->size - off) : size;
		if (w->n == WRITES_MAX)
			err = take_first(w);
		/* The one before is sent, so that its bytes may go. */
		if (err == 0)
			err = sftp_settle(s, sftp_until(s, SFTP_PATIENCE_MS));
		if (err == 0)
			err = data->pread(data->ctx, buf, n, off);
		if (err == 0)
			err = send_next(w, f, buf, n, off);
	}
	return err;
}

int sftp_write_all(struct sftp *s, const struct sftp_file *f, const struct reader *data)
{
	struct writes w = {.s = s, .on_reply = s->on_reply, .ctx = s->ctx};
	size_t size = s->limits.write < CHUNK ? (size_t)s->limits.write : CHUNK;
	unsigned char *buf = malloc(size);
	int err = !buf ? -ENOMEM : s->broken ? -ECONNRESET : 0, r;

	s->said[0] = '\0';
	s->on_reply = take_any;
	s->ctx = &w;
	if (err == 0)
		err = send_all(&w, f, data, buf, size);
	/* Whatever went wrong: the next request needs order. */
	while (w.n && !s->broken) {
		r = take_first(&w);
		err = err < 0 ? err : r;
	}
	s->on_reply = w.on_reply;
	s->ctx = w.ctx;
	/* Of a connection that broke nothing is sent any more. */
	free(buf);
	return err < 0 ? err : w.err;
}
