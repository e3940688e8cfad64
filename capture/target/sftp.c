// SPDX-License-Identifier: GPL-2.0-or-later
/* The conversation itself: bytes, packets, one request with its reply. sftp_ops.c is made of it. */
#include "target/sftp.h"

#include "base/wait.h"
#include "target/sftp_call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUFFER         (SFTP_PACKET_MAX + 4)
#define DEFAULT_LENGTH (32 * KIB) /* what every server takes */
#define HEADROOM       1024       /* of a packet: all but the data */
#define LATE_MAX       512        /* replies: more than there can be requests under way */
#define LEAST_LENGTH   1024       /* a server that takes less is none */

static int broken(struct sftp *s, int err)
{
	s->broken = true;
	return err;
}

int64_t sftp_until(const struct sftp *s, int64_t ms)
{
	return deadline_in(s->deadline, ms);
}

uint32_t sftp_begin(struct sftp *s, enum sftp_type type)
{
	uint32_t id = s->next_id++;

	sftp_put_begin(&s->head, type, id);
	return id;
}

int sftp_start(struct sftp *s, const void *payload, size_t len)
{
	int err = sftp_put_end(&s->head, len);

	if (err < 0)
		return err;
	s->payload = payload;
	s->payload_len = len;
	s->sent = 0;
	s->total = s->head.len + len;
	return 0;
}

int sftp_push(struct sftp *s)
{
	while (sftp_sending(s)) {
		struct iovec v[2];
		int n = 0;
		ssize_t done;

		if (s->sent < s->head.len)
			v[n++] = (struct iovec){s->head.buf + s->sent, s->head.len - s->sent};
		if (s->payload_len) {
			size_t from = s->sent > s->head.len ? s->sent - s->head.len : 0;

			v[n++] = (struct iovec){(void *)(uintptr_t)(s->payload + from),
						s->payload_len - from};
		}
		done = writev(s->out, v, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno == EAGAIN ? -EAGAIN : broken(s, -ECONNRESET);
		s->sent += (size_t)done;
	}
	return 0;
}

/* The length of the packet at the front of the buffer, with its own four bytes; 0: not there yet.
 */
static size_t front(const struct sftp *s)
{
	const unsigned char *p = s->buf;

	if (s->used < 4)
		return 0;
	return 4 + ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);
}

int sftp_pull(struct sftp *s, struct sftp_reply *r)
{
	ssize_t n;

	if (s->taken) {
		s->used -= s->taken;
		memmove(s->buf, s->buf + s->taken, s->used);
		s->taken = 0;
	}
	for (;;) {
		size_t len = front(s);

		if (len > BUFFER)
			return broken(s, -EPROTO);
		if (len && s->used >= len) {
			s->taken = len;
			if (s->heard)
				s->heard(s->heard_ctx);
			return sftp_parse(s->buf + 4, len - 4, r) < 0 ? broken(s, -EPROTO) : 0;
		}
		n = read(s->in, s->buf + s->used, BUFFER - s->used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return -EAGAIN;
		if (n <= 0)
			return broken(s, -ECONNRESET);
		s->used += (size_t)n;
	}
}

/* Until the pipes have something for us. 0, or -ETIMEDOUT. */
static int wait_pipes(struct sftp *s, int64_t deadline)
{
	struct pollfd p[2] = {
		{.fd = s->in, .events = POLLIN},
		{.fd = sftp_sending(s) ? s->out : -1, .events = POLLOUT},
	};

	return wait_fds(p, 2, deadline) < 0 ? broken(s, -ETIMEDOUT) : 0;
}

/* A reply to something else. What has arrived is looked at before the clock, but not for ever. */
static int take_other(struct sftp *s, int64_t deadline, const struct sftp_reply *r,
		      unsigned int *late)
{
	if (clock_ms() >= deadline && ++*late > LATE_MAX)
		return broken(s, -ETIMEDOUT);
	return s->on_reply ? s->on_reply(s->ctx, r) : broken(s, -EPROTO);
}

int sftp_await(struct sftp *s, uint32_t id, int64_t deadline, struct sftp_reply *r)
{
	unsigned int late = 0;
	int err;

	for (;;) {
		err = sftp_push(s);
		if (err < 0 && err != -EAGAIN)
			return err;
		err = sftp_pull(s, r);
		if (err == 0 && (r->id == id || r->type == SFTP_VERSION_REPLY))
			return 0;
		if (err == 0)
			err = take_other(s, deadline, r, &late);
		else if (err == -EAGAIN)
			err = wait_pipes(s, deadline);
		if (err < 0)
			return err;
	}
}

/* A packet half sent for somebody else goes out first. */
int sftp_settle(struct sftp *s, int64_t deadline)
{
	unsigned int late = 0;
	struct sftp_reply r;
	int err;

	while (sftp_sending(s)) {
		err = sftp_push(s);
		if (err == -EAGAIN) {
			err = sftp_pull(s, &r);
			if (err == 0)
				err = take_other(s, deadline, &r, &late);
			else if (err == -EAGAIN)
				err = wait_pipes(s, deadline);
		}
		if (err < 0)
			return err;
	}
	return 0;
}

/* Printable, and of one line. */
void sftp_note(struct sftp *s, const struct sftp_reply *r)
{
	size_t i, n = r->text.len < sizeof(s->said) ? r->text.len : sizeof(s->said) - 1;

	for (i = 0; i < n; i++) {
		unsigned char c = r->text.at[i];

		s->said[i] = (char)(c < ' ' || c >= 0x7f ? ' ' : c);
	}
	s->said[n] = '\0';
}

static uint64_t limit(uint64_t stated, uint64_t packet)
{
	if (stated == 0)
		stated = DEFAULT_LENGTH;
	if (packet > HEADROOM && stated > packet - HEADROOM)
		stated = packet - HEADROOM;
	if (stated > SFTP_PACKET_MAX - HEADROOM)
		stated = SFTP_PACKET_MAX - HEADROOM;
	return stated;
}

static int ask_limits(struct sftp *s, int64_t deadline)
{
	struct sftp_limits stated = {0};
	struct sftp_reply r;
	uint32_t id;
	int err = 0;

	if (s->extensions & SFTP_EXT_LIMITS) {
		id = sftp_begin(s, SFTP_EXTENDED);
		sftp_put_text(&s->head, "limits@openssh.com");
		err = sftp_start(s, NULL, 0);
		if (err == 0)
			err = sftp_await(s, id, deadline, &r);
		if (err == 0 && r.type == SFTP_EXTENDED_REPLY)
			err = sftp_parse_limits(r.bytes, &stated);
	}
	s->limits = stated;
	s->limits.read = limit(stated.read, stated.packet);
	s->limits.write = limit(stated.write, stated.packet);
	if (err == 0 && (s->limits.read < LEAST_LENGTH || s->limits.write < LEAST_LENGTH))
		err = broken(s, -EPROTO);
	return err;
}

int sftp_init(struct sftp *s, int in, int out)
{
	int err;

	*s = (struct sftp){.in = in, .out = out, .next_id = 1, .buf = malloc(BUFFER)};
	if (!s->buf)
		return -ENOMEM;
	sftp_put_begin(&s->head, SFTP_INIT, SFTP_VERSION);
	err = sftp_start(s, NULL, 0);
	if (err == 0)
		err = sftp_push(s);
	return err == -EAGAIN ? 0 : err;
}

int sftp_hello(struct sftp *s, int64_t deadline)
{
	struct sftp_reply r = {.type = 0};
	int err = s->broken ? -ECONNRESET : sftp_await(s, SFTP_VERSION, deadline, &r);

	if (err < 0)
		return err;
	if (r.type != SFTP_VERSION_REPLY || r.id != SFTP_VERSION)
		return broken(s, -EPROTO);
	s->extensions = r.extensions;
	return ask_limits(s, deadline);
}

void sftp_deinit(struct sftp *s)
{
	free(s->buf);
	s->buf = NULL;
	s->broken = true;
}
