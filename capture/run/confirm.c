// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/confirm.h"

#include "crash/fadump.h"
#include "dump/kdump.h"
#include "run/identity.h"
#include "run/record.h"
#include "target/target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int check_structure(void *ctx, const struct reader *r)
{
	struct kdump_info info;

	return kdump_check_structure(r, &info, ctx);
}

static int confirm_at(const struct root *root, const struct config *config, struct log *log,
		      uint64_t dump_id, const struct run_saved *saved, bool verify_none,
		      struct receipt *receipt)
{
	struct kdump_problem problem = {0};
	struct dump_claim claim = {
		.stream_ended = true, /* the record is written of committed dumps only */
		.size = saved->size,
		.dump_id = dump_id,
		.check = verify_none ? NULL : check_structure,
		.check_ctx = &problem,
	};
	struct target_env env;
	const char *why;
	struct target t;
	struct url url;
	int err = url_parse(saved->target, &url, &why);

	if (err < 0)
		return err;
	run_target_env(root, config, &env);
	err = target_open_existing(&t, &url, &env);
	if (err == 0) {
		err = target_confirm(&t, saved->dir, &claim, receipt);
		if (target_close(&t) < 0)
			log_warning(log, "%s", t.why);
	}
	if (err < 0)
		log_error(log, "%s/%s: %s; nothing is released", saved->target, saved->dir,
			  problem.text[0] ? problem.text
			  : t.why[0]      ? t.why
					  : strerror(-err));
	url_deinit(&url);
	return err;
}

int confirm_saved_at(const struct root *root, const struct config *config, struct log *log,
		     uint64_t dump_id, const struct run_saved *saved, struct receipt *receipt)
{
	return confirm_at(root, config, log, dump_id, saved, config->verify == CONFIG_VERIFY_NONE,
			  receipt);
}

enum release_result confirm_saved(const struct root *root, const struct config *config,
				  struct log *log, struct receipt *receipt)
{
	struct run_saved saved = {.dir = ""};
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
	(void)snprintf(saved.target, sizeof(saved.target), "%s", record.target);
	(void)snprintf(saved.dir, sizeof(saved.dir), "%s", record.dir);
	saved.size = record.size;
	return confirm_at(root, config, log, id, &saved, record.verify_none, receipt) < 0
		       ? RELEASE_REFUSED
		       : RELEASE_DONE;
}
