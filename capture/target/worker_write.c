// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/worker_side.h"

#include <errno.h>
#include <string.h>

/* There may be room by now. */
static int write_again(struct target *t)
{
	struct worker *w = worker_of(t);

	while (w->again) {
		unsigned int slot = (w->next + WORKER_SLOTS - w->again) % WORKER_SLOTS;
		int err = worker_call(t, &w->sent[slot], -1, NULL);

		if (err < 0 && err != -ENOSPC)
			w->again = 0;
		if (err < 0) {
			w->write_error = err;
			return err;
		}
		if (--w->again == 0)
			w->write_error = 0;
	}
	return w->write_error;
}

static int write_slot(struct target *t, const void *buf, size_t len, uint64_t off)
{
	struct worker *w = worker_of(t);
	struct worker_request *q = &w->sent[w->next];
	int err;

	*q = (struct worker_request){.op = WORKER_WRITE, .slot = w->next, .len = len, .off = off};
	memcpy(w->area->data[q->slot], buf, len);
	err = worker_tell(t, q, -1);
	if (err < 0)
		return err;
	w->under_way++;
	w->next = (w->next + 1) % WORKER_SLOTS;
	return 0;
}

int worker_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	struct worker *w = worker_of(t);
	const char *from = buf;
	int err = w->write_error && w->told ? write_again(t) : 0;

	while (len && err == 0) {
		size_t n = len < WORKER_SLOT_SIZE ? len : WORKER_SLOT_SIZE;

		err = worker_settle(t, WORKER_WRITE, WORKER_SLOTS - 1);
		if (err == 0)
			err = worker_in_time(t, WORKER_WRITE);
		if (err == 0)
			err = write_slot(t, from, n, off);
		from += n;
		off += n;
		len -= n;
	}
	if (err == 0 && from == (const char *)buf)
		err = worker_settle(t, WORKER_WRITE, 0);
	/* What comes after the one that failed is to be known before it is made again. */
	if (err < 0 && !w->lost)
		(void)!worker_settle(t, WORKER_WRITE, 0);
	w->told = w->write_error != 0;
	return w->lost ? w->lost : w->write_error ? w->write_error : err;
}

void worker_forget_writes(struct target *t)
{
	struct worker *w = worker_of(t);

	w->write_error = 0;
	w->told = false;
	w->again = 0;
}
