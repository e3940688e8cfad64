/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of keys. It drives the parser, `config show`, the man page and shell completion: a key
 * exists when it is here and nowhere else.
 */
#pragma once

#include "config/config.h"

#include <stddef.h>
#include <stdio.h>

#define CONFIG_KEYS_MAX 32

enum config_type {
	CONFIG_TYPE_TARGET,   /* repeatable URL */
	CONFIG_TYPE_TEXT,     /* char *; may be empty */
	CONFIG_TYPE_INT,      /* int, min..max */
	CONFIG_TYPE_INT_AUTO, /* int, "auto" (0) or min..max */
	CONFIG_TYPE_DURATION, /* int64_t ms; number with s, m, h or d, min..max seconds, or "off"
				 (0) */
	CONFIG_TYPE_WORD,     /* const char *, one of choices */
	CONFIG_TYPE_CHOICE,   /* enum, the index into choices */
	CONFIG_TYPE_BOOL,     /* bool, yes or no */
	CONFIG_TYPE_INT_ALL,  /* int, "all" (0) or min..max */
	CONFIG_TYPE_FLAG,     /* bool, the index into two choices */
	CONFIG_TYPE_ROOM,     /* struct config_room; config/amount.h */
	CONFIG_TYPE_RATE,     /* struct config_rate; config/amount.h */
};

struct config_key {
	const char *name;
	size_t offset;              /* of the field in struct config */
	const char *const *choices; /* NULL-terminated; for WORD and CHOICE */
	const char *values;         /* what may be written, for people: "auto | lzo | ..." */
	const char *def;            /* the default as text: what the parser would be given */
	const char *help; /* paragraphs, parted by newlines, for the man page and the sample file */
	enum config_type type;
	int min, max;
	bool needed;    /* DURATION: "off" is none */
	bool with_auto; /* DURATION: "auto" (CONFIG_AUTO) is one */
};

extern const struct config_key config_keys[];
extern const size_t config_keys_len;

/* NULL when there is none of that name. */
const struct config_key *config_key_find(const char *name);
/* The known one that is spelled most like it. Never NULL. */
const struct config_key *config_key_nearest(const char *name);

/*
 * Set one field from text without surrounding blanks; a target is added. 0, -ENOMEM, or -EINVAL
 * with error->text filled (error->line is the caller's).
 */
int config_key_set(struct config *c, const struct config_key *key, const char *value,
		   struct config_error *error) _must_check_;

/* Write "key = value" as the parser would read it back; a line for each target. */
void config_print_key(FILE *f, const struct config *c, const struct config_key *key);
