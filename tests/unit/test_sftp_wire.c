// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/sftp_wire.h"

#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A packet in a block of just its size, so that a sanitizer sees a read behind its end. */
static int parse(const void *buf, size_t len, struct sftp_reply *out)
{
	unsigned char *copy = malloc(len ? len : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, buf, len);
	err = sftp_parse(copy, len, out);
	/* What points into the copy points into the packet instead. */
	if (out->bytes.at)
		out->bytes.at = (const unsigned char *)buf + (out->bytes.at - copy);
	if (out->text.at)
		out->text.at = (const unsigned char *)buf + (out->text.at - copy);
	free(copy);
	return err;
}

#define PARSE(bytes, out) parse(bytes, sizeof(bytes) - 1, out)

static const char version[] = "\x02\0\0\0\x03"
			      "\0\0\0\x18posix-rename@openssh.com\0\0\0\x01"
			      "1"
			      "\0\0\0\x13statvfs@openssh.com\0\0\0\x01"
			      "2"
			      "\0\0\0\x11"
			      "fsync@openssh.com\0\0\0\x01"
			      "1"
			      "\0\0\0\x12limits@openssh.com\0\0\0\x01"
			      "1";
static const char status[] = "\x65\0\0\x01\x02\0\0\0\x04\0\0\0\x07"
			     "Failure\0\0\0\x02"
			     "en";
static const char handle[] = "\x66\0\0\0\x07\0\0\0\x04\0\x01\x02\xff";
static const char data[] = "\x67\xff\xff\xff\xff\0\0\0\x03"
			   "abc";
static const char attrs[] = "\x69\0\0\0\x09\0\0\0\x0f"
			    "\0\0\0\x01\0\0\0\x02" /* size */
			    "\0\0\0\x0a\0\0\0\x0b" /* owner */
			    "\0\0\x81\xa4"         /* mode */
			    "\0\0\0\x01\0\0\0\x02" /* times */;

static void test_version(void **state)
{
	struct sftp_reply r;

	(void)state;
	assert_int_equal(PARSE(version, &r), 0);
	assert_int_equal(r.type, SFTP_VERSION_REPLY);
	assert_int_equal(r.id, 3);
	assert_int_equal(r.extensions, SFTP_EXT_POSIX_RENAME | SFTP_EXT_STATVFS | SFTP_EXT_FSYNC |
					       SFTP_EXT_LIMITS);
	/* None; a version we do not know; a name that only begins like one of ours, and one longer.
	 */
	assert_int_equal(PARSE("\x02\0\0\0\x06", &r), 0);
	assert_int_equal(r.id, 6);
	assert_int_equal(r.extensions, 0);
	assert_int_equal(PARSE("\x02\0\0\0\x03\0\0\0\x11"
			       "fsync@openssh.com\0\0\0\x01"
			       "2",
			       &r),
			 0);
	assert_int_equal(r.extensions, 0);
	assert_int_equal(PARSE("\x02\0\0\0\x03\0\0\0\x10"
			       "fsync@openssh.co\0\0\0\x01"
			       "1\0\0\0\x12"
			       "fsync@openssh.com2\0\0\0\x01"
			       "1\0\0\0\0\0\0\0\0",
			       &r),
			 0);
	assert_int_equal(r.extensions, 0);
}

static void test_status(void **state)
{
	struct sftp_reply r;

	(void)state;
	assert_int_equal(PARSE(status, &r), 0);
	assert_int_equal(r.id, 258);
	assert_int_equal(r.status, SFTP_FAILURE);
	assert_int_equal(r.text.len, 7);
	assert_memory_equal(r.text.at, "Failure", 7);
	/* Without a text, as some servers have it. */
	assert_int_equal(PARSE("\x65\0\0\0\x01\0\0\0\0", &r), 0);
	assert_int_equal(r.status, SFTP_OK);
	assert_int_equal(r.text.len, 0);
}

static void test_status_errno(void **state)
{
	(void)state;
	assert_int_equal(sftp_status_errno(SFTP_OK), 0);
	assert_int_equal(sftp_status_errno(SFTP_EOF), -ENODATA);
	assert_int_equal(sftp_status_errno(SFTP_NO_SUCH_FILE), -ENOENT);
	assert_int_equal(sftp_status_errno(SFTP_PERMISSION_DENIED), -EACCES);
	assert_int_equal(sftp_status_errno(SFTP_OP_UNSUPPORTED), -EOPNOTSUPP);
	assert_int_equal(sftp_status_errno(SFTP_CONNECTION_LOST), -ECONNRESET);
	assert_int_equal(sftp_status_errno(SFTP_BAD_MESSAGE), -EPROTO);
	/* Whatever else it may be, it is no success. */
	assert_int_equal(sftp_status_errno(SFTP_FAILURE), -EIO);
	assert_int_equal(sftp_status_errno(14), -EIO);
	assert_int_equal(sftp_status_errno(UINT32_MAX), -EIO);
}

static void test_handle_and_data(void **state)
{
	unsigned char big[9 + SFTP_HANDLE_MAX + 1] = "\x66\0\0\0\x01\0\0\x01";
	struct sftp_reply r;

	(void)state;
	assert_int_equal(PARSE(handle, &r), 0);
	assert_int_equal(r.bytes.len, 4);
	assert_memory_equal(r.bytes.at, "\0\x01\x02\xff", 4);
	/* The longest; one longer; none at all. */
	assert_int_equal(parse(big, sizeof(big) - 1, &r), 0);
	assert_int_equal(r.bytes.len, SFTP_HANDLE_MAX);
	big[8] = 1;
	assert_int_equal(parse(big, sizeof(big), &r), -EPROTO);
	assert_int_equal(PARSE("\x66\0\0\0\x07\0\0\0\0", &r), -EPROTO);

	assert_int_equal(PARSE(data, &r), 0);
	assert_int_equal(r.id, UINT32_MAX);
	assert_int_equal(r.bytes.len, 3);
	assert_int_equal(PARSE("\x67\0\0\0\x01\0\0\0\0", &r), 0);
	assert_int_equal(r.bytes.len, 0);
	assert_int_equal(PARSE("\x67\0\0\0\x01\xff\xff\xff\xff"
			       "abc",
			       &r),
			 -EPROTO);
}

static void test_attrs(void **state)
{
	struct sftp_reply r;

	(void)state;
	assert_int_equal(PARSE(attrs, &r), 0);
	assert_true(r.attrs.has_size && r.attrs.has_owner && r.attrs.has_mode);
	assert_true(r.attrs.size == 0x100000002);
	assert_int_equal(r.attrs.uid, 10);
	assert_int_equal(r.attrs.gid, 11);
	assert_int_equal(r.attrs.mode, 0100644);
	/* A server that tells nothing tells nothing. */
	assert_int_equal(PARSE("\x69\0\0\0\x09\0\0\0\0", &r), 0);
	assert_false(r.attrs.has_size || r.attrs.has_owner || r.attrs.has_mode);
	assert_int_equal(PARSE("\x69\0\0\0\x09\0\0\0\x04\0\0\x81\xa4", &r), 0);
	assert_true(r.attrs.has_mode && !r.attrs.has_size);
	assert_int_equal(r.attrs.mode, 0100644);
}

/* Cut anywhere it is no packet, but where the rest may be left out. */
static void test_cuts(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		size_t whole[6]; /* lengths at which it is one all the same */
	} packets[] = {
		{version, sizeof(version) - 1, {5, 38, 66, 92}},
		/* The language is not looked at. */
		{status, sizeof(status) - 1, {9, 20, 21, 22, 23, 24}},
		{handle, sizeof(handle) - 1, {0}},
		{data, sizeof(data) - 1, {0}},
		{attrs, sizeof(attrs) - 1, {0}},
	};
	struct sftp_reply r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		assert_int_equal(parse(packets[i].bytes, packets[i].len, &r), 0);
		for (size_t cut = 0; cut < packets[i].len; cut++) {
			bool whole = i == 1 && cut > 20;

			for (size_t k = 0; k < ARRAY_SIZE(packets[i].whole); k++)
				whole = whole || (cut && packets[i].whole[k] == cut);
			assert_int_equal(parse(packets[i].bytes, cut, &r), whole ? 0 : -EPROTO);
		}
	}
}

static void test_not_replies(void **state)
{
	unsigned char packet[61] = {0}; /* of nothing but empty strings */
	struct sftp_reply r;

	(void)state;
	for (unsigned int type = 0; type < 256; type++) {
		int err;

		packet[0] = (unsigned char)type;
		packet[8] = type != SFTP_VERSION_REPLY; /* a handle of one byte */
		err = parse(packet, sizeof(packet), &r);
		if (type == 2 || (type >= 101 && type <= 103) || type == 105 || type == 201)
			assert_int_equal(err, 0);
		else
			assert_int_equal(err, -EPROTO);
	}
}

static void test_statvfs(void **state)
{
	unsigned char body[88] = {0};
	uint64_t room = 7;

	(void)state;
	body[14] = 0x10; /* f_frsize: 4096 */
	body[23] = 5;    /* f_blocks */
	body[39] = 3;    /* f_bavail */
	assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, sizeof(body)}, &room), 0);
	assert_int_equal(room, 3 * 4096);
	/* f_bfree is root's. */
	body[31] = 9;
	assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, sizeof(body)}, &room), 0);
	assert_int_equal(room, 3 * 4096);
	/* More than there are numbers for is no small one. */
	memset(body + 32, 0xff, 8);
	assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, sizeof(body)}, &room), 0);
	assert_true(room == UINT64_MAX);
	room = 7;
	for (size_t cut = 0; cut < 40; cut++)
		assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, cut}, &room), -EPROTO);
	assert_int_equal(room, 7);
	assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, 40}, &room), 0);
}

static void test_statvfs_of_servers_that_know_less(void **state)
{
	unsigned char body[88] = {0};
	uint64_t room = 7;

	(void)state;
	/* Nothing is known at all: that is no full disk. */
	assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, sizeof(body)}, &room),
			 -EOPNOTSUPP);
	body[23] = 5; /* f_blocks, of no size */
	body[39] = 3;
	assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, sizeof(body)}, &room),
			 -EOPNOTSUPP);
	assert_int_equal(room, 7);
	/* Without f_frsize f_bsize is what blocks are counted in. */
	body[6] = 0x02;
	assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, sizeof(body)}, &room), 0);
	assert_int_equal(room, 3 * 512);
	/* A full disk is one. */
	body[39] = 0;
	assert_int_equal(sftp_parse_statvfs((struct sftp_span){body, sizeof(body)}, &room), 0);
	assert_int_equal(room, 0);
}

static void test_limits(void **state)
{
	static const unsigned char body[33] = "\0\0\0\0\0\x04\0\0"
					      "\0\0\0\0\0\x03\xfc\0"
					      "\xff\xff\xff\xff\xff\xff\xff\xff"
					      "\0\0\0\0\0\0\0\0";
	struct sftp_limits l = {.packet = 1};

	(void)state;
	for (size_t cut = 0; cut < 32; cut++)
		assert_int_equal(sftp_parse_limits((struct sftp_span){body, cut}, &l), -EPROTO);
	assert_int_equal(l.packet, 1);
	assert_int_equal(sftp_parse_limits((struct sftp_span){body, 32}, &l), 0);
	assert_int_equal(l.packet, 262144);
	assert_int_equal(l.read, 261120);
	assert_true(l.write == UINT64_MAX);
	assert_int_equal(l.handles, 0);
}

static void test_build(void **state)
{
	static const unsigned char want[] = "\0\0\0\x1e\x03\x01\x02\x03\x04"
					    "\0\0\0\x05/a/b\xff"
					    "\0\0\0\x1a"
					    "\0\0\0\x04\0\0\x01\x80";
	struct sftp_head h;

	(void)state;
	sftp_put_begin(&h, SFTP_OPEN, 0x01020304);
	sftp_put_text(&h, "/a/b\xff");
	sftp_put_u32(&h, SFTP_FXF_CREAT | SFTP_FXF_TRUNC | SFTP_FXF_WRITE);
	sftp_put_mode(&h, 0600);
	assert_int_equal(sftp_put_end(&h, 4), 0);
	assert_int_equal(h.len, sizeof(want) - 1);
	assert_memory_equal(h.buf, want, h.len);
}

static void test_build_too_much(void **state)
{
	static char path[SFTP_HEAD_MAX];
	struct sftp_head h;
	size_t most = SFTP_HEAD_MAX - 9 - 4;

	(void)state;
	memset(path, 'x', sizeof(path));
	sftp_put_begin(&h, SFTP_STAT, 1);
	sftp_put_bytes(&h, path, most);
	assert_int_equal(sftp_put_end(&h, 0), 0);
	sftp_put_begin(&h, SFTP_STAT, 1);
	sftp_put_bytes(&h, path, most + 1);
	/* What would fit behind it makes it no better. */
	sftp_put_u64(&h, 1);
	assert_int_equal(sftp_put_end(&h, 0), -ENAMETOOLONG);
	/* The next one starts afresh. */
	sftp_put_begin(&h, SFTP_WRITE, 1);
	assert_int_equal(sftp_put_end(&h, SFTP_PACKET_MAX + 4 - 9), 0);
	sftp_put_begin(&h, SFTP_WRITE, 1);
	assert_int_equal(sftp_put_end(&h, SFTP_PACKET_MAX + 4 - 8), -ENAMETOOLONG);
	sftp_put_begin(&h, SFTP_WRITE, 1);
	assert_int_equal(sftp_put_end(&h, SIZE_MAX), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_status_errno),
		cmocka_unit_test(test_handle_and_data),
		cmocka_unit_test(test_attrs),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_not_replies),
		cmocka_unit_test(test_statvfs),
		cmocka_unit_test(test_statvfs_of_servers_that_know_less),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_build_too_much),
	};

	return cmocka_run_group_tests_name("sftp_wire", tests, NULL, NULL);
}
