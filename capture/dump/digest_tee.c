// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/digest_tee.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STEP       ((size_t)MIB) /* read at a time; the window holds two */
#define BEHIND_MAX (64 * KIB)

int digest_tee_init(struct digest_tee *t, const struct reader *r)
{
	int err;

	*t = (struct digest_tee){.r = r};
	err = digest_init(&t->digest);
	t->window = malloc(2 * STEP);
	t->behind = malloc(BEHIND_MAX);
	return err < 0 ? err : t->window && t->behind ? 0 : -ENOMEM;
}

void digest_tee_deinit(struct digest_tee *t)
{
	digest_deinit(&t->digest);
	free(t->window);
	free(t->behind);
	t->window = t->behind = NULL;
}

/* The next step of the file; what is two steps back leaves the window. */
static int read_on(struct digest_tee *t)
{
	uint64_t at = t->off + t->len;
	size_t n = t->r->size - at < STEP ? (size_t)(t->r->size - at) : STEP;
	int err;

	if (t->len > STEP) {
		t->off += t->len - STEP;
		memmove(t->window, t->window + (t->len - STEP), STEP);
		t->len = STEP;
	}
	err = t->r->pread(t->r->ctx, t->window + t->len, n, at);
	if (err < 0)
		return err;
	digest_update(&t->digest, t->window + t->len, n, at);
	t->len += n;
	return 0;
}

static bool is_in(uint64_t from, size_t have, uint64_t off, size_t len)
{
	return off >= from && off + len <= from + have;
}

static int read_behind(struct digest_tee *t, void *buf, size_t len, uint64_t off)
{
	int err = 0;

	if (len > BEHIND_MAX)
		return t->r->pread(t->r->ctx, buf, len, off);
	if (!is_in(t->behind_off, t->behind_len, off, len)) {
		t->behind_len = 0;
		err = t->r->pread(t->r->ctx, t->behind, len, off);
	}
	if (err < 0)
		return err;
	if (!t->behind_len) {
		t->behind_off = off;
		t->behind_len = len;
	}
	memcpy(buf, t->behind + (off - t->behind_off), len);
	return 0;
}

static int tee_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct digest_tee *t = ctx;
	int err = 0;

	if (!range_ok(off, len, t->r->size))
		return -ENODATA;
	while (err == 0 && off + len > t->off + t->len)
		err = read_on(t);
	if (err < 0)
		return err;
	if (!is_in(t->off, t->len, off, len))
		return read_behind(t, buf, len, off);
	memcpy(buf, t->window + (off - t->off), len);
	return 0;
}

struct reader digest_tee_reader(struct digest_tee *t)
{
	return (struct reader){.pread = tee_pread, .ctx = t, .size = t->r->size};
}

int digest_tee_finish(struct digest_tee *t, uint8_t out[DIGEST_SIZE])
{
	int err = 0;

	while (err == 0 && t->off + t->len < t->r->size)
		err = read_on(t);
	return err < 0 ? err : digest_finish(&t->digest, t->r->size, t->r, out);
}
