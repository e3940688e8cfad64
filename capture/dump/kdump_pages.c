// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/kdump_pages.h"

#include "base/cleanup.h"
#include "base/crew.h"
#include "dump/codec.h"
#include "dump/kdump_header.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#define BATCH ((size_t)256) /* descriptors a thread takes at once */

struct check {
	const struct reader *r;
	const struct kdump_info *info;
	const struct kdump_pages_spec *spec;
	struct kdump_layout at;
	struct codecs codecs;

	pthread_mutex_t lock;
	/* under the lock */
	uint64_t next, done; /* pages */
	int error;           /* the first in the file's order, as far as it was looked at */
	struct kdump_problem *problem;
};

/* What one thread works with. */
struct worker {
	struct check *c;
	struct expander expander;
	unsigned char *desc, *in, *out;
};

static void worker_deinit(struct worker *w)
{
	expander_deinit(&w->expander);
	free(w->desc);
	free(w->in);
	free(w->out);
}

static int worker_init(struct worker *w, struct check *c)
{
	*w = (struct worker){.c = c, .expander = {.codecs = &c->codecs}};
	w->desc = malloc(BATCH * KDUMP_DESC_SIZE);
	w->in = malloc(c->info->block_size);
	w->out = malloc(c->info->block_size);
	return w->desc && w->in && w->out ? 0 : -ENOMEM;
}

/* One stop for all; of several, the problem that lies first in the file is told. */
static void fail(struct check *c, int error, uint64_t at, uint64_t page, const char *what)
{
	(void)pthread_mutex_lock(&c->lock);
	if (!c->error || (error == -EBADMSG && at < c->problem->at)) {
		c->error = error;
		(void)kdump_bad(c->problem, at, "page %" PRIu64 " of %" PRIu64 ": %s", page,
				c->info->pages, what);
	}
	(void)pthread_mutex_unlock(&c->lock);
}

static bool check_page(struct worker *w, const unsigned char *d, uint64_t page)
{
	struct check *c = w->c;
	uint64_t off = kdump_u64(d, c->info->big_endian);
	uint32_t size = kdump_u32(d + 8, c->info->big_endian);
	uint32_t flags = kdump_u32(d + 12, c->info->big_endian);
	int e;

	/* The structure was found right, but the file may change under us. */
	if (size > c->info->block_size || !range_ok(off, size, c->r->size)) {
		fail(c, -EBADMSG, off, page, "its descriptor has changed");
		return false;
	}
	e = c->r->pread(c->r->ctx, w->in, size, off);
	if (e < 0) {
		fail(c, e, off, page, "cannot be read");
		return false;
	}
	if (!flags)
		return true;
	e = expander_expand(&w->expander, flags, w->in, size, w->out, c->info->block_size);
	if (e < 0)
		fail(c, e, off, page,
		     e == -ENOMEM ? "no memory to expand it" : "does not expand to a page");
	return e == 0;
}

/* The next pages that no thread has taken; 0 at the end, or after a problem was found. */
static size_t take(struct check *c, uint64_t *first, size_t finished)
{
	size_t count = 0;

	(void)pthread_mutex_lock(&c->lock);
	c->done += finished;
	if (!c->error && c->next < c->info->pages) {
		uint64_t left = c->info->pages - c->next;

		count = left < BATCH ? (size_t)left : BATCH;
		*first = c->next;
		c->next += count;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return count;
}

static void work_through(struct worker *w)
{
	struct check *c = w->c;
	uint64_t first = 0, at;
	size_t count = 0;
	int e;

	while ((count = take(c, &first, count)) > 0) {
		at = c->at.desc_off + first * KDUMP_DESC_SIZE;
		e = c->r->pread(c->r->ctx, w->desc, count * KDUMP_DESC_SIZE, at);
		if (e < 0) {
			fail(c, e, at, first, "its descriptor cannot be read");
			return;
		}
		for (size_t i = 0; i < count; i++)
			if (!check_page(w, w->desc + i * KDUMP_DESC_SIZE, first + i))
				return;
	}
}

static void work(void *ctx)
{
	struct check *c = ctx;
	_cleanup_(worker_deinit) struct worker w;

	if (worker_init(&w, c) < 0)
		fail(c, -ENOMEM, 0, 0, "no memory");
	else
		work_through(&w);
}

static void tick(void *ctx)
{
	struct check *c = ctx;
	uint64_t done;

	(void)pthread_mutex_lock(&c->lock);
	done = c->done;
	(void)pthread_mutex_unlock(&c->lock);
	if (c->spec->progress)
		c->spec->progress(c->spec->ctx, done, c->info->pages);
}

/* Which compressions do the pages have? A header may say one and the pages have another. */
static int load_codecs(struct check *c)
{
	_cleanup_free_ unsigned char *desc = malloc(BATCH * KDUMP_DESC_SIZE);
	uint32_t seen = 0;
	uint64_t n;
	int e;

	if (!desc)
		return -ENOMEM;
	for (n = 0; n < c->info->pages; n += BATCH) {
		uint64_t left = c->info->pages - n;
		size_t count = left < BATCH ? (size_t)left : BATCH, i;

		e = c->r->pread(c->r->ctx, desc, count * KDUMP_DESC_SIZE,
				c->at.desc_off + n * KDUMP_DESC_SIZE);
		if (e < 0)
			return e;
		for (i = 0; i < count; i++) {
			uint32_t flag =
				kdump_u32(desc + i * KDUMP_DESC_SIZE + 12, c->info->big_endian);
			const struct codec *codec;

			if (!flag || (seen & flag))
				continue;
			seen |= flag;
			e = codecs_load(&c->codecs, flag, &codec);
			if (e == -ELIBACC)
				(void)kdump_bad(c->problem, 0,
						"pages are compressed with %s, and %s is not "
						"installed",
						codec->name, codec->library);
			if (e < 0)
				return e;
		}
	}
	return 0;
}

int kdump_check_pages(const struct reader *r, const struct kdump_info *info,
		      const struct kdump_pages_spec *spec, struct kdump_problem *problem)
{
	struct check c = {.r = r, .info = info, .spec = spec, .problem = problem};
	struct crew_spec crew = {.threads = spec->threads, .work = work, .tick = tick, .ctx = &c};
	struct kdump_info again;
	int e;

	*problem = (struct kdump_problem){0};
	e = kdump_read_header(r, &again, &c.at, problem);
	if (e < 0)
		return e;
	codecs_init(&c.codecs);
	e = load_codecs(&c);
	if (e == 0) {
		(void)pthread_mutex_init(&c.lock, NULL);
		e = crew_run(&crew);
		(void)pthread_mutex_destroy(&c.lock);
	}
	codecs_deinit(&c.codecs);
	return e < 0 ? e : c.error;
}
