// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/flat_reader.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK       ((size_t)(256 * KIB))
#define EXTENTS_MAX ((size_t)(16 * MIB)) /* 1 TiB of dump as makedumpfile prints it */
#define OVER_MAX    4096                 /* makedumpfile writes its headers twice, and no more */

struct flat_extent {
	uint64_t off, len; /* of the file */
	uint64_t at;       /* in the stream */
};

struct scan {
	struct flat flat;
	struct flat_reader *out;
};

/* A piece of a record. One that the chunk before cut in two is one. */
static int note_piece(void *ctx, const void *buf, size_t len, uint64_t off)
{
	struct scan *s = ctx;
	struct flat_reader *f = s->out;
	struct flat_extent *last = f->n ? &f->extents[f->n - 1] : NULL, *grown;
	uint64_t at = s->flat.consumed;
	size_t room;

	(void)buf;
	if (f->too_many)
		return 0;
	if (last && last->at + last->len == at && last->off + last->len == off) {
		last->len += len;
		return 0;
	}
	if (!f->extents || f->n == f->room) {
		f->too_many = f->n == EXTENTS_MAX;
		if (f->too_many)
			return 0;
		room = f->room ? 2 * f->room : 256;
		grown = realloc(f->extents, room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		f->extents = grown;
		f->room = room;
	}
	f->extents[f->n++] = (struct flat_extent){.off = off, .len = len, .at = at};
	return 0;
}

static int scan_stream(struct scan *s, const struct reader *in, flat_reader_progress progress,
		       void *ctx)
{
	_cleanup_free_ void *buf = malloc(CHUNK);
	int err = buf ? 0 : -ENOMEM;

	flat_init(&s->flat, note_piece, s);
	for (uint64_t at = 0; at < in->size && err == 0 && !s->flat.ended; at += CHUNK) {
		size_t len = in->size - at < CHUNK ? (size_t)(in->size - at) : CHUNK;

		err = in->pread(in->ctx, buf, len, at);
		if (err == 0)
			err = flat_feed(&s->flat, buf, len);
		if (err == 0 && progress)
			progress(ctx, at, in->size);
	}
	if (err == 0)
		err = flat_finish(&s->flat);
	/* What follows is not the stream's. */
	if (err == -EBADMSG && s->flat.problem == FLAT_AFTER_END)
		err = 0;
	return err;
}

static int by_offset(const void *a, const void *b)
{
	const struct flat_extent *x = a, *y = b;

	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

static int by_stream(const void *a, const void *b)
{
	const struct flat_extent *x = a, *y = b;

	return x->at < y->at ? -1 : 1;
}

static int lay_over(struct flat_reader *f, struct flat_extent e)
{
	if (f->n_over == OVER_MAX)
		return -E2BIG;
	f->over[f->n_over++] = e;
	return 0;
}

/* Those that overlap another one are taken out, and laid over the rest in the order they came in.
 */
static int sort_out(struct flat_reader *f)
{
	uint64_t covered = 0; /* by one of those so far, up to here */
	size_t kept = 0;
	int err = 0;

	f->over = malloc(OVER_MAX * sizeof(*f->over));
	if (!f->over)
		return -ENOMEM;
	if (f->n > 0)
		qsort(f->extents, f->n, sizeof(*f->extents), by_offset);
	for (size_t i = 0; i < f->n && err == 0; i++) {
		struct flat_extent e = f->extents[i], *last = kept ? &f->extents[kept - 1] : NULL;

		if (e.off >= covered)
			f->extents[kept++] = e;
		else
			err = lay_over(f, e);
		if (err == 0 && e.off < covered && last && last->off + last->len > e.off) {
			err = lay_over(f, *last);
			kept--;
		}
		if (e.off + e.len > covered)
			covered = e.off + e.len;
	}
	f->n = kept;
	if (f->n_over > 0)
		qsort(f->over, f->n_over, sizeof(*f->over), by_stream);
	return err;
}

/* What of the extent lies in the len bytes from off. */
static int read_part(const struct flat_reader *f, const struct flat_extent *e, char *buf,
		     size_t len, uint64_t off)
{
	uint64_t from = e->off > off ? e->off : off;
	uint64_t to = e->off + e->len < off + len ? e->off + e->len : off + len;

	if (from >= to)
		return 0;
	return f->in->pread(f->in->ctx, buf + (from - off), (size_t)(to - from),
			    e->at + (from - e->off));
}

/* The first that ends after off. */
static size_t find(const struct flat_reader *f, uint64_t off)
{
	size_t low = 0, high = f->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (f->extents[mid].off + f->extents[mid].len <= off)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int flat_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct flat_reader *f = ctx;
	int err = 0;

	if (!range_ok(off, len, f->r.size))
		return -ENODATA;
	memset(buf, 0, len);
	for (size_t i = find(f, off); i < f->n && f->extents[i].off < off + len && err == 0; i++)
		err = read_part(f, &f->extents[i], buf, len, off);
	for (size_t i = 0; i < f->n_over && err == 0; i++)
		err = read_part(f, &f->over[i], buf, len, off);
	return err;
}

int flat_reader_init(const struct reader *in, flat_reader_progress progress, void *ctx,
		     struct flat_reader *out)
{
	struct scan s = {.out = out};
	int err;

	*out = (struct flat_reader){.in = in};
	err = scan_stream(&s, in, progress, ctx);
	out->problem = s.flat.problem;
	out->problem_at = s.flat.problem_at;
	if (err < 0)
		return err;
	out->stream = s.flat.consumed;
	out->trailing = in->size - s.flat.consumed;
	out->r = (struct reader){.pread = flat_pread, .ctx = out, .size = s.flat.size};
	return out->too_many ? -E2BIG : sort_out(out);
}

void flat_reader_deinit(struct flat_reader *f)
{
	free(f->extents);
	free(f->over);
	f->extents = f->over = NULL;
	f->n = f->n_over = 0;
}
