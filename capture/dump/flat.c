// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/flat.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define TYPE_FLAT   1
#define VERSION_1   1
#define RECORD_HEAD 16 /* be64 offset, be64 size */

enum { IN_HEADER, IN_PADDING, IN_RECORD, IN_DATA, AT_END, FAILED };

static const char signature[16] = "makedumpfile";

static uint64_t get_be64(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

void flat_init(struct flat *f, int (*write)(void *, const void *, size_t, uint64_t), void *ctx)
{
	*f = (struct flat){
		.write = write, .ctx = ctx, .record_max = FLAT_RECORD_MAX, .phase = IN_HEADER};
}

static int fail(struct flat *f, enum flat_problem problem, uint64_t at, int error)
{
	f->phase = FAILED;
	f->problem = problem;
	f->problem_at = at;
	f->error = error;
	return error;
}

/* Gather the next `want` bytes in head; returns how many of buf were taken. */
static size_t gather(struct flat *f, const unsigned char *buf, size_t len, size_t want)
{
	size_t n = want - f->head_len;

	if (n > len)
		n = len;
	memcpy(f->head + f->head_len, buf, n);
	f->head_len += n;
	f->consumed += n;
	return n;
}

static int check_header(struct flat *f)
{
	if (memcmp(f->head, signature, sizeof(signature)) != 0)
		return fail(f, FLAT_NOT_FLAT, 0, -EBADMSG);
	if (get_be64(f->head + 16) != TYPE_FLAT)
		return fail(f, FLAT_VERSION, 16, -EBADMSG);
	if (get_be64(f->head + 24) != VERSION_1)
		return fail(f, FLAT_VERSION, 24, -EBADMSG);
	/* The rest of the header is padding, of which nothing is promised. */
	f->rec_left = FLAT_HEADER_SIZE - sizeof(f->head);
	f->phase = IN_PADDING;
	return 0;
}

static int check_record(struct flat *f)
{
	uint64_t off = get_be64(f->head), size = get_be64(f->head + 8);

	f->head_len = 0;
	if (off == UINT64_MAX && size == UINT64_MAX) {
		f->ended = true;
		f->phase = AT_END;
		return 0;
	}
	if (size > f->record_max || !range_ok(off, size, INT64_MAX))
		return fail(f, FLAT_BAD_RECORD, f->consumed - RECORD_HEAD, -EBADMSG);
	f->rec_off = off;
	f->rec_left = size;
	f->phase = IN_DATA;
	if (size == 0) {
		f->records++;
		f->phase = IN_RECORD;
	}
	return 0;
}

/* Hand on what is here of a record's data; returns how many bytes that was, or the sink's -errno.
 */
static int pass_data(struct flat *f, const unsigned char *buf, size_t len, size_t *taken)
{
	size_t n = len < f->rec_left ? len : (size_t)f->rec_left;
	int r = f->write(f->ctx, buf, n, f->rec_off);

	if (r < 0)
		return fail(f, FLAT_SINK, f->consumed, r);
	f->consumed += n;
	f->rec_off += n;
	f->rec_left -= n;
	if (f->rec_off > f->size)
		f->size = f->rec_off;
	if (f->rec_left == 0) {
		f->records++;
		f->phase = IN_RECORD;
	}
	*taken = n;
	return 0;
}

static size_t skip_padding(struct flat *f, size_t len)
{
	size_t n = len < f->rec_left ? len : (size_t)f->rec_left;

	f->consumed += n;
	f->rec_left -= n;
	if (f->rec_left == 0) {
		f->head_len = 0;
		f->phase = IN_RECORD;
	}
	return n;
}

int flat_feed(struct flat *f, const void *buf, size_t len)
{
	const unsigned char *p = buf;
	size_t n;
	int r = 0;

	if (f->phase == FAILED)
		return f->error;
	while (len > 0) {
		n = 0;
		switch (f->phase) {
		case IN_HEADER:
			n = gather(f, p, len, sizeof(f->head));
			if (f->head_len == sizeof(f->head))
				r = check_header(f);
			break;
		case IN_PADDING:
			n = skip_padding(f, len);
			break;
		case IN_RECORD:
			n = gather(f, p, len, RECORD_HEAD);
			if (f->head_len == RECORD_HEAD)
				r = check_record(f);
			break;
		case IN_DATA:
			r = pass_data(f, p, len, &n);
			break;
		default:
			r = fail(f, FLAT_AFTER_END, f->consumed, -EBADMSG);
		}
		if (r < 0)
			return r;
		p += n;
		len -= n;
	}
	return 0;
}

int flat_finish(struct flat *f)
{
	if (f->phase == FAILED)
		return f->error;
	if (f->phase == AT_END)
		return 0;
	/* Too short for a header, and not the beginning of one either: then it is something else.
	 */
	if (f->phase == IN_HEADER &&
	    memcmp(f->head, signature,
		   f->head_len < sizeof(signature) ? f->head_len : sizeof(signature)) != 0)
		return fail(f, FLAT_NOT_FLAT, 0, -EBADMSG);
	return fail(f, FLAT_TRUNCATED, f->consumed, -EBADMSG);
}

const char *flat_problem_text(enum flat_problem problem)
{
	static const char *const text[] = {
		[FLAT_OK] = "no problem",
		[FLAT_NOT_FLAT] = "not a flattened makedumpfile stream",
		[FLAT_VERSION] = "a flattened stream of an unknown type or version",
		[FLAT_BAD_RECORD] = "a record with an impossible offset or size",
		[FLAT_AFTER_END] = "data after the end marker",
		[FLAT_TRUNCATED] = "the stream ended without its end marker",
		[FLAT_SINK] = "writing the dump failed",
	};

	return (size_t)problem < ARRAY_SIZE(text) ? text[problem] : "unknown problem";
}
