// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes a flattened stream (makedumpfile -F) of an ordinary file, well-formed or not, on stdout. */
#include "flat_image.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX (4096 * MIB)

static const struct option options[] = {
	{"record", required_argument, NULL, 'r'},
	{"shuffle", required_argument, NULL, 's'},
	{"rewrite", no_argument, NULL, 'w'},
	{"no-end", no_argument, NULL, 'n'},
	{"trailing", required_argument, NULL, 't'},
	{"cut", required_argument, NULL, 'c'},
	{NULL, 0, NULL, 0},
};

static int usage(void)
{
	fputs("usage: flatten [OPTION]... FILE > FLAT\n"
	      "  --record BYTES  data of a record (65536)\n"
	      "  --shuffle SEED  records in random order; SEED is not 0\n"
	      "  --rewrite       the first record is garbage, and is written again at the end\n"
	      "  --no-end        without the end marker\n"
	      "  --trailing N    N bytes after the end marker\n"
	      "  --cut N         only the first N bytes of the stream\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct flat_image_opts o = {0};
	unsigned char *flat;
	size_t len, flat_len;
	char *buf;
	int c, fd, err;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'r')
			o.record = strtoul(optarg, NULL, 0);
		else if (c == 's')
			o.seed = (unsigned int)strtoul(optarg, NULL, 0);
		else if (c == 'w')
			o.rewrite = true;
		else if (c == 'n')
			o.no_end = true;
		else if (c == 't')
			o.trailing = strtoul(optarg, NULL, 0);
		else if (c == 'c')
			o.cut = strtoul(optarg, NULL, 0);
		else
			return usage();
	}
	if (optind != argc - 1)
		return usage();
	fd = open(argv[optind], O_RDONLY | O_CLOEXEC);
	err = fd < 0 ? -errno : read_to_end(fd, INPUT_MAX, &buf, &len);
	if (err < 0) {
		fprintf(stderr, "flatten: %s: %s\n", argv[optind], strerror(-err));
		return 1;
	}
	(void)close(fd);
	flat = flat_image_make((unsigned char *)buf, len, &o, &flat_len);
	free(buf);
	if (!flat || write_full(STDOUT_FILENO, flat, flat_len) < 0) {
		perror("flatten");
		free(flat);
		return 1;
	}
	free(flat);
	return 0;
}
