/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a setting is translated. Private to import/. */
#pragma once

#include "config/keys.h"
#include "import/import.h"
#include "import/setting.h"
#include "target/url.h"

#define IMPORT_SSH_DIR "/root/.ssh/"

struct importer {
	const struct settings *settings;
	struct import *out;
	struct import_entry *entry; /* of the setting at hand */
	struct config scratch;      /* takes each value first: what it refuses is not printed */
	unsigned int line[CONFIG_KEYS_MAX]; /* which setting set a key */
	bool target_asked;
	int error; /* -ENOMEM once there was no memory; all that follows is for nothing */
};

/* How a setting is called elsewhere, and what becomes of it. */
struct import_row {
	const char *name;
	/* Translates it with what is below; NULL: it is not taken over, and why says why. */
	void (*translate)(struct importer *im, const struct setting *s);
	const char *why;
	bool lost;   /* without translate: something that it did is not done any more */
	bool secret; /* its value is not for other eyes */
	bool late;   /* what it sets stands behind what all others set */
	bool target; /* it says where dumps go */
};

/* What is translated; what a person loses; what need not be taken over. */
#define TAKEN(n, function, ...)                                                                    \
	{                                                                                          \
		.name = (n), .translate = (function), __VA_ARGS__                                  \
	}
#define LOST(n, reason, ...)                                                                       \
	{                                                                                          \
		.name = (n), .why = (reason), .lost = true, __VA_ARGS__                            \
	}
#define MOOT(n, reason, ...)                                                                       \
	{                                                                                          \
		.name = (n), .why = (reason), __VA_ARGS__                                          \
	}

struct import_table {
	const struct import_row *rows;
	size_t n;
};

extern const struct import_table import_kdump_conf;
extern const struct import_table import_suse;
extern const struct import_table import_debian;

/* "key = value". One that does not fit, or is set already, is lost, with the reason. */
void import_set(struct importer *im, const char *key, const char *fmt, ...) _printf_(3, 4);
/* Remarks; each adds to those of its kind that were made before: on what was taken over, or need
 * not be; and on what could not be. */
void import_note(struct importer *im, const char *fmt, ...) _printf_(2, 3);
void import_lose(struct importer *im, const char *fmt, ...) _printf_(2, 3);

/* import/places.c: a target out of what a URL is made of; host and user may be "". */
void import_target(struct importer *im, enum url_scheme scheme, const char *authority,
		   const char *path, const char *device, const char *fstype);
/* "USER@HOST", with root's own keys: its known_hosts, and the key that kdump makes, unless a
 * setting of the name `key` names another. */
void import_ssh(struct importer *im, const char *account, const char *path, const char *key);
/* The value is the file of a key. */
void import_ssh_key(struct importer *im, const struct setting *s);
/* "HOST:/EXPORT" with a directory beneath it. */
void import_nfs(struct importer *im, const char *export, const char *path);

/*
 * import/collector.c: the words of a makedumpfile command line, without its name. whole: there are
 * no others, so what is not asked for is not done.
 */
void import_makedumpfile(struct importer *im, const char *words, bool whole);
