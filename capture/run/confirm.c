// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/confirm.h"

#include "crash/fadump.h"
#include "dump/kdump.h"
#include "run/identity.h"
#include "run/record.h"
#include "target/target.h"

#include <errno.h>
#include <string.h>

static int check_structure(void *ctx, const struct reader *r)
{
	struct kdump_info info;

	return kdump_check_structure(r, &info, ctx);
}

static int confirm_at(const struct root *root, struct log *log, const struct record *record,
		      struct receipt *receipt)
{
	struct kdump_problem problem = {0};
	struct dump_claim claim = {
		.stream_ended = true, /* the record is written of committed dumps only */
		.size = record->size,
		.dump_id = record->dump_id,
		.check = record->verify_none ? NULL : check_structure,
		.check_ctx = &problem,
	};
	const char *why;
	struct target t;
	struct url url;
	int err = url_parse(record->target, &url, &why);

	if (err < 0)
		return err;
	err = target_open_existing(&t, &url, root);
	if (err == 0) {
		err = target_confirm(&t, record->dir, &claim, receipt);
		if (target_close(&t) < 0)
			log_warning(log, "%s", t.why);
	}
	if (err < 0)
		log_error(log, "%s/%s: %s; nothing is released", record->target, record->dir,
			  problem.text[0] ? problem.text
			  : t.why[0]      ? t.why
					  : strerror(-err));
	url_deinit(&url);
	return err;
}

enum release_result confirm_saved(const struct root *root, struct log *log, struct receipt *receipt)
{
	struct fadump_state state;
	struct record record;
	uint64_t id;
	enum release_result possible = release_possible(root, log, &state);
	int err;

	if (possible != RELEASE_DONE)
		return possible;
	err = identity_active(root, &id);
	if (err < 0) {
		log_error(log, "/proc/vmcore: %s; nothing is released, see fadump-ng check",
			  strerror(-err));
		return RELEASE_REFUSED;
	}
	err = record_read(root, &record);
	if (err < 0 || record.dump_id != id || !record.target[0]) {
		log_error(log, "the active dump was not saved in this boot; nothing is released: "
			       "run fadump-ng capture first");
		return RELEASE_REFUSED;
	}
	return confirm_at(root, log, &record, receipt) < 0 ? RELEASE_REFUSED : RELEASE_DONE;
}
