// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/confirm.h"

#include "crash/fadump.h"
#include "run/identity.h"
#include "run/proof.h"
#include "run/record.h"
#include "target/target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int confirm_at(const struct root *root, const struct config *config, struct log *log,
		      uint64_t dump_id, const struct run_saved *saved, enum config_verify verify,
		      struct receipt *receipt)
{
	struct proof_digest digest = {0};
	struct proof proof = {.log = log, .verify = verify, .digest = &digest};
	struct dump_claim claim = {
		.stream_ended = true, /* the record is written of committed dumps only */
		.size = saved->size,
		.dump_id = dump_id,
		.unassured = config->release_unassured,
		.check = proof_check,
		.check_all = proof_check_all,
		.all = verify == CONFIG_VERIFY_FULL,
		.check_ctx = &proof,
	};
	struct target_env env;
	const char *why;
	struct target t;
	struct url url;
	int err = url_parse(saved->target, &url, &why);

	if (err < 0)
		return err;
	digest.have = digest_parse(saved->digest, digest.value) == 0;
	run_target_env(root, config, &env);
	err = target_open_existing(&t, &url, &env);
	if (err == 0) {
		err = target_confirm(&t, saved->dir, &claim, receipt);
		if (target_close(&t) < 0)
			log_warning(log, "%s", t.why);
	}
	if (err < 0)
		log_error(log, "%s/%s: %s; nothing is released", saved->target, saved->dir,
			  proof.text[0] ? proof.text
			  : t.why[0]    ? t.why
					: strerror(-err));
	url_deinit(&url);
	return err;
}

int confirm_saved_at(const struct root *root, const struct config *config, struct log *log,
		     uint64_t dump_id, const struct run_saved *saved, struct receipt *receipt)
{
	return confirm_at(root, config, log, dump_id, saved, config->verify, receipt);
}

enum release_result confirm_saved(const struct root *root, const struct config *config,
				  struct log *log, struct receipt *receipt)
{
	struct run_saved saved = {.dir = ""};
	enum config_verify verify;
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
	(void)snprintf(saved.digest, sizeof(saved.digest), "%s", record.digest);
	saved.size = record.size;
	verify = record.verify_none   ? CONFIG_VERIFY_NONE
		 : record.verify_full ? CONFIG_VERIFY_FULL
				      : CONFIG_VERIFY_STRUCTURE;
	return confirm_at(root, config, log, id, &saved, verify, receipt) < 0 ? RELEASE_REFUSED
									      : RELEASE_DONE;
}
