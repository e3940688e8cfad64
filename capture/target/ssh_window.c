// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/ssh_window.h"

/* Bytes that wait somewhere although the line is busy: fewer, and more are sent; more, and fewer.
 */
#define QUEUE_LOW  (2 * SSH_CHUNK_MAX)
#define QUEUE_HIGH (6 * SSH_CHUNK_MAX)
/* A way may become longer, so what was the shortest answer is not for ever. */
#define SPELL_US INT64_C(5000000)

void ssh_window_init(struct ssh_window *w)
{
	*w = (struct ssh_window){.size = SSH_WINDOW_MIN};
}

static int64_t least(struct ssh_window *w, int64_t now_us, int64_t took_us)
{
	if (now_us - w->spell_us > SPELL_US) {
		w->least_then_us = w->least_us;
		w->least_us = 0;
		w->spell_us = now_us;
	}
	if (w->least_us == 0 || took_us < w->least_us)
		w->least_us = took_us;
	return w->least_then_us && w->least_then_us < w->least_us ? w->least_then_us : w->least_us;
}

void ssh_window_acked(struct ssh_window *w, int64_t now_us, int64_t took_us, size_t ahead)
{
	int64_t took = took_us > 0 ? took_us : 1, shortest = least(w, now_us, took);
	/* In the shortest time nothing waited: in the rest of it, that share of the bytes did. */
	size_t queue = (size_t)((double)ahead * (double)(took - shortest) / (double)took);

	if (queue < QUEUE_LOW && w->size < SSH_WINDOW_MAX)
		w->size += SSH_CHUNK_MAX;
	/* On a long way an answer that is a bit late says nothing of a queue. */
	else if (queue > QUEUE_HIGH && took > 2 * shortest && w->size > SSH_WINDOW_MIN)
		w->size -= SSH_CHUNK_MAX;
}
