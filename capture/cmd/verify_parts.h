/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What verify found, and how it is said. Private to cmd/verify*.c. */
#pragma once

#include "base/reader.h"
#include "cmd/cmd.h"
#include "cmd/verify_find.h"
#include "dump/digest.h"
#include "dump/flat_reader.h"
#include "dump/format.h"
#include "dump/kdump.h"
#include "dump/kdump_readers.h"
#include "run/manifest_read.h"

struct verify {
	struct app *app;
	bool full, json;
	struct verify_place place;
	enum dump_format format; /* the file's */
	enum dump_format inner;  /* what is in a flattened one; else the same */
	struct reader file, r;   /* the file, and the dump in it */
	struct flat_reader flat;
	bool unread; /* a flattened stream that is whole, but too scattered to look into */
	struct kdump_info info;
	struct kdump_problem problem;
	struct manifest manifest; /* complete: there is one */
	bool have_digest;
	uint8_t digest[DIGEST_SIZE];
	char differs[300];       /* from the manifest; "" */
	char doubt[KDUMP_DOUBT]; /* what its readers may stumble over; "" */
};

/* Each says it, as text or JSON, and returns the exit status. Bad: it is not whole; unknown: it
 * could not be looked at, by err. */
int verify_say_good(const struct verify *v);
int verify_say_bad(const struct verify *v);
int verify_say_unknown(const struct verify *v, int err);
