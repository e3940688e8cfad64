// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/sftp.h"

#include "target/sftp_call.h"

#include <errno.h>
#include <string.h>

#define READS_MAX 32 /* under way at a time */

/* Begin a request; *id is 0 when the connection is not fit for one. */
static int begin(struct sftp *s, enum sftp_type type, uint32_t *id)
{
	int err;

	if (s->broken)
		return -ECONNRESET;
	s->said[0] = '\0';
	err = sftp_settle(s, sftp_until(s, SFTP_PATIENCE_MS));
	if (err == 0)
		*id = sftp_begin(s, type);
	return err;
}

static int extended(struct sftp *s, unsigned int bit, const char *name, uint32_t *id)
{
	int err = s->extensions & bit ? begin(s, SFTP_EXTENDED, id) : -EOPNOTSUPP;

	if (err == 0)
		sftp_put_text(&s->head, name);
	return err;
}

/* The reply to a request that is started, or has failed to (err). */
static int reply_within(struct sftp *s, uint32_t id, int err, enum sftp_type wanted, int64_t ms,
			struct sftp_reply *r)
{
	if (err == 0)
		err = sftp_await(s, id, sftp_until(s, ms), r);
	if (err < 0)
		return err;
	if (r->type == SFTP_STATUS) {
		sftp_note(s, r);
		err = sftp_status_errno(r->status);
		if (err < 0 || wanted == SFTP_STATUS)
			return err;
	}
	if (r->type == wanted)
		return 0;
	s->broken = true;
	return -EPROTO;
}

static int finish(struct sftp *s, uint32_t id, enum sftp_type wanted, struct sftp_reply *r)
{
	return reply_within(s, id, sftp_start(s, NULL, 0), wanted, SFTP_PATIENCE_MS, r);
}

static int finish_status(struct sftp *s, uint32_t id)
{
	struct sftp_reply r = {.type = 0};

	return finish(s, id, SFTP_STATUS, &r);
}

int sftp_open(struct sftp *s, const char *path, uint32_t flags, struct sftp_file *out)
{
	struct sftp_reply r = {.type = 0};
	uint32_t id = 0;
	int err = begin(s, SFTP_OPEN, &id);

	if (err < 0)
		return err;
	sftp_put_text(&s->head, path);
	sftp_put_u32(&s->head, flags);
	sftp_put_mode(&s->head, 0600);
	err = finish(s, id, SFTP_HANDLE, &r);
	if (err < 0)
		return err;
	memcpy(out->handle, r.bytes.at, r.bytes.len);
	out->len = r.bytes.len;
	return 0;
}

int sftp_close(struct sftp *s, struct sftp_file *f)
{
	uint32_t id = 0;
	int err = begin(s, SFTP_CLOSE, &id);

	if (err == 0) {
		sftp_put_bytes(&s->head, f->handle, f->len);
		err = finish_status(s, id);
	}
	f->len = 0;
	return err;
}

/* A file system without it: OpenSSH's server says "Bad message" there, others that it is no request
 * of theirs. */
int sftp_fsync_errno(uint32_t status)
{
	return status == SFTP_BAD_MESSAGE ? -EOPNOTSUPP : sftp_status_errno(status);
}

int sftp_fsync(struct sftp *s, const struct sftp_file *f)
{
	struct sftp_reply r = {.type = 0};
	uint32_t id = 0;
	int err = extended(s, SFTP_EXT_FSYNC, "fsync@openssh.com", &id);

	if (err < 0)
		return err;
	sftp_put_bytes(&s->head, f->handle, f->len);
	err = reply_within(s, id, sftp_start(s, NULL, 0), SFTP_STATUS, SFTP_FSYNC_MS, &r);
	return err == -EPROTO && !s->broken ? -EOPNOTSUPP : err;
}

int sftp_start_fsync(struct sftp *s, const struct sftp_file *f, uint32_t *id)
{
	*id = sftp_begin(s, SFTP_EXTENDED);
	sftp_put_text(&s->head, "fsync@openssh.com");
	sftp_put_bytes(&s->head, f->handle, f->len);
	return sftp_start(s, NULL, 0);
}

static int attributes(struct sftp *s, uint32_t id, struct sftp_attrs *out)
{
	struct sftp_reply r = {.type = 0};
	int err = finish(s, id, SFTP_ATTRS, &r);

	if (err == 0)
		*out = r.attrs;
	return err;
}

int sftp_fstat(struct sftp *s, const struct sftp_file *f, struct sftp_attrs *out)
{
	uint32_t id = 0;
	int err = begin(s, SFTP_FSTAT, &id);

	if (err < 0)
		return err;
	sftp_put_bytes(&s->head, f->handle, f->len);
	return attributes(s, id, out);
}

static int path_attributes(struct sftp *s, enum sftp_type type, const char *path,
			   struct sftp_attrs *out)
{
	uint32_t id = 0;
	int err = begin(s, type, &id);

	if (err < 0)
		return err;
	sftp_put_text(&s->head, path);
	return attributes(s, id, out);
}

int sftp_lstat(struct sftp *s, const char *path, struct sftp_attrs *out)
{
	return path_attributes(s, SFTP_LSTAT, path, out);
}

int sftp_stat(struct sftp *s, const char *path, struct sftp_attrs *out)
{
	return path_attributes(s, SFTP_STAT, path, out);
}

static int path_only(struct sftp *s, enum sftp_type type, const char *path)
{
	uint32_t id = 0;
	int err = begin(s, type, &id);

	if (err < 0)
		return err;
	sftp_put_text(&s->head, path);
	return finish_status(s, id);
}

int sftp_remove(struct sftp *s, const char *path)
{
	return path_only(s, SFTP_REMOVE, path);
}

int sftp_rmdir(struct sftp *s, const char *path)
{
	return path_only(s, SFTP_RMDIR, path);
}

int sftp_mkdir(struct sftp *s, const char *path)
{
	uint32_t id = 0;
	int err = begin(s, SFTP_MKDIR, &id);

	if (err < 0)
		return err;
	sftp_put_text(&s->head, path);
	sftp_put_mode(&s->head, 0700);
	return finish_status(s, id);
}

int sftp_rename(struct sftp *s, const char *from, const char *to)
{
	uint32_t id = 0;
	int err = extended(s, SFTP_EXT_POSIX_RENAME, "posix-rename@openssh.com", &id);

	if (err == -EOPNOTSUPP)
		err = begin(s, SFTP_RENAME, &id);
	if (err < 0)
		return err;
	sftp_put_text(&s->head, from);
	sftp_put_text(&s->head, to);
	return finish_status(s, id);
}

int sftp_statvfs(struct sftp *s, const char *path, uint64_t *free_bytes)
{
	struct sftp_reply r = {.type = 0};
	uint32_t id = 0;
	int err = extended(s, SFTP_EXT_STATVFS, "statvfs@openssh.com", &id);

	if (err < 0)
		return err;
	sftp_put_text(&s->head, path);
	err = finish(s, id, SFTP_EXTENDED_REPLY, &r);
	return err < 0 ? err : sftp_parse_statvfs(r.bytes, free_bytes);
}

int sftp_write(struct sftp *s, const struct sftp_file *f, const void *data, size_t len,
	       uint64_t off)
{
	struct sftp_reply r = {.type = 0};
	uint32_t id = 0;
	int err = begin(s, SFTP_WRITE, &id);

	if (err < 0)
		return err;
	sftp_put_bytes(&s->head, f->handle, f->len);
	sftp_put_u64(&s->head, off);
	sftp_put_u32(&s->head, (uint32_t)len);
	return reply_within(s, id, sftp_start(s, data, len), SFTP_STATUS, SFTP_PATIENCE_MS, &r);
}

int sftp_start_write(struct sftp *s, const struct sftp_file *f, const void *data, size_t len,
		     uint64_t off, uint32_t *id)
{
	*id = sftp_begin(s, SFTP_WRITE);
	sftp_put_bytes(&s->head, f->handle, f->len);
	sftp_put_u64(&s->head, off);
	sftp_put_u32(&s->head, (uint32_t)len);
	return sftp_start(s, data, len);
}

static int start_read(struct sftp *s, const struct sftp_file *f, size_t len, uint64_t off,
		      uint32_t *id)
{
	int err = begin(s, SFTP_READ, id);

	if (err < 0)
		return err;
	sftp_put_bytes(&s->head, f->handle, f->len);
	sftp_put_u64(&s->head, off);
	sftp_put_u32(&s->head, (uint32_t)len);
	return sftp_start(s, NULL, 0);
}

/* Requests of one sftp_read() that are under way. Their replies may come in any order. */
struct reads {
	struct sftp *s;
	unsigned char *buf;
	struct {
		uint32_t id;
		size_t at, len;
		bool replied;
	} of[READS_MAX];
	size_t first, n;
	size_t short_at; /* a server may send less than asked for: from there it is asked again */
	int err;         /* the first refusal */
};

static int take_data(struct reads *w, size_t i, const struct sftp_reply *r)
{
	w->of[i].replied = true;
	if (r->type == SFTP_STATUS && r->status != SFTP_OK) {
		sftp_note(w->s, r);
		w->err = w->err ? w->err : sftp_status_errno(r->status);
		return 0;
	}
	if (r->type != SFTP_DATA || r->bytes.len == 0 || r->bytes.len > w->of[i].len) {
		w->s->broken = true;
		return -EPROTO;
	}
	memcpy(w->buf + w->of[i].at, r->bytes.at, r->bytes.len);
	if (r->bytes.len < w->of[i].len && w->of[i].at + r->bytes.len < w->short_at)
		w->short_at = w->of[i].at + r->bytes.len;
	return 0;
}

static int take_any(void *ctx, const struct sftp_reply *r)
{
	struct reads *w = ctx;
	size_t k;

	for (k = 0; k < w->n; k++) {
		size_t i = (w->first + k) % READS_MAX;

		if (w->of[i].id == r->id && !w->of[i].replied)
			return take_data(w, i, r);
	}
	w->s->broken = true;
	return -EPROTO;
}

static int take_first(struct reads *w)
{
	size_t i = w->first % READS_MAX;
	struct sftp_reply r = {.type = 0};
	int err = 0;

	if (!w->of[i].replied) {
		err = sftp_await(w->s, w->of[i].id, sftp_until(w->s, SFTP_PATIENCE_MS), &r);
		if (err == 0)
			err = take_data(w, i, &r);
	}
	w->first++;
	w->n--;
	return err;
}

static int ask_next(struct reads *w, const struct sftp_file *f, size_t len, uint64_t off,
		    size_t *next)
{
	size_t i = (w->first + w->n) % READS_MAX;
	uint64_t n = len - *next < w->s->limits.read ? len - *next : w->s->limits.read;
	int err;

	w->of[i].at = *next;
	w->of[i].len = (size_t)n;
	w->of[i].replied = false;
	err = start_read(w->s, f, (size_t)n, off + *next, &w->of[i].id);
	if (err < 0)
		return err;
	w->n++;
	*next += (size_t)n;
	return 0;
}

/* As much of [done, len) as replies come for without a gap. An error here is the connection's. */
static int read_pass(struct reads *w, const struct sftp_file *f, size_t len, uint64_t off,
		     size_t *done)
{
	size_t next = *done;
	int err = 0;

	w->short_at = len;
	/* All replies are taken, whatever one of them says: the next request needs order. */
	while (err == 0) {
		bool more = next < len && w->short_at == len && w->err == 0;

		if (more && w->n < READS_MAX)
			err = ask_next(w, f, len, off, &next);
		else if (w->n)
			err = take_first(w);
		else
			break;
	}
	*done = w->short_at < next ? w->short_at : next;
	return err;
}

int sftp_read(struct sftp *s, const struct sftp_file *f, void *buf, size_t len, uint64_t off)
{
	struct reads w = {.s = s, .buf = buf};
	size_t done = 0;
	int err = 0;
	int (*on_reply)(void *ctx, const struct sftp_reply *r) = s->on_reply;
	void *ctx = s->ctx;

	s->on_reply = take_any;
	s->ctx = &w;
	while (done < len && err == 0 && w.err == 0)
		err = read_pass(&w, f, len, off, &done);
	s->on_reply = on_reply;
	s->ctx = ctx;
	return err ? err : w.err;
}
