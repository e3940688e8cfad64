// SPDX-License-Identifier: GPL-2.0-or-later
/* Conversations with a server of our own, in a thread at the other end of two pipes. */
#include "target/sftp.h"

#include "base/clock.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALL = 0x0f, NONE = 0 };

/* What the server does: answer() is called with each request after the greeting; false: hang up. */
struct server {
	unsigned int extensions;
	uint64_t limits[3]; /* packet, read, write */
	size_t piece;       /* replies go out in pieces of so many bytes; 0: whole */
	bool (*answer)(struct server *v, unsigned char type, uint32_t id, const unsigned char *body,
		       size_t len);
	const void *raw; /* instead of a greeting */
	size_t raw_len;
	bool hang_up; /* behind it */
	size_t cut;   /* hang up after so many bytes of what answer() sends; 0: never */
	int arg;      /* for answer() */
	int in, out;  /* its ends */
	/* If set, it is held while a request is read: who holds it keeps the server from reading.
	 */
	pthread_mutex_t *reading;
	unsigned int requests;
	struct {
		uint32_t id;
		uint64_t off;
		uint32_t len;
	} kept[64];
	pthread_t thread;
};

static uint32_t get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool read_all(int fd, void *buf, size_t len)
{
	unsigned char *p = buf;

	while (len) {
		ssize_t n = read(fd, p, len);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool send_raw(struct server *v, const void *buf, size_t len)
{
	const unsigned char *p = buf;

	while (len) {
		size_t n = v->piece && v->piece < len ? v->piece : len;

		if (write(v->out, p, n) != (ssize_t)n)
			return false;
		if (v->piece)
			(void)usleep(200);
		p += n;
		len -= n;
	}
	return true;
}

/* A reply: type, id, body. */
static bool reply(struct server *v, unsigned char type, uint32_t id, const void *body, size_t len)
{
	static unsigned char packet[SFTP_PACKET_MAX + 64];
	size_t n = 9 + len;

	packet[0] = (unsigned char)((n - 4) >> 24);
	packet[1] = (unsigned char)((n - 4) >> 16);
	packet[2] = (unsigned char)((n - 4) >> 8);
	packet[3] = (unsigned char)(n - 4);
	packet[4] = type;
	packet[5] = (unsigned char)(id >> 24);
	packet[6] = (unsigned char)(id >> 16);
	packet[7] = (unsigned char)(id >> 8);
	packet[8] = (unsigned char)id;
	if (len)
		memcpy(packet + 9, body, len);
	if (v->cut && v->cut <= n) {
		(void)!send_raw(v, packet, v->cut - 1);
		return false;
	}
	return send_raw(v, packet, n);
}

static bool status(struct server *v, uint32_t id, uint32_t code)
{
	const unsigned char body[] = {
		0, 0, 0, (unsigned char)code, 0, 0, 0, 4, 'o', 'h', 10, '!', 0, 0, 0, 0};

	return reply(v, SFTP_STATUS, id, body, sizeof(body));
}

static bool data(struct server *v, uint32_t id, uint64_t off, size_t len)
{
	static unsigned char body[SFTP_PACKET_MAX];

	body[0] = (unsigned char)(len >> 24);
	body[1] = (unsigned char)(len >> 16);
	body[2] = (unsigned char)(len >> 8);
	body[3] = (unsigned char)len;
	for (size_t i = 0; i < len; i++)
		body[4 + i] = (unsigned char)((off + i) * 7 + (off + i) / 251);
	return reply(v, SFTP_DATA, id, body, 4 + len);
}

static bool greet(struct server *v)
{
	static const char *const names[] = {"\0\0\0\x18posix-rename@openssh.com\0\0\0\x01"
					    "1",
					    "\0\0\0\x13statvfs@openssh.com\0\0\0\x01"
					    "2",
					    "\0\0\0\x11"
					    "fsync@openssh.com\0\0\0\x01"
					    "1",
					    "\0\0\0\x12limits@openssh.com\0\0\0\x01"
					    "1"};
	static const size_t lengths[] = {33, 28, 26, 27};
	unsigned char body[200];
	size_t len = 0;

	for (size_t i = 0; i < 4; i++) {
		if (!(v->extensions & 1U << i))
			continue;
		memcpy(body + len, names[i], lengths[i]);
		len += lengths[i];
	}
	return reply(v, SFTP_VERSION_REPLY, SFTP_VERSION, body, len);
}

static bool tell_limits(struct server *v, uint32_t id)
{
	unsigned char body[32] = {0};

	for (size_t i = 0; i < 24; i++)
		body[i] = (unsigned char)(v->limits[i / 8] >> (8 * (7 - i % 8)));
	return reply(v, SFTP_EXTENDED_REPLY, id, body, sizeof(body));
}

static bool read_request(struct server *v, unsigned char *packet)
{
	struct pollfd request = {.fd = v->in, .events = POLLIN};
	bool whole;

	(void)poll(&request, 1, -1);
	if (v->reading)
		(void)pthread_mutex_lock(v->reading);
	whole = read_all(v->in, packet, 4) && get32(packet) <= SFTP_PACKET_MAX &&
		read_all(v->in, packet + 4, get32(packet));
	if (v->reading)
		(void)pthread_mutex_unlock(v->reading);
	return whole;
}

static bool serve_one(struct server *v)
{
	static unsigned char packet[SFTP_PACKET_MAX + 4];
	size_t cut = v->cut;
	bool on;

	if (!read_request(v, packet))
		return false;
	v->cut = 0;
	if (packet[4] == SFTP_INIT) {
		on = v->raw ? send_raw(v, v->raw, v->raw_len) && !v->hang_up : greet(v);
	} else if (packet[4] == SFTP_EXTENDED && get32(packet + 9) == 18 &&
		   memcmp(packet + 13, "limits@openssh.com", 18) == 0) {
		on = tell_limits(v, get32(packet + 5));
	} else {
		v->cut = cut;
		v->requests++;
		on = v->answer &&
		     v->answer(v, packet[4], get32(packet + 5), packet + 9, get32(packet) - 5);
	}
	v->cut = cut;
	return on;
}

static void *serve(void *arg)
{
	struct server *v = arg;

	while (serve_one(v))
		;
	(void)close(v->out);
	(void)close(v->in);
	return NULL;
}

/* The pipes, and a thread behind them. */
static void start(struct server *v, int *in, int *out)
{
	int to[2], from[2];

	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	*in = from[0];
	*out = to[1];
	assert_true(fcntl(*in, F_SETFL, O_NONBLOCK) == 0 && fcntl(*out, F_SETFL, O_NONBLOCK) == 0);
	v->in = to[0];
	v->out = from[1];
	assert_int_equal(pthread_create(&v->thread, NULL, serve, v), 0);
}

static int meet(struct server *v, struct sftp *s)
{
	int in, out, err;

	start(v, &in, &out);
	err = sftp_init(s, in, out);
	return err < 0 ? err : sftp_hello(s, clock_ms() + 10000);
}

static void part(struct server *v, struct sftp *s)
{
	sftp_deinit(s);
	(void)close(s->out);
	(void)close(s->in);
	assert_int_equal(pthread_join(v->thread, NULL), 0);
}

static void test_hello(void **state)
{
	struct server v = {.extensions = ALL, .limits = {262144, 261120, 65536}};
	struct sftp s;

	(void)state;
	for (v.piece = 0; v.piece < 8; v.piece++) {
		assert_int_equal(meet(&v, &s), 0);
		assert_int_equal(s.extensions, ALL);
		assert_int_equal(s.limits.read, 261120);
		assert_int_equal(s.limits.write, 65536);
		part(&v, &s);
	}
	v = (struct server){.extensions = NONE};
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(s.extensions, 0);
	assert_int_equal(s.limits.write, 32 * KIB);
	assert_int_equal(s.limits.read, 32 * KIB);
	part(&v, &s);
}

static void test_limits(void **state)
{
	static const struct {
		uint64_t stated[3], read, write;
	} cases[] = {
		{{0, 0, 0}, 32 * KIB, 32 * KIB},
		{{0, UINT64_MAX, UINT64_MAX}, 255 * KIB, 255 * KIB},
		{{34 * KIB, 0, 255 * KIB}, 32 * KIB, 33 * KIB},
		{{UINT64_MAX, 4096, 5000}, 4096, 5000},
	};
	static const uint64_t useless[][3] = {{0, 0, 1}, {0, 1, 0}, {1025, 0, 0}};
	struct server v = {.extensions = ALL};
	struct sftp s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(v.limits, cases[i].stated, sizeof(v.limits));
		assert_int_equal(meet(&v, &s), 0);
		assert_int_equal(s.limits.read, cases[i].read);
		assert_int_equal(s.limits.write, cases[i].write);
		part(&v, &s);
	}
	/* Byte by byte is no way to save a dump. */
	for (size_t i = 0; i < ARRAY_SIZE(useless); i++) {
		memcpy(v.limits, useless[i], sizeof(v.limits));
		assert_int_equal(meet(&v, &s), -EPROTO);
		part(&v, &s);
	}
}

static void test_no_greeting(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"Welcome to the machine!\n", 24},
		{"\0\0\0\0", 4},
		{"\0\0\0\0\0\0\0\5\2\0\0\0\3", 13},
		{"\xff\xff\xff\xff\2\0\0\0\3", 9},
		{"\x00\x04\x00\x01\2\0\0\0\3", 9},
		{"\0\0\0\5\2\0\0\0\2", 9},
		{"\0\0\0\5\2\0\0\0\6", 9},
		{"\0\0\0\4\2\0\0\0", 8},
		{"\0\0\0\x11\x65\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0", 21},
		{"\0\0\0\x11\x65\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", 21},
	};
	struct sftp s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct server v = {.raw = cases[i].bytes, .raw_len = cases[i].len};

		assert_int_equal(meet(&v, &s), -EPROTO);
		assert_true(s.broken);
		part(&v, &s);
	}
}

/* The greeting ends anywhere. */
static void test_greeting_cut(void **state)
{
	static const char greeting[] = "\0\0\0\x1f\2\0\0\0\3\0\0\0\x11"
				       "fsync@openssh.com\0\0\0\x01"
				       "1";
	struct sftp s;

	(void)state;
	for (size_t cut = 0; cut < sizeof(greeting) - 1; cut++) {
		struct server v = {.raw = greeting, .raw_len = cut, .hang_up = true};

		assert_int_equal(meet(&v, &s), -ECONNRESET);
		part(&v, &s);
	}
}

static bool give_attrs(struct server *v, unsigned char type, uint32_t id, const unsigned char *body,
		       size_t len)
{
	(void)body, (void)len;
	return type == SFTP_LSTAT && reply(v, SFTP_ATTRS, id + (uint32_t)v->arg,
					   "\0\0\0\x05\0\0\0\0\0\1\0\0\0\0\x81\x80", 16);
}

static void test_reply_cut(void **state)
{
	struct server v = {.extensions = ALL, .answer = give_attrs};
	struct sftp_attrs a;
	struct sftp s;

	(void)state;
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(sftp_lstat(&s, "/a", &a), 0);
	assert_true(a.has_size && a.size == 65536 && a.has_mode && a.mode == 0100600);
	part(&v, &s);
	for (v.cut = 1; v.cut <= 25; v.cut++) {
		assert_int_equal(meet(&v, &s), 0);
		assert_int_equal(sftp_lstat(&s, "/a", &a), -ECONNRESET);
		assert_true(s.broken);
		/* And at once from then on. */
		assert_int_equal(sftp_lstat(&s, "/a", &a), -ECONNRESET);
		part(&v, &s);
	}
	v.cut = 0;
	for (v.piece = 1; v.piece < 20; v.piece++) {
		assert_int_equal(meet(&v, &s), 0);
		assert_int_equal(sftp_lstat(&s, "/a", &a), 0);
		part(&v, &s);
	}
	/* Of another request. */
	v.piece = 0;
	v.arg = 1;
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(sftp_lstat(&s, "/a", &a), -EPROTO);
	assert_true(s.broken);
	part(&v, &s);
}

static bool refuse(struct server *v, unsigned char type, uint32_t id, const unsigned char *body,
		   size_t len)
{
	(void)type, (void)body, (void)len;
	return status(v, id, (uint32_t)v->arg);
}

static void test_refusals(void **state)
{
	struct server v = {.extensions = ALL, .answer = refuse, .arg = SFTP_FAILURE};
	struct sftp_file f = {.len = 0};
	struct sftp_attrs a;
	uint64_t room;
	struct sftp s;

	(void)state;
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(sftp_open(&s, "/a", SFTP_FXF_READ, &f), -EIO);
	assert_string_equal(s.said, "oh !");
	assert_int_equal(f.len, 0);
	assert_int_equal(sftp_mkdir(&s, "/a"), -EIO);
	assert_int_equal(sftp_rmdir(&s, "/a"), -EIO);
	assert_int_equal(sftp_remove(&s, "/a"), -EIO);
	assert_int_equal(sftp_rename(&s, "/a", "/b"), -EIO);
	assert_int_equal(sftp_fsync(&s, &f), -EIO);
	assert_int_equal(sftp_fstat(&s, &f, &a), -EIO);
	assert_int_equal(sftp_statvfs(&s, "/", &room), -EIO);
	assert_int_equal(sftp_write(&s, &f, "x", 1, 0), -EIO);
	assert_int_equal(sftp_close(&s, &f), -EIO);
	assert_false(s.broken);
	part(&v, &s);

	/* "OK" is no handle, no data, no attributes. */
	v.arg = SFTP_OK;
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(sftp_mkdir(&s, "/a"), 0);
	assert_int_equal(sftp_fsync(&s, &f), 0);
	assert_int_equal(sftp_open(&s, "/a", SFTP_FXF_READ, &f), -EPROTO);
	assert_true(s.broken);
	part(&v, &s);
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(sftp_stat(&s, "/a", &a), -EPROTO);
	part(&v, &s);
}

static bool no_status(struct server *v, unsigned char type, uint32_t id, const unsigned char *body,
		      size_t len)
{
	(void)type, (void)body, (void)len;
	return reply(v, SFTP_HANDLE, id, "\0\0\0\1h", 5);
}

/* A handle is no word for "it is on the disk". */
static void test_wrong_reply(void **state)
{
	struct server v = {.extensions = ALL, .answer = no_status};
	struct sftp_file f = {.len = 0};
	struct sftp s;

	(void)state;
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(sftp_open(&s, "/a", SFTP_FXF_READ, &f), 0);
	assert_int_equal(f.len, 1);
	assert_int_equal(sftp_fsync(&s, &f), -EPROTO);
	part(&v, &s);
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(sftp_rename(&s, "/a", "/b"), -EPROTO);
	part(&v, &s);
}

static bool only_plain_rename(struct server *v, unsigned char type, uint32_t id,
			      const unsigned char *body, size_t len)
{
	(void)body, (void)len;
	return status(v, id, type == SFTP_RENAME ? SFTP_OK : SFTP_FAILURE);
}

static void test_without_extensions(void **state)
{
	struct server v = {.extensions = NONE, .answer = only_plain_rename};
	struct sftp_file f = {.len = 1};
	uint64_t room;
	struct sftp s;

	(void)state;
	assert_int_equal(meet(&v, &s), 0);
	assert_int_equal(sftp_rename(&s, "/a", "/b"), 0);
	assert_int_equal(v.requests, 1);
	/* Not even asked for. */
	assert_int_equal(sftp_fsync(&s, &f), -EOPNOTSUPP);
	assert_int_equal(sftp_statvfs(&s, "/", &room), -EOPNOTSUPP);
	assert_int_equal(v.requests, 1);
	part(&v, &s);
}

static bool be_silent(struct server *v, unsigned char type, uint32_t id, const unsigned char *body,
		      size_t len)
{
	(void)v, (void)type, (void)id, (void)body, (void)len;
	return true;
}

static void test_deadline(void **state)
{
	struct server v = {.extensions = ALL, .answer = be_silent};
	struct sftp_file f = {.len = 1};
	int64_t began;
	struct sftp s;
	int in, out;

	(void)state;
	assert_int_equal(meet(&v, &s), 0);
	began = clock_ms();
	s.deadline = began + 200;
	/* Not the quarter of an hour that it may take otherwise. */
	assert_int_equal(sftp_fsync(&s, &f), -ETIMEDOUT);
	assert_in_range((uintmax_t)(clock_ms() - began), 200, 1500);
	assert_true(s.broken);
	part(&v, &s);

	v = (struct server){.raw = "", .raw_len = 0};
	start(&v, &in, &out);
	began = clock_ms();
	assert_int_equal(sftp_init(&s, in, out), 0);
	assert_int_equal(sftp_hello(&s, began + 200), -ETIMEDOUT);
	assert_in_range((uintmax_t)(clock_ms() - began), 200, 1500);
	part(&v, &s);
}

static void keep(struct server *v, uint32_t id, const unsigned char *body)
{
	size_t i = (v->requests - 1) % 64;
	size_t at = 4 + get32(body);

	v->kept[i].id = id;
	v->kept[i].off = (uint64_t)get32(body + at) << 32 | get32(body + at + 4);
	v->kept[i].len = get32(body + at + 8);
}

/* By arg: -1 in reverse order, by threes; N: at most N bytes a reply; 0: as asked. */
static bool give_data(struct server *v, unsigned char type, uint32_t id, const unsigned char *body,
		      size_t len)
{
	(void)type, (void)len;
	keep(v, id, body);
	if (v->arg >= 0) {
		size_t n = v->kept[(v->requests - 1) % 64].len;

		return data(v, id, v->kept[(v->requests - 1) % 64].off,
			    v->arg && (size_t)v->arg < n ? (size_t)v->arg : n);
	}
	if (v->requests % 3)
		return true;
	for (unsigned int i = v->requests; i > v->requests - 3; i--)
		if (!data(v, v->kept[(i - 1) % 64].id, v->kept[(i - 1) % 64].off,
			  v->kept[(i - 1) % 64].len))
			return false;
	return true;
}

static void check_read(struct server *v, size_t len, uint64_t off)
{
	unsigned char *buf = malloc(len);
	struct sftp_file f = {.len = 4, .handle = "file"};
	struct sftp s;

	assert_non_null(buf);
	assert_int_equal(meet(v, &s), 0);
	assert_int_equal(sftp_read(&s, &f, buf, len, off), 0);
	for (size_t i = 0; i < len; i++)
		if (buf[i] != (unsigned char)((off + i) * 7 + (off + i) / 251))
			fail_msg("byte %zu is not the file's", i);
	assert_null(s.on_reply);
	part(v, &s);
	free(buf);
}

static void test_read(void **state)
{
	struct server v = {.extensions = ALL, .limits = {262144, 4096, 4096}, .answer = give_data};

	(void)state;
	check_read(&v, 1, 0);
	check_read(&v, 4096, UINT64_C(1) << 40);
	check_read(&v, 500001, 12345);
	/* Replies that overtake each other. */
	v.arg = -1;
	v.requests = 0;
	check_read(&v, (size_t)99 * 4096, 7);
	/* Less than it is asked for. */
	for (v.arg = 4095; v.arg > 300; v.arg /= 3)
		check_read(&v, 50001, 1);
	v.arg = 0;
	v.piece = 1000;
	check_read(&v, 50001, 1);
}

/* By arg: what goes wrong with the request at 20480. */
static bool give_trouble(struct server *v, unsigned char type, uint32_t id,
			 const unsigned char *body, size_t len)
{
	uint64_t off;
	uint32_t n;

	(void)type, (void)len;
	keep(v, id, body);
	off = v->kept[(v->requests - 1) % 64].off;
	n = v->kept[(v->requests - 1) % 64].len;
	if (off != 20480)
		return data(v, id, off, n);
	switch (v->arg) {
	case 0:
		return status(v, id, SFTP_EOF);
	case 1:
		return status(v, id, SFTP_FAILURE);
	case 2:
		return data(v, id, off, n + 1);
	case 3:
		return data(v, id, off, 0);
	case 4:
		return data(v, id, off, n) && data(v, id, off, n);
	case 5:
		return data(v, id + 1000, off, n);
	case 6:
		return status(v, id, SFTP_OK);
	default:
		return false;
	}
}

static void test_read_trouble(void **state)
{
	static const struct {
		int err;
		bool broken;
	} want[] = {{-ENODATA, false}, {-EIO, false},   {-EPROTO, true}, {-EPROTO, true},
		    {-EPROTO, true},   {-EPROTO, true}, {-EPROTO, true}, {-ECONNRESET, true}};
	static unsigned char buf[100 * 4096];
	struct sftp_file f = {.len = 1};
	struct sftp s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct server v = {.extensions = ALL,
				   .limits = {262144, 4096, 4096},
				   .answer = give_trouble,
				   .arg = (int)i};

		assert_int_equal(meet(&v, &s), 0);
		assert_int_equal(sftp_read(&s, &f, buf, sizeof(buf), 0), want[i].err);
		assert_int_equal(s.broken, want[i].broken);
		/* After a refusal everything is in order for the next request. */
		if (!want[i].broken)
			assert_int_equal(sftp_read(&s, &f, buf, 4096, 0), 0);
		part(&v, &s);
	}
}

static bool check_bytes(struct server *v, unsigned char type, uint32_t id,
			const unsigned char *body, size_t len)
{
	size_t from = 4 + get32(body) + 12;

	for (size_t i = from; i < len; i++)
		if (body[i] != (unsigned char)(i - from))
			return false;
	return status(v, id, type == SFTP_WRITE && len - from == 200000 ? SFTP_OK : SFTP_FAILURE);
}

static int count_reply(void *ctx, const struct sftp_reply *r)
{
	*(unsigned int *)ctx += r->type == SFTP_STATUS && r->status == SFTP_OK;
	return 0;
}

/* More than the pipe takes: what is half sent goes out before anything else. */
static void test_half_sent(void **state)
{
	pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;
	struct server v = {.extensions = ALL,
			   .limits = {262144, 261120, 261120},
			   .answer = check_bytes,
			   .reading = &reading};
	static unsigned char buf[200000];
	struct sftp_file f = {.len = 1};
	unsigned int acked = 0;
	uint32_t id;
	struct sftp s;

	(void)state;
	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (unsigned char)i;
	assert_int_equal(meet(&v, &s), 0);
	s.on_reply = count_reply;
	s.ctx = &acked;
	(void)pthread_mutex_lock(&reading);
	assert_int_equal(sftp_start_write(&s, &f, buf, sizeof(buf), 5, &id), 0);
	assert_int_equal(sftp_push(&s), -EAGAIN);
	assert_true(sftp_sending(&s));
	(void)pthread_mutex_unlock(&reading);
	assert_int_equal(sftp_write(&s, &f, buf, sizeof(buf), 9), 0);
	assert_int_equal(acked, 1);
	assert_int_equal(v.requests, 2);
	part(&v, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello),        cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_greeting),  cmocka_unit_test(test_greeting_cut),
		cmocka_unit_test(test_reply_cut),    cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_wrong_reply),  cmocka_unit_test(test_without_extensions),
		cmocka_unit_test(test_deadline),     cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_trouble), cmocka_unit_test(test_half_sent),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("sftp", tests, NULL, NULL);
}
