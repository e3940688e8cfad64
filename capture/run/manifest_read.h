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

struct manifest {
	bool complete; /* there is a dump, and bytes says how large it is */
	uint64_t bytes;
	char algorithm[40]; /* of its digest; "" when it has none */
	bool have_digest;   /* one of ours */
	uint8_t digest[DIGEST_SIZE];
};

/* A JSON text, which need not end with a zero. 0; -EINVAL it is no manifest; -ENOMEM. */
int manifest_parse(const char *buf, size_t len, struct manifest *out) _must_check_;
