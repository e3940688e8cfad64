// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/proof.h"

#include "base/cleanup.h"
#include "dump/digest_read.h"
#include "dump/digest_tee.h"
#include "dump/kdump.h"
#include "dump/kdump_pages.h"
#include "run/console.h"
#include "run/guard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void proof_digest_init(struct proof_digest *d, struct log *log)
{
	int err;

	proof_digest_deinit(d);
	*d = (struct proof_digest){.stream = malloc(sizeof(*d->stream))};
	err = d->stream ? digest_init(d->stream) : -ENOMEM;
	if (err < 0) {
		log_warning(log, "the dump goes without a digest: %s", strerror(-err));
		proof_digest_deinit(d);
	}
}

void proof_digest_deinit(struct proof_digest *d)
{
	if (d->stream)
		digest_deinit(d->stream);
	free(d->stream);
	d->stream = NULL;
}

/* By the first place that can read back what has to be. The memory it took is free for the checks
 * then. */
static void finish_digest(struct proof *p, const struct reader *r)
{
	struct proof_digest *d = p->digest;
	int err = digest_finish(d->stream, r->size, r, d->value);

	d->have = err == 0;
	if (err < 0)
		log_warning(p->log, "no digest of the dump: %s", strerror(-err));
	else
		proof_digest_deinit(d);
}

struct counted {
	const struct reader *r;
	struct guard *guard;
};

/* What is read back is progress, too. */
static int counted_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	const struct counted *c = ctx;
	int err = c->r->pread(c->r->ctx, buf, len, off);

	if (err == 0 && c->guard)
		guard_pulse(c->guard);
	return err;
}

static struct reader count_reads(struct counted *c)
{
	return (struct reader){.pread = counted_pread, .ctx = c, .size = c->r->size};
}

static int check_structure(struct proof *p, const struct reader *r)
{
	struct kdump_problem problem = {0};
	int err;

	p->verified = "none";
	if (p->digest->stream)
		finish_digest(p, r);
	if (p->verify == CONFIG_VERIFY_NONE)
		return 0;
	err = kdump_check_structure(r, &p->info, &problem);
	if (problem.text[0])
		(void)snprintf(p->text, sizeof(p->text),
			       "the dump's structure is wrong at byte %llu: %s",
			       (unsigned long long)problem.at, problem.text);
	if (err == 0) {
		p->verified = "structure";
		kdump_doubt(&p->info, p->doubt, sizeof(p->doubt));
	}
	return err;
}

int proof_check(void *ctx, const struct reader *r)
{
	struct proof *p = ctx;
	struct counted counted = {.r = r, .guard = p->guard};
	struct reader reader = count_reads(&counted);

	return check_structure(p, &reader);
}

/* The digest of what was read back: is it that of what was written? */
static int compare(struct proof *p, const uint8_t digest[DIGEST_SIZE])
{
	char wrote[DIGEST_TEXT], read[DIGEST_TEXT];

	if (memcmp(digest, p->digest->value, DIGEST_SIZE) == 0)
		return 0;
	digest_format(p->digest->value, wrote);
	digest_format(digest, read);
	(void)snprintf(p->text, sizeof(p->text),
		       "the dump as read back is not what was written: digest %s, written %s", read,
		       wrote);
	return -EBADMSG;
}

static int cannot_read(struct proof *p, int err)
{
	(void)snprintf(p->text, sizeof(p->text), "the dump cannot be read back: %s",
		       strerror(-err));
	return err == -EOPNOTSUPP ? -EIO : err;
}

/* One thread: a target's reader is not for several. *expanded: the pages were, and are right. */
static int expand(struct proof *p, const struct reader *r, bool *expanded)
{
	struct kdump_pages_spec spec = {.threads = 1};
	struct kdump_problem problem = {0};
	int err = kdump_check_pages(r, &p->info, &spec, &problem);

	*expanded = err == 0;
	if (err == -ELIBACC) {
		/* Nothing is known against them. */
		log_warning(p->log, "the pages are not expanded: %s", problem.text);
		return 0;
	}
	if (err < 0)
		(void)snprintf(p->text, sizeof(p->text), "the dump is wrong at byte %llu: %s",
			       (unsigned long long)problem.at, problem.text);
	return err == -EOPNOTSUPP ? -EIO : err;
}

static int compare_only(struct proof *p, const struct reader *r)
{
	struct digest_read_spec spec = {.threads = 1};
	uint8_t digest[DIGEST_SIZE];
	int err = digest_read(r, &spec, digest);

	err = err < 0 ? cannot_read(p, err) : compare(p, digest);
	if (err == 0)
		p->verified = "digest";
	return err;
}

/* In one pass. A digest that differs says more than the first page that does. */
static int expand_and_compare(struct proof *p, const struct reader *r)
{
	_cleanup_(digest_tee_deinit) struct digest_tee tee;
	bool expanded = false;
	uint8_t digest[DIGEST_SIZE];
	int pages, err = digest_tee_init(&tee, r);
	struct reader by;

	if (err < 0)
		return err;
	by = digest_tee_reader(&tee);
	pages = expand(p, &by, &expanded);
	if (pages < 0 && pages != -EBADMSG)
		return pages;
	err = digest_tee_finish(&tee, digest);
	err = err < 0 ? cannot_read(p, err) : compare(p, digest);
	if (err < 0 || pages < 0)
		return err < 0 ? err : pages;
	p->verified = expanded ? "full" : "digest";
	return 0;
}

/* With less memory. */
static int compare_and_expand(struct proof *p, const struct reader *r)
{
	bool expanded = false;
	int err = compare_only(p, r);

	if (err == 0)
		err = expand(p, r, &expanded);
	if (expanded)
		p->verified = "full";
	return err;
}

static int compare_all(struct proof *p, const struct reader *r)
{
	int err;

	if (p->verify != CONFIG_VERIFY_FULL)
		return compare_only(p, r);
	err = expand_and_compare(p, r);
	if (err != -ENOMEM)
		return err;
	p->text[0] = '\0';
	return compare_and_expand(p, r);
}

static int check_all(struct proof *p, const struct reader *r)
{
	bool expanded;
	int err;

	console_status("Reading the dump back");
	log_info(p->log, "reading the whole dump back");
	if (p->digest->have)
		return compare_all(p, r);
	err = p->verify == CONFIG_VERIFY_FULL ? expand(p, r, &expanded) : 0;
	if (err < 0)
		return err;
	p->verified = "structure";
	return -EOPNOTSUPP;
}

int proof_check_all(void *ctx, const struct reader *r)
{
	struct proof *p = ctx;
	struct counted counted = {.r = r, .guard = p->guard};
	struct reader reader = count_reads(&counted);

	return check_all(p, &reader);
}
