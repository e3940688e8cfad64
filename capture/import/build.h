/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a setting is translated. Private to import/. */
#pragma once

#include "config/keys.h"
#include "import/import.h"
#include "import/setting.h"
#include "target/url.h"

#define IMPORT_SSH_DIR  "/root/.ssh/"
#define IMPORT_SAVE_DIR "/var/crash" /* of all these tools, where nothing else is said */

/* Said of hooks, whatever they are called. */
#define IMPORT_NO_HOOKS                                                                            \
	"not run, there are no hooks: a capture runs nothing but fadump-ng's own; what can wait "  \
	"for the running system, a service ordered after fadump-ng.service can do"

struct import_row;

struct importer {
	const struct import_table *const *tables; /* of the file at hand; NULL after the last */
	const struct settings *settings;
	struct import *out;
	struct import_entry *entry;   /* of the setting at hand */
	const struct import_row *row; /* likewise; NULL: not known */
	struct config scratch;        /* takes each value first: what it refuses is not printed */
	unsigned int line[CONFIG_KEYS_MAX];           /* which setting set a key */
	const struct import_row *by[CONFIG_KEYS_MAX]; /* likewise */
	char *value[CONFIG_KEYS_MAX];                 /* what it set */
	bool whole; /* all words of the setting at hand are known, so that they may be shown */
	bool target_asked;
	int error; /* -ENOMEM once there was no memory; all that follows is for nothing */
};

/* How much of a value may be shown: not all are for other eyes. */
enum import_show {
	SHOW_VALUE,     /* all but what stands before the '@' of a URL */
	SHOW_COMMAND,   /* its first word, unless all of it was taken over */
	SHOW_ARGUMENTS, /* the values of those kernel arguments that are known to hold no secret */
	SHOW_NOTHING,
};

/* The order in which settings are translated; what is printed has it, too. */
enum import_phase {
	PHASE_NORMAL,
	PHASE_FIRST, /* it has the last word: what others say of the same key does not count */
	PHASE_LAST,  /* what it sets stands after what all others set */
};

/* How a setting is called elsewhere, and what becomes of it. */
struct import_row {
	const char *name;
	/* Translates it with what is below; NULL: it is not taken over, and why says why. */
	void (*translate)(struct importer *im, const struct setting *s);
	const char *why;
	const char *fine; /* said instead where nothing is lost; NULL: why says that, too */
	/* Without translate: the values, parted by '|', with which nothing is lost. "*": all. */
	const char *stock;
	enum import_show show;
	enum import_phase phase;
	bool target; /* it says where dumps go */
};

#define TAKEN(n, function, ...)                                                                    \
	{                                                                                          \
		.name = (n), .translate = (function), __VA_ARGS__                                  \
	}
/* Lost, except for these values. */
#define LOST(n, values, reason, ...)                                                               \
	{                                                                                          \
		.name = (n), .stock = (values), .why = (reason), __VA_ARGS__                       \
	}
/* Nothing is lost with it. */
#define MOOT(n, reason) LOST(n, "*", reason)

/* What a tool does where a setting does not stand. */
struct import_default {
	const char *unless;      /* names of settings, parted by '|', one of which says it */
	const char *key, *value; /* what is set for it; NULL: nothing */
	const char *text;
};

struct import_table {
	const struct import_row *rows;
	size_t n;
	const struct import_default *defaults; /* the last one has no text */
};

extern const struct import_table import_kdump_conf;
extern const struct import_table import_fedora;
extern const struct import_table import_suse;
extern const struct import_table import_debian;

const struct import_row *import_find_row(const struct import_table *const *tables,
					 const char *name);

/* import/check.c: whether a file is one that a shell reads; and what kdump itself refuses in a
 * kdump.conf: 0, or -EINVAL with *error filled. */
bool import_is_shell(const char *buf, size_t len);
int import_check_words(const struct settings *all, struct config_error *error) _must_check_;

/* "key = value". One that does not fit, or is set already, is lost, with the reason. */
void import_set(struct importer *im, const char *key, const char *fmt, ...) _printf_(3, 4);
bool import_is_set(const struct importer *im, const char *key);
/* Remarks; each adds to those of its kind that were made before: on what was taken over, or need
 * not be; and on what could not be. */
void import_note(struct importer *im, const char *fmt, ...) _printf_(2, 3);
void import_lose(struct importer *im, const char *fmt, ...) _printf_(2, 3);

/* The setting of that name that counts, if it has a value. */
const struct setting *import_value(const struct importer *im, const char *name);

/* import/show.c: the setting as it was written, on one line, without what is not for other eyes.
 * The caller frees it; NULL without memory. Called when the entry is filled. */
char *import_show(const struct importer *im, const struct setting *s);

/* import/places.c: a target out of what a URL is made of; host and user may be "". Options: "KEY",
 * "VALUE", ..., NULL; those whose value is NULL are left out. */
void import_target(struct importer *im, enum url_scheme scheme, const char *authority,
		   const char *path, const char *const *options);
/* "USER@HOST", with root's own keys: its known_hosts, and the key that kdump makes, unless a
 * setting of the name `key` names another. */
void import_ssh(struct importer *im, const char *account, const char *path, const char *key);
/* The value is the file of a key. */
void import_ssh_key(struct importer *im, const struct setting *s);
/* "HOST:/EXPORT" with a directory beneath it. */
void import_nfs(struct importer *im, const char *export, const char *path,
		const char *const *options);

/* import/mount.c: dracut's --mount, "SOURCE DIRECTORY TYPE OPTIONS"; path: the directory beneath
 * it, NULL: not known. */
void import_mounts(struct importer *im, const struct setting *s, const char *path);
/* How many of them there are in dracut's arguments. */
size_t import_count_mounts(const char *arguments);

/*
 * import/collector.c: the words of a makedumpfile command line, without its name. whole: there are
 * no others, so what is not asked for is not done.
 */
void import_makedumpfile(struct importer *im, const char *words, bool whole);

/* import/action.c: a shell command for when a capture fails. */
void import_action(struct importer *im, const struct setting *s);

/* import/arguments.c: those of another kernel's command line; and those that are taken off it. */
void import_arguments(struct importer *im, const struct setting *s);
void import_removed_arguments(struct importer *im, const struct setting *s);
/* Those of the network, as dracut knows them. */
void import_network(struct importer *im, const char *words);
bool import_argument_is_known(const char *word);
