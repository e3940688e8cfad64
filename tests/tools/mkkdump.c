// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes a small kdump-compressed file, whole or broken in one way. */
#include "kdump_image.h"
#include "pack.h"

#include <getopt.h>
#include <stdio.h>

static const struct option options[] = {
	{"big-endian", no_argument, NULL, 'e'},     {"block-size", required_argument, NULL, 'b'},
	{"version", required_argument, NULL, 'v'},  {"pages", required_argument, NULL, 'p'},
	{"compress", required_argument, NULL, 'c'}, {"break", required_argument, NULL, 'x'},
	{"list-breaks", no_argument, NULL, 'l'},    {"shift-utsname", required_argument, NULL, 's'},
	{"machine", required_argument, NULL, 'm'},  {NULL, 0, NULL, 0},
};

static int usage(void)
{
	fputs("usage: mkkdump [--big-endian] [--block-size BYTES] [--version 3..6] [--pages N]\n"
	      "               [--compress zlib|lzo|snappy|zstd] [--break NAME]\n"
	      "               [--shift-utsname BYTES] [--machine NAME] OUT\n"
	      "       mkkdump --list-breaks\n",
	      stderr);
	return 2;
}

static bool known(const char *name)
{
	for (size_t i = 0; i < KDUMP_IMAGE_BREAKS; i++)
		if (strcmp(kdump_image_breaks[i].name, name) == 0)
			return true;
	return false;
}

static bool packed(struct kdump_image_opts *o, const char *name)
{
	static const char *const names[] = {"zlib", "lzo", "snappy", "zstd"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			o->flag = pack_flags[i];
	o->pack = pack;
	return o->flag != 0;
}

int main(int argc, char **argv)
{
	struct kdump_image_opts o = {0};
	unsigned char *image;
	size_t size, written;
	FILE *f;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'e')
			o.big_endian = true;
		else if (c == 'b')
			o.block_size = (uint32_t)strtoul(optarg, NULL, 0);
		else if (c == 'v')
			o.version = (uint32_t)strtoul(optarg, NULL, 0);
		else if (c == 'p')
			o.pages = (uint32_t)strtoul(optarg, NULL, 0);
		else if (c == 'c' && packed(&o, optarg))
			;
		else if (c == 'x' && known(optarg))
			o.breakage = optarg;
		else if (c == 's')
			o.shift = (uint32_t)strtoul(optarg, NULL, 0) % 65;
		else if (c == 'm' && strlen(optarg) < 65)
			o.machine = optarg;
		else if (c == 'l')
			break;
		else
			return usage();
	}
	if (c == 'l') {
		for (size_t i = 0; i < KDUMP_IMAGE_BREAKS; i++)
			puts(kdump_image_breaks[i].name);
		return 0;
	}
	/* What fits one bitmap block, and enough for every way of breaking it. */
	if (optind != argc - 1 || (o.pages && (o.pages < 17 || o.pages > 4096 * 8)) ||
	    (o.block_size && (o.block_size < 4096 || o.block_size > 1 << 20)))
		return usage();
	image = kdump_image_make(&o, &size);
	f = image ? fopen(argv[optind], "w") : NULL;
	if (!f) {
		perror(argv[optind]);
		free(image);
		return 1;
	}
	written = fwrite(image, 1, size, f);
	free(image);
	if (fclose(f) != 0 || written != size) {
		perror(argv[optind]);
		return 1;
	}
	return 0;
}
