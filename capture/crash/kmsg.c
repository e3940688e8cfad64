// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/kmsg.h"

#include "base/cleanup.h"
#include "base/confined.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KMSG_PATH        "/dev/kmsg"
#define KMSG_FILE_MAX    (16 * MIB)
#define KMSG_RECORD_MAX  8192 /* the kernel never makes a longer one */
#define DEADLINE_MS      INT64_C(30000)
#define KMSG_RECORDS_MAX 1000000U /* a log that grows faster than it is read must not hold us */

static int scan_device(int fd, struct klog_finding *out)
{
	char record[KMSG_RECORD_MAX];
	unsigned int i;

	for (i = 0; i < KMSG_RECORDS_MAX; i++) {
		ssize_t n = read(fd, record, sizeof(record));

		if (n > 0)
			klog_scan_more(record, (size_t)n, out);
		else if (n == 0 || errno == EAGAIN)
			return 0;
		else if (errno != EPIPE && errno != EINTR && errno != EINVAL)
			return -errno;
		/* EPIPE: overwritten before we came to it, the next read goes on with the oldest
		 * one left. */
	}
	return 0;
}

static int scan_file(int fd, struct klog_finding *out)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = read_to_end(fd, KMSG_FILE_MAX, &text, &len);

	if (r == 0)
		klog_scan(text, len, out);
	return r;
}

/* In the child. What was found before an error counts. */
static int scan(void *ctx, int fd, int out)
{
	const mode_t *mode = ctx;
	struct klog_finding found = {.meaning = KLOG_NOTHING};
	struct klog_packed packed;
	int r = S_ISCHR(*mode) ? scan_device(fd, &found) : scan_file(fd, &found);

	klog_pack(&found, &packed);
	confined_say(out, &packed, sizeof(packed));
	return r;
}

int kmsg_scan(const struct root *root, struct klog_finding *out)
{
	_cleanup_close_ int fd = root_open(root, KMSG_PATH, O_RDONLY | O_NONBLOCK, 0);
	struct confined_result how;
	struct klog_packed packed;
	struct stat st;
	const struct confined_spec spec = {
		.work = scan,
		.ctx = &st.st_mode,
		.fd = fd,
		.deadline_ms = DEADLINE_MS,
		.memory = 4 * KMSG_FILE_MAX,
	};
	int r;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode) && !S_ISREG(st.st_mode))
		return -EINVAL;
	r = confined_run(&spec, &packed, sizeof(packed), &how);
	if (r == 0 && how.len != sizeof(packed))
		r = -EPROTO;
	if (r == 0)
		r = klog_unpack(&packed, out);
	return r < 0 ? r : how.error;
}
