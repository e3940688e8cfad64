// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/attempts.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "base/nvram.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEVICE   "/dev/nvram"
#define BOOT_DIR "/run/fadump-ng"
#define NAME_LEN (sizeof(ATTEMPTS_NAME) - 1)
#define ONE_LEN  11                  /* TTTTTTTTSt. */
#define ONE_OFF  (NAME_LEN + 16 + 3) /* of the first */

/* width lower-case hexadecimal digits. */
static bool hex(const char *s, size_t width, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < width; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			n = n << 4 | (uint64_t)(s[i] - '0');
		else if (s[i] >= 'a' && s[i] <= 'f')
			n = n << 4 | (uint64_t)(s[i] - 'a' + 10);
		else
			return false;
	}
	*out = n;
	return true;
}

static bool parse_one(const char *s, struct attempts_one *out)
{
	uint64_t began, target = 0;

	if (!hex(s, 8, &began) || (s[9] != '-' && !hex(s + 9, 1, &target)) || s[10] != '.')
		return false;
	if (s[8] != '.' && !(s[8] >= 'a' && s[8] <= 'z'))
		return false;
	*out = (struct attempts_one){
		.began = (uint32_t)began, .step = s[8], .target = s[9] == '-' ? -1 : (int)target};
	return true;
}

int attempts_parse(const char *text, size_t len, struct attempts *out)
{
	struct attempts a = {0};
	const char *p = text + NAME_LEN;
	size_t i;

	if (len != ATTEMPTS_TEXT || memcmp(text, ATTEMPTS_NAME, NAME_LEN) != 0)
		return -EINVAL;
	if (!hex(p, 16, &a.dump_id) || p[16] != ':' || p[17] < '0' || p[17] > '9' || p[18] != ':')
		return -EINVAL;
	a.n = (unsigned int)(p[17] - '0');
	for (i = 0; i < ATTEMPTS_MAX; i++)
		if (!parse_one(text + ONE_OFF + i * ONE_LEN, &a.one[i]))
			return -EINVAL;
	*out = a;
	return 0;
}

static void format_one(const struct attempts_one *one, char *out)
{
	char target = '-';

	if (one->target >= 0 && one->target < 16)
		target = "0123456789abcdef"[one->target];
	(void)snprintf(out, ONE_LEN + 1, "%08" PRIx32 "%c%c.", one->began,
		       one->step ? one->step : '.', target);
}

void attempts_format(const struct attempts *a, char *text)
{
	size_t i;

	(void)snprintf(text, ONE_OFF + 1, "%s%016" PRIx64 ":%u:", ATTEMPTS_NAME, a->dump_id,
		       a->n <= ATTEMPTS_MAX ? a->n : ATTEMPTS_MAX);
	for (i = 0; i < ATTEMPTS_MAX; i++)
		format_one(&a->one[i], text + ONE_OFF + i * ONE_LEN);
}

static void start_afresh(struct attempts *a, uint64_t dump_id)
{
	size_t i;

	*a = (struct attempts){.dump_id = dump_id};
	for (i = 0; i < ATTEMPTS_MAX; i++)
		a->one[i] = (struct attempts_one){.step = '.', .target = -1};
}

/*
 * A string of ours, with no attempt in it. Until its first byte is there the list ends before it,
 * so that a loss of power between two writes leaves nothing half.
 */
static int make_string(int fd, size_t off)
{
	char text[ATTEMPTS_TEXT + 2] = "";
	struct attempts none;
	int err;

	start_afresh(&none, 0);
	attempts_format(&none, text);
	err = pwrite_full(fd, text + 1, sizeof(text) - 1, off + 1);
	return err < 0 ? err : pwrite_full(fd, text, 1, off);
}

/* Find our string, or make it. */
static int find(int fd, size_t *off, struct attempts *out)
{
	_cleanup_free_ char *nvram = NULL;
	struct nvram_string s;
	size_t len;
	int err = read_to_end(fd, NVRAM_MAX, &nvram, &len);

	if (err < 0)
		return err;
	err = nvram_find(nvram, len, ATTEMPTS_NAME, &s);
	if (err == -ENOENT) {
		err = s.len < ATTEMPTS_TEXT ? -ENOSPC : make_string(fd, s.off);
		if (err < 0)
			return err;
		start_afresh(out, 0);
	} else if (err < 0) {
		return err;
	} else if (s.len != ATTEMPTS_TEXT) {
		return -EINVAL;
	} else if (attempts_parse(nvram + s.off, s.len, out) < 0) {
		/* Spoilt, but its place is ours. */
		start_afresh(out, 0);
	}
	*off = s.off;
	return 0;
}

int attempts_open(const struct root *root, uint64_t dump_id, struct attempts_store *store,
		  struct attempts *out)
{
	_cleanup_close_ int fd = root_open(root, DEVICE, O_RDWR, 0);
	struct attempts a;
	size_t off;
	int err;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENXIO ? -ENODEV : fd;
	err = find(fd, &off, &a);
	if (err < 0)
		return err;
	if (a.dump_id != dump_id)
		start_afresh(&a, dump_id);
	*store = (struct attempts_store){.fd = take_fd(&fd), .off = off};
	*out = a;
	return 0;
}

void attempts_close(struct attempts_store *store)
{
	if (store->fd >= 0)
		(void)close(take_fd(&store->fd));
}

int attempts_write(const struct attempts_store *store, const struct attempts *a)
{
	char text[ATTEMPTS_TEXT + 1], back[ATTEMPTS_TEXT];
	int err;

	attempts_format(a, text);
	err = pwrite_full(store->fd, text, ATTEMPTS_TEXT, store->off);
	if (err == 0)
		err = pread_full(store->fd, back, sizeof(back), store->off);
	if (err == 0 && memcmp(text, back, sizeof(back)) != 0)
		err = -EIO;
	return err;
}

int attempts_write_step(const struct attempts_store *store, const struct attempts *a)
{
	char text[ONE_LEN + 1];
	size_t i = a->n - 1;

	if (a->n == 0 || a->n > ATTEMPTS_MAX)
		return -EINVAL;
	format_one(&a->one[i], text);
	return pwrite_full(store->fd, text + 8, 2, store->off + ONE_OFF + i * ONE_LEN + 8);
}

void attempts_add(struct attempts *a, uint32_t now)
{
	if (a->n < ATTEMPTS_MAX)
		a->n++;
	a->one[a->n - 1] = (struct attempts_one){.began = now, .step = '.', .target = -1};
}

int attempts_of_boot(const struct root *root, struct attempts *out)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int err = root_read(root, ATTEMPTS_BOOT, 4096, &text, &len);

	return err < 0 ? err : attempts_parse(text, len, out);
}

int attempts_set_boot(const struct root *root, const struct attempts *a)
{
	char text[ATTEMPTS_TEXT + 1];
	int fd, err = root_mkdirs(root, BOOT_DIR, 0755);

	if (err < 0)
		return err;
	/* Over what is there: were it gone for a moment, this boot might be counted twice. */
	fd = root_open(root, ATTEMPTS_BOOT, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fd;
	attempts_format(a, text);
	err = pwrite_full(fd, text, ATTEMPTS_TEXT, 0);
	if (err == 0 && ftruncate(fd, (off_t)ATTEMPTS_TEXT) < 0)
		err = -errno;
	(void)close(fd);
	return err;
}

const char *attempts_error(int err)
{
	switch (err) {
	case -ENODEV:
		return "this machine has no /dev/nvram with a partition \"common\"";
	case -EINVAL:
		return "/dev/nvram is not laid out as expected and is left alone";
	case -ENOSPC:
		return "the partition \"common\" of /dev/nvram is full";
	default:
		return strerror(-err);
	}
}
