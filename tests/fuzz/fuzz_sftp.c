// SPDX-License-Identifier: GPL-2.0-or-later
/* What an SFTP server sends: as one packet, as the body of its extensions' replies, and as a stream
 * of packets that is pulled from a pipe. */
#include "target/sftp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool within(struct sftp_span s, const uint8_t *data, size_t size)
{
	if (!s.at)
		return s.len == 0;
	return s.at >= data && s.len <= (size_t)(data + size - s.at);
}

static void one_packet(const uint8_t *data, size_t size)
{
	struct sftp_limits limits;
	struct sftp_reply r;
	uint64_t room;

	(void)!sftp_parse_statvfs((struct sftp_span){data, size}, &room);
	(void)!sftp_parse_limits((struct sftp_span){data, size}, &limits);
	if (sftp_parse(data, size, &r) < 0)
		return;
	if (!within(r.bytes, data, size) || !within(r.text, data, size))
		abort();
	if (r.type == SFTP_HANDLE && (r.bytes.len == 0 || r.bytes.len > SFTP_HANDLE_MAX))
		abort();
	if (r.type == SFTP_STATUS && r.status != SFTP_OK && sftp_status_errno(r.status) >= 0)
		abort();
}

/* No more than a pipe takes at once. */
static void stream(const uint8_t *data, size_t size)
{
	struct sftp s = {.in = -1};
	struct sftp_reply r;
	int p[2], out, err;

	if (size > 60000 || pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (size && write(p[1], data, size) != (ssize_t)size)
		abort();
	(void)close(p[1]);
	if (sftp_init(&s, p[0], out) == 0) {
		do {
			err = sftp_pull(&s, &r);
			if (err == 0 && r.type == SFTP_STATUS)
				sftp_note(&s, &r);
		} while (err == 0);
		/* It ends, and is of no use from then on. */
		if (err == -EAGAIN || !s.broken || strlen(s.said) >= sizeof(s.said))
			abort();
	}
	sftp_deinit(&s);
	(void)close(out);
	(void)close(p[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	one_packet(data, size);
	stream(data, size);
	return 0;
}
