// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/cpio.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER, NAME, NAME_PADDING, CONTENTS, PADDING };

void cpio_init(struct cpio *c, struct cpio_wanted *wanted, size_t n)
{
	*c = (struct cpio){.wanted = wanted, .n_wanted = n};
}

void cpio_again(struct cpio *c)
{
	cpio_init(c, c->wanted, c->n_wanted);
}

/* The field'th number of the header: eight hexadecimal digits. */
static int number(const struct cpio *c, size_t field, uint64_t *out)
{
	char digits[9] = "";
	size_t i;

	memcpy(digits, c->header + 6 + field * 8, 8);
	for (i = 0; i < 8; i++)
		if (!isxdigit((unsigned char)digits[i]))
			return -EINVAL;
	*out = strtoul(digits, NULL, 16);
	return 0;
}

static uint64_t up_to_four(uint64_t n)
{
	return (4 - n % 4) % 4;
}

static int read_header(struct cpio *c)
{
	if (memcmp(c->header, "070701", 6) != 0 && memcmp(c->header, "070702", 6) != 0)
		return -EINVAL;
	if (number(c, 6, &c->file_size) < 0 || number(c, 11, &c->name_size) < 0)
		return -EINVAL;
	return c->name_size == 0 || c->name_size > CPIO_NAME_MAX ? -EINVAL : 0;
}

/* The whole name is there: is it one of those? */
static int read_name(struct cpio *c)
{
	const char *name = c->name;
	size_t i;

	if (c->name[c->name_size - 1] != '\0')
		return -EINVAL;
	if (strcmp(name, "TRAILER!!!") == 0) {
		c->ended = true;
		return 0;
	}
	if (strncmp(name, "./", 2) == 0)
		name += 2;
	name += strspn(name, "/");
	c->into = NULL;
	for (i = 0; i < c->n_wanted; i++)
		if (strcmp(name, c->wanted[i].name) == 0 && c->file_size <= CPIO_FILE_MAX)
			c->into = &c->wanted[i];
	if (!c->into)
		return 0;
	/* A later one of the same name counts. */
	free(c->into->text);
	c->into->text = calloc(1, (size_t)c->file_size + 1);
	c->into->len = 0;
	c->into->whole = false;
	return c->into->text ? 0 : -ENOMEM;
}

/* How much of the part that is being read is missing? */
static uint64_t missing(const struct cpio *c)
{
	switch (c->part) {
	case HEADER:
		return CPIO_HEADER - c->at;
	case NAME:
		return c->name_size - c->at;
	case NAME_PADDING:
		return up_to_four(CPIO_HEADER + c->name_size) - c->at;
	case CONTENTS:
		return c->file_size - c->at;
	default:
		return up_to_four(c->file_size) - c->at;
	}
}

static void take(struct cpio *c, const unsigned char *buf, size_t n)
{
	if (c->part == HEADER)
		memcpy(c->header + c->at, buf, n);
	else if (c->part == NAME)
		memcpy(c->name + c->at, buf, n);
	else if (c->part == CONTENTS && c->into) {
		memcpy(c->into->text + c->at, buf, n);
		c->into->len += n;
	}
	c->at += n;
}

/* A part is complete. */
static int next_part(struct cpio *c)
{
	int err = 0;

	if (c->part == HEADER)
		err = read_header(c);
	else if (c->part == NAME)
		err = read_name(c);
	else if (c->part == CONTENTS && c->into)
		c->into->whole = true;
	c->at = 0;
	c->part = c->part == PADDING ? HEADER : c->part + 1;
	return err;
}

ssize_t cpio_feed(struct cpio *c, const void *buf, size_t len)
{
	const unsigned char *p = buf;
	size_t used = 0;
	int err = 0;

	while (err == 0 && !c->ended) {
		uint64_t want = missing(c);
		size_t n = want < len - used ? (size_t)want : len - used;

		take(c, p + used, n);
		used += n;
		if (n < want)
			break;
		err = next_part(c);
	}
	return err < 0 ? err : (ssize_t)used;
}
