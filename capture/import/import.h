/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What another tool's configuration says, in fadump-ng's words. Nothing is dropped or changed in
 * silence: each setting becomes keys, or a reason why not; what the tool does by default, and
 * fadump-ng does not, is set or remarked, too. What comes out is a file that config_parse() takes
 * as it is.
 */
#pragma once

#include "base/macros.h"
#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum import_format {
	IMPORT_KDUMP_CONF, /* /etc/kdump.conf, kdump.conf(5) of Fedora and RHEL */
	IMPORT_SHELL,      /* /etc/sysconfig/kdump of SUSE, Fedora and RHEL, and
			      /etc/default/kdump-tools of Debian */
};

struct import_source {
	const char *name; /* for people; not copied */
	const char *buf;
	size_t len;
};

struct import_entry {
	const char *file;  /* name of its source; NULL: what a tool does by default */
	unsigned int line; /* of the setting */
	char *source;      /* the setting as it was written, one line, without secrets */
	char *set;         /* "key = value\n", none or several */
	char *note;        /* a remark, or "" */
	char *lost;        /* what it did that is not done any more, and why; or "" */
};

struct import {
	enum import_format format;    /* of the last source */
	struct import_entry *entries; /* in the order in which they should be printed */
	size_t n;
	size_t known;     /* settings whose names these tools have */
	bool target_lost; /* it named targets, and none could be taken over */
};

/*
 * One file, or Fedora's kdump.conf with its sysconfig/kdump, in this order. The format is that of
 * the first line that shows it. 0, -ENOMEM, or -EINVAL with *error filled and *bad, which file: not
 * a text file, or what the tool itself would refuse. import_deinit() after 0 only.
 */
int import_files(const struct import_source *sources, size_t n, struct import *out, size_t *bad,
		 struct config_error *error) _must_check_;
/* One file without a name. */
int import_parse(const char *buf, size_t len, struct import *out,
		 struct config_error *error) _must_check_;
void import_deinit(struct import *im);

/* As a configuration; name: of what it was made from. */
void import_print(FILE *f, const struct import *im, const char *name);
