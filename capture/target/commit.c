// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int target_reader_pread(void *ctx, void *buf, size_t len, uint64_t off)
{
	struct target *t = ctx;

	return t->ops->pread(t, buf, len, off);
}

/* Nothing to compare with: only a target that needs it minds. */
static int check_all(struct target *t, const struct dump_claim *claim, const struct reader *r)
{
	int err = claim->check_all ? claim->check_all(claim->check_ctx, r) : -EOPNOTSUPP;

	if (err != -EOPNOTSUPP)
		return err;
	if (!t->reread)
		return 0;
	(void)snprintf(t->why, sizeof(t->why),
		       "what the target took may have been lost since, and there is no digest to "
		       "compare the file with");
	return -EIO;
}

static int refuse_memory(struct target *t)
{
	(void)snprintf(t->why, sizeof(t->why),
		       "it lies on %.140s: a dump there is not known to outlive this boot",
		       t->lies_on[0] ? t->lies_on : "memory");
	return -EROFS;
}

/* The answer did not come: nothing is known against what arrived. */
static bool is_silence(int err)
{
	return err == -ETIMEDOUT || err == -ECONNRESET || err == -EPIPE;
}

/* One rule for all kinds: what a place cannot promise is no reason to release anything. */
static int assured(struct target *t, bool taken)
{
	if (!t->unassured[0] || taken)
		return 0;
	(void)snprintf(t->why, sizeof(t->why), "%s", t->unassured);
	return TARGET_UNASSURED;
}

/* Before it is waited for. A name proves nothing: where it cannot be given, the old one will do. */
static void arrive(struct target *t)
{
	if (t->ops->arrive && t->ops->arrive(t, DUMP_INCOMPLETE, DUMP_UNPROVED) == 0)
		t->arrived = true;
	else
		t->why[0] = '\0';
}

/* The open file is on stable storage, as long as the stream was, and passes the claim's checks. */
static int prove_file(struct target *t, const struct dump_claim *claim, bool written)
{
	struct reader r = {.pread = target_reader_pread, .ctx = t};
	int err;

	if (!claim->stream_ended || claim->dump_id == 0)
		return -EINVAL;
	if (t->in_memory && !claim->rehearsal)
		return refuse_memory(t);
	if (written)
		arrive(t);
	err = t->ops->flush(t);
	/* Of a disk that failed most of it may be there. */
	if (written && err == -EIO)
		t->unproved = true;
	if (err < 0)
		return err;
	err = t->ops->size(t, &r.size);
	if (err < 0)
		return err;
	if (r.size != claim->size || r.size == 0) {
		(void)snprintf(t->why, sizeof(t->why),
			       "the file has %llu bytes where %llu were written",
			       (unsigned long long)r.size, (unsigned long long)claim->size);
		return -EIO;
	}
	err = claim->check ? claim->check(claim->check_ctx, &r) : 0;
	if (err == 0 && (claim->all || t->reread))
		err = check_all(t, claim, &r);
	return err;
}

static void fill_receipt(const struct target *t, const struct dump_claim *claim,
			 struct receipt *out)
{
	*out = (struct receipt){.size = claim->size, .dump_id = claim->dump_id};
	(void)snprintf(out->target, sizeof(out->target), "%s", t->text);
	(void)snprintf(out->dir, sizeof(out->dir), "%s", t->dir);
}

int target_commit(struct target *t, const struct dump_claim *claim, struct receipt *out)
{
	int err = prove_file(t, claim, true);

	if (err == 0)
		err = t->ops->publish(t, target_file(t), DUMP_VMCORE);
	t->unproved = t->unproved || (claim->stream_ended && is_silence(err));
	if (err == 0)
		err = assured(t, claim->unassured || claim->rehearsal);
	if (err < 0)
		return err;
	fill_receipt(t, claim, out);
	return 0;
}

int target_confirm(struct target *t, const char *dir, const struct dump_claim *claim,
		   struct receipt *out)
{
	int err = t->ops->reopen(t, dir, DUMP_VMCORE);

	if (err < 0)
		return err;
	err = prove_file(t, claim, false);
	if (err == 0)
		err = assured(t, claim->unassured);
	if (err < 0)
		return err;
	fill_receipt(t, claim, out);
	return 0;
}

/* What the target reads back is what was given to it. */
static int read_back(struct target *t, const struct log_claim *claim)
{
	uint64_t size, off;
	char buf[4096];
	int err = t->ops->size(t, &size);

	if (err == 0 && size != claim->len)
		err = -EIO;
	for (off = 0; err == 0 && off < size; off += sizeof(buf)) {
		size_t n = size - off < sizeof(buf) ? (size_t)(size - off) : sizeof(buf);

		err = t->ops->pread(t, buf, n, off);
		if (err == 0 && memcmp(buf, claim->text + off, n) != 0)
			err = -EIO;
	}
	if (err == -EIO)
		(void)snprintf(t->why, sizeof(t->why), DUMP_LOG " does not read back as written");
	return err;
}

int target_commit_log(struct target *t, const struct log_claim *claim, struct log_receipt *out)
{
	char dir[sizeof(t->dir)];
	int err;

	if (claim->policy == RELEASE_POLICY_NONE || claim->dump_id == 0 || claim->len == 0)
		return -EINVAL;
	if (t->in_memory)
		return refuse_memory(t);
	err = target_put(t, DUMP_LOG, claim->text, claim->len);
	if (err < 0)
		return err;
	/* Beside the directory that is open: a place that reopens has one of each. */
	(void)snprintf(dir, sizeof(dir), "%s", t->dir);
	err = t->ops->reopen(t, dir, DUMP_LOG);
	if (err == 0)
		err = t->ops->flush(t);
	if (err == 0)
		err = read_back(t, claim);
	if (err == 0)
		err = assured(t, claim->unassured);
	if (err < 0)
		return err;
	*out = (struct log_receipt){
		.policy = claim->policy, .size = claim->len, .dump_id = claim->dump_id};
	(void)snprintf(out->target, sizeof(out->target), "%s", t->text);
	(void)snprintf(out->dir, sizeof(out->dir), "%s", dir);
	return 0;
}
