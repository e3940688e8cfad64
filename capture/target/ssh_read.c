// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a dump back: whoever reads on gets what was read ahead, instead of a round trip a piece.
 */
#include "target/ssh_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD_MIN (64 * KIB)
#define AHEAD_MAX (4 * MIB) /* several requests under way for each millisecond of the way */
#define GAP_MAX   (64 * KIB)

struct range {
	void *buf;
	size_t len;
	uint64_t off;
};

static int read_range(struct sftp *s, struct sftp_file *f, void *ctx)
{
	const struct range *r = ctx;

	return sftp_read(s, f, r->buf, r->len, r->off);
}

static bool has(const struct ssh_ahead *a, uint64_t off)
{
	return a->len && off >= a->off && off < a->off + a->len;
}

/* Does a read at off go on where these bytes end, or a page further? */
static bool goes_on(const struct ssh_ahead *a, uint64_t off)
{
	return a->len && off >= a->off + a->len && off - (a->off + a->len) <= GAP_MAX;
}

/* That which a read at off continues, else the one that was used longest ago. */
static struct ssh_ahead *choose(struct ssh_pool *p, uint64_t off)
{
	struct ssh_ahead *oldest = &p->ahead[0];
	size_t i;

	for (i = 0; i < SSH_AHEADS; i++) {
		if (goes_on(&p->ahead[i], off))
			return &p->ahead[i];
		if (p->ahead[i].used < oldest->used)
			oldest = &p->ahead[i];
	}
	return oldest;
}

/* At least one of len bytes at off, and more where somebody reads on. */
static int fill(struct target *t, struct ssh_ahead *a, size_t len, uint64_t off)
{
	bool on = goes_on(a, off);
	size_t n = on ? 2 * a->len : AHEAD_MIN;
	struct range r = {.off = off};
	int err = 0;

	if (!ssh_pool_of(t)->read_size)
		err = ssh_size(t, &ssh_pool_of(t)->read_size);
	if (err < 0)
		return err;
	if (off >= ssh_pool_of(t)->read_size)
		return -ENODATA;
	n = n < len ? len : n;
	n = n < AHEAD_MAX ? n : AHEAD_MAX;
	if (n > ssh_pool_of(t)->read_size - off)
		n = (size_t)(ssh_pool_of(t)->read_size - off);
	if (!a->buf)
		a->buf = malloc(AHEAD_MAX);
	if (!a->buf)
		return -ENOMEM;
	a->len = 0;
	r.buf = a->buf;
	r.len = n;
	err = ssh_persist(t, read_range, &r);
	if (err < 0)
		return err;
	a->off = off;
	a->len = n;
	return 0;
}

int ssh_pread(struct target *t, void *buf, size_t len, uint64_t off)
{
	struct ssh_pool *p = ssh_pool_of(t);
	unsigned char *to = buf;
	int err = 0;

	while (len && err == 0) {
		struct ssh_ahead *a = NULL;
		size_t i, n;

		for (i = 0; i < SSH_AHEADS; i++)
			if (has(&p->ahead[i], off))
				a = &p->ahead[i];
		if (!a) {
			a = choose(p, off);
			err = fill(t, a, len, off);
			if (err < 0)
				break;
		}
		a->used = ++p->reads;
		n = (size_t)(a->off + a->len - off);
		n = n < len ? n : len;
		memcpy(to, a->buf + (off - a->off), n);
		to += n;
		off += n;
		len -= n;
	}
	return err;
}
