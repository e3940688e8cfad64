/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dump's manifest.json says of its file, for those who check it. */
#pragma once

#include "base/macros.h"
#include "dump/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_NAME "manifest.json"
#define MANIFEST_MAX  MIB

/* What tells one dump from others; each is "" or 0 where the manifest has no such thing, or
 * rubbish. All text is printable ASCII. */
struct manifest_about {
	uint64_t dump_id;
	uint64_t sequence;         /* of the machine's crashes on this target, from 1 */
	int64_t crashed, captured; /* seconds since 1970 */
	char host[80], machine[40];
	char release[80], panic[256];
	char policy[20]; /* why there is no dump, when a policy wanted none */
};

#define MANIFEST_SEQUENCE_MAX 1000000000000ULL /* more is rubbish */

struct manifest {
	bool complete; /* there is a dump, and bytes says how large it is */
	bool unproved; /* the same of a file that was written whole, and not proved to last */
	uint64_t bytes;
	char algorithm[40]; /* of its digest; "" when it has none */
	bool have_digest;   /* one of ours */
	uint8_t digest[DIGEST_SIZE];
	struct manifest_about about;
};

/* A JSON text, which need not end with a zero. 0; -EINVAL it is no manifest. */
int manifest_parse(const char *buf, size_t len, struct manifest *out) _must_check_;
/* For one that another process made of the text: ends each string, and makes it printable. */
void manifest_clean(struct manifest *m);
/* The whole of it, of whatever members; json_object_put() is the caller's. NULL: no JSON object. */
struct json_object *manifest_object(const char *buf, size_t len);
