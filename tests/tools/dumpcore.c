// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dumpcore CORE TOP PAGESIZE LEVEL COMPRESS THREADS OPTIONS OUT: the stream of a capture by itself,
 * with the machine's makedumpfile, confined as a capture confines it. As many threads as were asked
 * for, on any number of CPUs and with any version. Exit 0 and the size of OUT, or 1 and the reason.
 */
#include "base/cleanup.h"
#include "base/io.h"
#include "dump/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int put(void *ctx, const void *buf, size_t len, uint64_t off)
{
	const char *from = buf;

	while (len > 0) {
		ssize_t n = pwrite(*(int *)ctx, from, len, (off_t)off);

		if (n < 0)
			return -errno;
		from += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static enum dump_compress compress_of(const char *word)
{
	int c;

	for (c = DUMP_COMPRESS_AUTO; c < DUMP_COMPRESS_NONE; c++)
		if (strcmp(word, dump_compress_word((enum dump_compress)c)) == 0)
			return (enum dump_compress)c;
	return DUMP_COMPRESS_NONE;
}

static int dump(char **argv, int fd)
{
	const struct mdf_caps caps = {
		.version = {1, 7, 8}, .lzo = true, .snappy = true, .zstd = true};
	struct stat st;
	struct mdf_request req = {
		.core = argv[1],
		.core_top = strtoull(argv[2], NULL, 0),
		.page_size = strtoull(argv[3], NULL, 0),
		.dump_level = atoi(argv[4]),
		.compress = compress_of(argv[5]),
		.threads = atoi(argv[6]),
		.cpus_online = (unsigned int)atoi(argv[6]),
		.extra = argv[7],
		.core_size = stat(argv[1], &st) == 0 ? (uint64_t)st.st_size : 0,
	};
	struct stream_result result;
	struct mdf_plan plan;
	struct stream_spec spec = {.plan = &plan, .write = put, .write_ctx = &fd};
	int r = mdf_plan_init(&caps, &req, &plan);

	if (r < 0) {
		(void)fprintf(stderr, "%s\n", plan.warnings[0]);
		return r;
	}
	r = stream_run(&spec, &result);
	mdf_plan_deinit(&plan);
	if (r < 0)
		(void)fprintf(stderr, "%s\n", result.reason);
	else
		(void)printf("%" PRIu64 "\n", result.size);
	return r;
}

int main(int argc, char **argv)
{
	_cleanup_close_ int fd = -1;

	if (argc != 9) {
		(void)fprintf(
			stderr,
			"usage: dumpcore CORE TOP PAGESIZE LEVEL COMPRESS THREADS OPTIONS OUT\n");
		return 2;
	}
	fd = open(argv[8], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		perror(argv[8]);
		return 1;
	}
	return dump(argv, fd) < 0;
}
