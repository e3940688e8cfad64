// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/contents.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LOOK_MS    INT64_C(60000)
#define CHUNK      (64 * KIB)
#define MAGIC_SIZE 6
/* Between an archive and what follows it. */
#define GAP_MAX (1 * MIB)

static const char *const names[IMAGE_FILES] = {
	[IMAGE_FILE_MARK] = "etc/fadump-ng.image",
	[IMAGE_FILE_CONF] = "etc/fadump-ng.conf",
	[IMAGE_FILE_NETWORK] = "etc/fadump-ng.network",
	[IMAGE_FILE_NO_CAPTURE] = "etc/fadump-ng.no-capture",
};

/* The compressions that the kernel unpacks, and who else does. */
static const struct {
	const char *magic;
	size_t len;
	const char *const argv[4];
} compressions[] = {
	{"\x1f\x8b", 2, {"gzip", "-dc", NULL}},
	{"\xfd"
	 "7zXZ",
	 6,
	 {"xz", "-dc", NULL}},
	{"\x28\xb5\x2f\xfd", 4, {"zstd", "-dcq", NULL}},
	{"\x02\x21\x4c\x18", 4, {"lz4", "-dcq", NULL}},
	{"\x04\x22\x4d\x18", 4, {"lz4", "-dcq", NULL}},
	{"BZh", 3, {"bzip2", "-dc", NULL}},
	{"\x5d\x00\x00", 3, {"xz", "--format=lzma", "-dc", NULL}},
	{"\x89\x4c\x5a\x4f", 4, {"lzop", "-dc", NULL}},
};

struct look {
	struct image_contents *found;
	struct cpio archive;
	int fd;
	off_t at;
	int64_t deadline;
	char *why;
	size_t size;
};

static void init(struct image_contents *c)
{
	size_t i;

	*c = (struct image_contents){.file = {{.name = NULL}}};
	for (i = 0; i < IMAGE_FILES; i++)
		c->file[i].name = names[i];
}

void image_contents_deinit(struct image_contents *c)
{
	size_t i;

	for (i = 0; i < IMAGE_FILES; i++) {
		free(c->file[i].text);
		c->file[i].text = NULL;
	}
}

bool image_has(const struct image_contents *c, enum image_file file)
{
	return c->file[file].text && c->file[file].whole;
}

/* -ECANCELED: the archive is whole; what a program says of data after it is ignored. */
static int on_data(void *ctx, const void *buf, size_t len)
{
	struct look *l = ctx;
	ssize_t n = cpio_feed(&l->archive, buf, len);

	if (n < 0)
		return (int)n;
	return l->archive.ended ? -ECANCELED : 0;
}

static int fail(const struct look *l, int err, const char *what)
{
	(void)snprintf(l->why, l->size, "%s", what);
	return err;
}

static int unpack(struct look *l, const char *const *argv)
{
	struct child_spec spec = {.argv = argv,
				  .stdin_fd = l->fd,
				  .deadline = l->deadline,
				  .on_stdout = on_data,
				  .ctx = l};
	struct child_result result;
	int err;

	if (lseek(l->fd, l->at, SEEK_SET) < 0)
		return fail(l, -errno, strerror(errno));
	cpio_again(&l->archive);
	err = child_run(&spec, &result);
	if (err == -ECANCELED)
		return 0;
	if (err == -ENOENT)
		(void)snprintf(l->why, l->size, "it is packed with %s, which is not installed",
			       argv[0]);
	else if (err == -EINVAL)
		(void)snprintf(l->why, l->size, "it holds no archive of cpio's");
	else if (err == -ETIMEDOUT)
		(void)snprintf(l->why, l->size, "%s takes longer than a minute", argv[0]);
	else if (err < 0)
		(void)snprintf(l->why, l->size, "%s: %s", argv[0], strerror(-err));
	else
		(void)snprintf(l->why, l->size, "it is cut off: %s", child_last_words(&result));
	return err < 0 ? err : -EBADMSG;
}

/* An archive that is not compressed; l->at is then its end. */
static int read_plain(struct look *l)
{
	_cleanup_free_ unsigned char *buf = malloc(CHUNK);
	ssize_t n, used;

	if (!buf)
		return fail(l, -ENOMEM, strerror(ENOMEM));
	cpio_again(&l->archive);
	while (!l->archive.ended) {
		if (clock_ms() >= l->deadline)
			return fail(l, -ETIMEDOUT, "reading it takes longer than a minute");
		n = pread_up_to(l->fd, buf, CHUNK, (uint64_t)l->at);
		if (n == 0)
			return fail(l, -EBADMSG, "it is cut off");
		used = n < 0 ? n : cpio_feed(&l->archive, buf, (size_t)n);
		if (used < 0)
			return fail(l, (int)used,
				    used == -EINVAL ? "it holds no archive of cpio's"
						    : strerror((int)-used));
		l->at += used;
	}
	return 0;
}

/* Archives are filled up with zeros. 1: there is one more; 0: that was the end; or -errno. */
static int next_archive(struct look *l, unsigned char magic[MAGIC_SIZE])
{
	off_t from = l->at;
	ssize_t n;

	for (;;) {
		n = pread_up_to(l->fd, magic, MAGIC_SIZE, (uint64_t)l->at);
		if (n < 0)
			return fail(l, (int)n, strerror((int)-n));
		if (n < MAGIC_SIZE || l->at - from > (off_t)GAP_MAX)
			return 0;
		if (magic[0] != '\0')
			return 1;
		l->at++;
	}
}

static int look(struct look *l)
{
	unsigned char magic[MAGIC_SIZE];
	size_t i;
	int err;

	while ((err = next_archive(l, magic)) == 1) {
		if (memcmp(magic, "07070", 5) == 0) {
			err = read_plain(l);
			if (err < 0)
				return err;
			continue;
		}
		for (i = 0; i < ARRAY_SIZE(compressions); i++)
			if (memcmp(magic, compressions[i].magic, compressions[i].len) == 0)
				return unpack(l, compressions[i].argv);
		return fail(l, -EBADMSG, "it is packed in a way that is not known here");
	}
	return err == 0 && l->at == 0 ? fail(l, -EBADMSG, "it is empty") : err;
}

int image_contents_read(const struct root *root, const char *path, struct image_contents *out,
			char *why, size_t size)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK, 0);
	struct look l = {
		.found = out, .fd = fd, .deadline = clock_ms() + LOOK_MS, .why = why, .size = size};
	struct stat st;

	init(out);
	if (fd < 0) {
		(void)snprintf(why, size, "%s%s", strerror(-fd), rights_advice(fd));
		return fd;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return fail(&l, -EINVAL, "it is not a regular file");
	cpio_init(&l.archive, out->file, IMAGE_FILES);
	return look(&l);
}

int image_contents_here(const struct root *root, struct image_contents *out, char *why, size_t size)
{
	char path[64];
	size_t i;
	int err;

	init(out);
	for (i = 0; i < IMAGE_FILES; i++) {
		struct cpio_wanted *w = &out->file[i];

		(void)snprintf(path, sizeof(path), "/%s", names[i]);
		err = root_read(root, path, CPIO_FILE_MAX, &w->text, &w->len);
		w->whole = err == 0;
		if (err < 0 && err != -ENOENT) {
			(void)snprintf(why, size, "%s: %s%s", path, strerror(-err),
				       rights_advice(err));
			return err;
		}
	}
	return 0;
}
