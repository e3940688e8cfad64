// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/sftp_wire.h"

#include <errno.h>
#include <string.h>

/* SSH_FILEXFER_ATTR_*: which attributes follow. */
#define ATTR_SIZE   0x00000001U
#define ATTR_UIDGID 0x00000002U
#define ATTR_MODE   0x00000004U
#define ATTR_TIMES  0x00000008U

static const struct {
	const char *name;
	const char *version;
	unsigned int bit;
} extensions[] = {
	{"posix-rename@openssh.com", "1", SFTP_EXT_POSIX_RENAME},
	{"statvfs@openssh.com", "2", SFTP_EXT_STATVFS},
	{"fsync@openssh.com", "1", SFTP_EXT_FSYNC},
	{"limits@openssh.com", "1", SFTP_EXT_LIMITS},
};

/* Building */

static void put(struct sftp_head *h, const void *buf, size_t len)
{
	if (!range_ok(h->len, len, sizeof(h->buf))) {
		h->overflow = true;
		return;
	}
	memcpy(h->buf + h->len, buf, len);
	h->len += len;
}

void sftp_put_u32(struct sftp_head *h, uint32_t v)
{
	const unsigned char bytes[] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16),
				       (unsigned char)(v >> 8), (unsigned char)v};

	put(h, bytes, sizeof(bytes));
}

void sftp_put_u64(struct sftp_head *h, uint64_t v)
{
	sftp_put_u32(h, (uint32_t)(v >> 32));
	sftp_put_u32(h, (uint32_t)v);
}

void sftp_put_bytes(struct sftp_head *h, const void *buf, size_t len)
{
	sftp_put_u32(h, (uint32_t)len);
	put(h, buf, len);
}

void sftp_put_text(struct sftp_head *h, const char *text)
{
	sftp_put_bytes(h, text, strlen(text));
}

void sftp_put_mode(struct sftp_head *h, uint32_t mode)
{
	sftp_put_u32(h, ATTR_MODE);
	sftp_put_u32(h, mode);
}

void sftp_put_begin(struct sftp_head *h, enum sftp_type type, uint32_t id)
{
	unsigned char byte = (unsigned char)type;

	h->len = 0;
	h->overflow = false;
	sftp_put_u32(h, 0);
	put(h, &byte, 1);
	sftp_put_u32(h, id);
}

int sftp_put_end(struct sftp_head *h, size_t payload)
{
	size_t len = h->len;

	if (h->overflow || !range_ok(len, payload, SFTP_PACKET_MAX + 4))
		return -ENAMETOOLONG;
	h->len = 0;
	sftp_put_u32(h, (uint32_t)(len - 4 + payload));
	h->len = len;
	return 0;
}

/* Taking apart: a cursor that remembers whether anything was missing. */

struct cursor {
	const unsigned char *at;
	size_t left;
	bool bad;
};

static const unsigned char *take(struct cursor *c, size_t len)
{
	const unsigned char *at = c->at;

	if (c->bad || len > c->left) {
		c->bad = true;
		return NULL;
	}
	c->at += len;
	c->left -= len;
	return at;
}

static uint32_t take_u32(struct cursor *c)
{
	const unsigned char *p = take(c, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static uint64_t take_u64(struct cursor *c)
{
	uint64_t high = take_u32(c);

	return high << 32 | take_u32(c);
}

static struct sftp_span take_bytes(struct cursor *c)
{
	size_t len = take_u32(c);
	const unsigned char *at = take(c, len);

	return (struct sftp_span){.at = at, .len = at ? len : 0};
}

static bool is(struct sftp_span s, const char *text)
{
	return s.at && s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static void take_extensions(struct cursor *c, struct sftp_reply *out)
{
	size_t i;

	while (!c->bad && c->left) {
		struct sftp_span name = take_bytes(c), version = take_bytes(c);

		for (i = 0; i < ARRAY_SIZE(extensions) && !c->bad; i++)
			if (is(name, extensions[i].name) && is(version, extensions[i].version))
				out->extensions |= extensions[i].bit;
	}
}

static void take_attrs(struct cursor *c, struct sftp_attrs *a)
{
	uint32_t flags = take_u32(c);

	if (flags & ATTR_SIZE) {
		a->has_size = true;
		a->size = take_u64(c);
	}
	if (flags & ATTR_UIDGID) {
		a->has_owner = true;
		a->uid = take_u32(c);
		a->gid = take_u32(c);
	}
	if (flags & ATTR_MODE) {
		a->has_mode = true;
		a->mode = take_u32(c);
	}
	if (flags & ATTR_TIMES)
		(void)take_u64(c);
	/* Behind them may come pairs of strings, the last thing there is; nothing of ours. */
}

int sftp_parse(const void *buf, size_t len, struct sftp_reply *out)
{
	struct cursor c = {.at = buf, .left = len};
	const unsigned char *type = take(&c, 1);

	*out = (struct sftp_reply){.type = type ? *type : 0, .id = take_u32(&c)};
	switch (out->type) {
	case SFTP_VERSION_REPLY:
		take_extensions(&c, out);
		break;
	case SFTP_STATUS:
		out->status = take_u32(&c);
		/* Some servers leave the texts out. */
		if (c.left)
			out->text = take_bytes(&c);
		break;
	case SFTP_HANDLE:
		out->bytes = take_bytes(&c);
		c.bad = c.bad || out->bytes.len == 0 || out->bytes.len > SFTP_HANDLE_MAX;
		break;
	case SFTP_DATA:
		out->bytes = take_bytes(&c);
		break;
	case SFTP_ATTRS:
		take_attrs(&c, &out->attrs);
		break;
	case SFTP_EXTENDED_REPLY:
		out->bytes = (struct sftp_span){.at = c.at, .len = c.left};
		break;
	default:
		return -EPROTO;
	}
	return c.bad ? -EPROTO : 0;
}

int sftp_parse_statvfs(struct sftp_span body, uint64_t *free_bytes)
{
	struct cursor c = {.at = body.at, .left = body.len};
	uint64_t block = take_u64(&c), fragment = take_u64(&c), blocks = take_u64(&c);
	uint64_t available, bytes;

	(void)take_u64(&c); /* f_bfree */
	available = take_u64(&c);
	if (c.bad)
		return -EPROTO;
	/* Some know one size only; some send zeros for what they do not know. */
	if (fragment == 0)
		fragment = block;
	if (fragment == 0 || blocks == 0)
		return -EOPNOTSUPP;
	*free_bytes = __builtin_mul_overflow(fragment, available, &bytes) ? UINT64_MAX : bytes;
	return 0;
}

int sftp_parse_limits(struct sftp_span body, struct sftp_limits *out)
{
	struct cursor c = {.at = body.at, .left = body.len};
	struct sftp_limits l;

	l.packet = take_u64(&c);
	l.read = take_u64(&c);
	l.write = take_u64(&c);
	l.handles = take_u64(&c);
	if (c.bad)
		return -EPROTO;
	*out = l;
	return 0;
}

int sftp_status_errno(uint32_t status)
{
	switch (status) {
	case SFTP_OK:
		return 0;
	case SFTP_EOF:
		return -ENODATA;
	case SFTP_NO_SUCH_FILE:
		return -ENOENT;
	case SFTP_PERMISSION_DENIED:
		return -EACCES;
	case SFTP_OP_UNSUPPORTED:
		return -EOPNOTSUPP;
	case SFTP_NO_CONNECTION:
	case SFTP_CONNECTION_LOST:
		return -ECONNRESET;
	case SFTP_BAD_MESSAGE:
		return -EPROTO;
	default:
		return -EIO;
	}
}
