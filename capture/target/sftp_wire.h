/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of SFTP version 3: built into a buffer, and taken apart over (buf, len). Reads and
 * opens nothing. Source: draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL for its extensions.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SFTP_VERSION    3
#define SFTP_PACKET_MAX (256 * KIB) /* what OpenSSH takes and sends, with the length */
#define SFTP_HANDLE_MAX 256         /* bytes; the protocol's own limit */
#define SFTP_HEAD_MAX   4096        /* a request without the data of a write */

enum sftp_type {
	SFTP_INIT = 1,
	SFTP_VERSION_REPLY = 2,
	SFTP_OPEN = 3,
	SFTP_CLOSE = 4,
	SFTP_READ = 5,
	SFTP_WRITE = 6,
	SFTP_LSTAT = 7,
	SFTP_FSTAT = 8,
	SFTP_REMOVE = 13,
	SFTP_MKDIR = 14,
	SFTP_RMDIR = 15,
	SFTP_STAT = 17,
	SFTP_RENAME = 18,
	SFTP_STATUS = 101,
	SFTP_HANDLE = 102,
	SFTP_DATA = 103,
	SFTP_ATTRS = 105,
	SFTP_EXTENDED = 200,
	SFTP_EXTENDED_REPLY = 201,
};

enum sftp_status {
	SFTP_OK,
	SFTP_EOF,
	SFTP_NO_SUCH_FILE,
	SFTP_PERMISSION_DENIED,
	SFTP_FAILURE,
	SFTP_BAD_MESSAGE,
	SFTP_NO_CONNECTION,
	SFTP_CONNECTION_LOST,
	SFTP_OP_UNSUPPORTED,
};

/* SSH_FXF_*: how a file is opened. */
#define SFTP_FXF_READ  0x01U
#define SFTP_FXF_WRITE 0x02U
#define SFTP_FXF_CREAT 0x08U
#define SFTP_FXF_TRUNC 0x10U
#define SFTP_FXF_EXCL  0x20U

/* Extensions we ask for, as a set of bits. */
#define SFTP_EXT_POSIX_RENAME 0x01U
#define SFTP_EXT_STATVFS      0x02U
#define SFTP_EXT_FSYNC        0x04U
#define SFTP_EXT_LIMITS       0x08U

/* A request being built. What does not fit is dropped, and sftp_put_end() says so. */
struct sftp_head {
	unsigned char buf[SFTP_HEAD_MAX];
	size_t len;
	bool overflow;
};

void sftp_put_begin(struct sftp_head *h, enum sftp_type type, uint32_t id);
void sftp_put_u32(struct sftp_head *h, uint32_t v);
void sftp_put_u64(struct sftp_head *h, uint64_t v);
void sftp_put_bytes(struct sftp_head *h, const void *buf, size_t len); /* with its length before */
void sftp_put_text(struct sftp_head *h, const char *text);
/* Attributes that hold permissions alone. */
void sftp_put_mode(struct sftp_head *h, uint32_t mode);
/* The packet's length; payload bytes follow it on the wire. 0, or -ENAMETOOLONG. */
int sftp_put_end(struct sftp_head *h, size_t payload) _must_check_;

/* A piece of a reply; points into the buffer that was parsed. */
struct sftp_span {
	const unsigned char *at;
	size_t len;
};

struct sftp_attrs {
	bool has_size, has_owner, has_mode;
	uint64_t size;
	uint32_t uid, gid, mode;
};

struct sftp_reply {
	uint8_t type;
	uint32_t id;             /* SFTP_VERSION_REPLY: the version */
	uint32_t status;         /* SFTP_STATUS */
	struct sftp_span text;   /* SFTP_STATUS: the message, may be empty */
	struct sftp_span bytes;  /* SFTP_HANDLE, SFTP_DATA, SFTP_EXTENDED_REPLY: what it holds */
	struct sftp_attrs attrs; /* SFTP_ATTRS */
	unsigned int extensions; /* SFTP_VERSION_REPLY: SFTP_EXT_* */
};

/*
 * A packet without its length. 0 or -EPROTO: not one of the replies above, cut short, or with a
 * handle that is too long.
 */
int sftp_parse(const void *buf, size_t len, struct sftp_reply *out) _must_check_;

/* statvfs@openssh.com: bytes that an ordinary user may still write. 0, -EPROTO, or
 * -EOPNOTSUPP: the server does not say. */
int sftp_parse_statvfs(struct sftp_span body, uint64_t *free_bytes) _must_check_;

/* limits@openssh.com; 0 where the server states none. 0 or -EPROTO. */
struct sftp_limits {
	uint64_t packet, read, write, handles;
};
int sftp_parse_limits(struct sftp_span body, struct sftp_limits *out) _must_check_;

/* The -errno that a status stands for; 0 for SFTP_OK. SFTP_FAILURE is -EIO: it says nothing. */
int sftp_status_errno(uint32_t status);
