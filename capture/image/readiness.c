// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/readiness.h"

#include "base/cleanup.h"
#include "base/rights.h"
#include "image/contents.h"
#include "image/mark.h"
#include "image/presence.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HERE "/etc/initrd-release"

static const char *const words[] = {
	[IMAGE_GOOD] = "good",
	[IMAGE_UNKNOWN] = "unknown",
	[IMAGE_NO_MODULE] = "no-module",
	[IMAGE_NO_CAPTURE] = "no-capture",
	[IMAGE_OTHER_VERSION] = "other-version",
	[IMAGE_OTHER_KERNEL] = "other-kernel",
	[IMAGE_STALE] = "stale",
	[IMAGE_NO_WAY] = "devices-gone",
	[IMAGE_OTHER_DEFAULT] = "other-default",
};

const char *image_word(enum image_verdict verdict)
{
	return words[verdict];
}

static void _printf_(3, 4)
	judge_as(struct image_readiness *r, enum image_verdict verdict, const char *fmt, ...)
{
	va_list ap;
	size_t i;

	r->verdict = verdict;
	va_start(ap, fmt);
	(void)vsnprintf(r->why, sizeof(r->why), fmt, ap);
	va_end(ap);
	/* Words of an image are in it. */
	for (i = 0; r->why[i]; i++)
		if (!isprint((unsigned char)r->why[i]))
			r->why[i] = '?';
}

static const struct mark_file *find_file(const struct mark *m, const char *path)
{
	size_t i;

	for (i = 0; i < m->n_files; i++)
		if (strcmp(m->files[i].path, path) == 0)
			return &m->files[i];
	return NULL;
}

static void compare_files(const struct mark *was, const struct mark *now, struct image_readiness *r)
{
	size_t i;

	for (i = 0; i < now->n_files; i++) {
		const struct mark_file *file = &now->files[i], *old = find_file(was, file->path);

		if (file->unreadable)
			judge_as(r, IMAGE_UNKNOWN, "%s cannot be read%s", file->path,
				 rights_advice(-EACCES));
		else if (!old || strcmp(old->digest, file->digest) != 0)
			judge_as(r, IMAGE_STALE, "%s has changed since %s was built", file->path,
				 r->path);
	}
}

static void compare(const struct mark *was, const struct mark *now, struct image_readiness *r)
{
	if (strcmp(was->version, now->version) != 0)
		judge_as(r, IMAGE_OTHER_VERSION, "%s has fadump-ng %s, and this is %s", r->path,
			 was->version, now->version);
	else if (was->kernel[0] && strcmp(was->kernel, r->entry.release) != 0)
		judge_as(r, IMAGE_OTHER_KERNEL, "%s was built for kernel %s, and this is %s",
			 r->path, was->kernel, r->entry.release);
	else if (strcmp(was->config, now->config) != 0)
		judge_as(r, IMAGE_STALE, "the configuration has changed since %s was built",
			 r->path);
	else
		compare_files(was, now, r);
}

static void look_for_targets(const struct root *root, const struct image_contents *c,
			     struct image_readiness *r)
{
	const struct cpio_wanted *conf = &c->file[IMAGE_FILE_CONF],
				 *net = &c->file[IMAGE_FILE_NETWORK];
	struct presence p = {.root = root, .gone = r->gone, .max = IMAGE_GONE_MAX};

	presence_of_targets(&p, conf->text, conf->len);
	if (image_has(c, IMAGE_FILE_NETWORK))
		presence_of_interfaces(&p, net->text, net->len);
	r->n_gone = p.n_gone;
	if (r->verdict == IMAGE_GOOD && presence_no_way(&p))
		judge_as(r, IMAGE_NO_WAY, "%s, which %s captures to, is not there", r->gone[0],
			 r->path);
}

static void judge_contents(const struct root *root, const struct config *config,
			   const struct image_contents *c, struct image_readiness *r)
{
	const struct cpio_wanted *said = &c->file[IMAGE_FILE_NO_CAPTURE],
				 *text = &c->file[IMAGE_FILE_MARK];
	struct mark was, now;

	if (image_has(c, IMAGE_FILE_NO_CAPTURE))
		judge_as(r, IMAGE_NO_CAPTURE, "%s was built without a capture: %.*s", r->path,
			 (int)strcspn(said->text, "\n"), said->text);
	else if (!image_has(c, IMAGE_FILE_CONF))
		judge_as(r, IMAGE_NO_MODULE, "%s has no fadump-ng in it", r->path);
	else if (!image_has(c, IMAGE_FILE_MARK) || mark_parse(text->text, text->len, &was) < 0)
		judge_as(r, IMAGE_OTHER_VERSION, "%s has an earlier version of fadump-ng", r->path);
	else if (mark_now(root, config, &now) < 0)
		judge_as(r, IMAGE_UNKNOWN, "%s", strerror(ENOMEM));
	else
		compare(&was, &now, r);
	if (image_has(c, IMAGE_FILE_CONF))
		look_for_targets(root, c, r);
}

/* After a crash the machine boots the default entry, and only the crashed kernel takes the dump. */
static void judge_default(struct image_readiness *r)
{
	const struct boot_entry *e = &r->entry;

	if (r->verdict != IMAGE_GOOD)
		return;
	if (e->other_default[0])
		judge_as(r, IMAGE_OTHER_DEFAULT,
			 "the default boot entry is kernel %s, and only kernel %s would take the "
			 "dump of a crash now",
			 e->other_default, e->release);
	else if (e->newer[0])
		judge_as(r, IMAGE_UNKNOWN,
			 "kernel %s is installed as well, and if that is the default only kernel "
			 "%s would take the dump of a crash now; reboot soon",
			 e->newer, e->release);
}

void image_judge(const struct root *root, const struct config *config, struct image_readiness *out)
{
	_cleanup_(image_contents_deinit) struct image_contents c = {.file = {{.name = NULL}}};
	bool here = root_exists(root, HERE);
	char why[200] = "";
	int err;

	*out = (struct image_readiness){.verdict = IMAGE_GOOD};
	err = boot_entry_find(root, &out->entry);
	if (err < 0) {
		judge_as(out, IMAGE_UNKNOWN, "which kernel this is cannot be read: %s",
			 strerror(-err));
		return;
	}
	(void)snprintf(out->path, sizeof(out->path), "%s",
		       here ? "this initramfs" : out->entry.image);
	if (!out->path[0]) {
		judge_as(out, IMAGE_UNKNOWN, "no initramfs of kernel %s was found in /boot",
			 out->entry.release);
		return;
	}
	err = here ? image_contents_here(root, &c, why, sizeof(why))
		   : image_contents_read(root, out->path, &c, why, sizeof(why));
	if (err < 0)
		judge_as(out, IMAGE_UNKNOWN, "%s cannot be looked into: %s", out->path, why);
	else
		judge_contents(root, config, &c, out);
	judge_default(out);
}
