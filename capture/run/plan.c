// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum dump_compress compress_of(const struct config *config)
{
	int c;

	for (c = DUMP_COMPRESS_AUTO; c <= DUMP_COMPRESS_NONE; c++)
		if (strcmp(config->compress, dump_compress_word((enum dump_compress)c)) == 0)
			return (enum dump_compress)c;
	return DUMP_COMPRESS_AUTO;
}

/* What makedumpfile can do; when it does not say so, the least. -errno when it cannot be run at
 * all.
 */
static int probe_makedumpfile(struct run *run)
{
	int err = mdf_probe(&run->caps);

	if (err == 0)
		return 0;
	if (err == -EINVAL || err == -EIO || err == -ETIMEDOUT) {
		log_warning(run->log,
			    "makedumpfile -v does not say what it can do (%s); using zlib and one "
			    "thread",
			    strerror(-err));
		run->caps = (struct mdf_caps){0};
		return 0;
	}
	(void)snprintf(run->no_plan, sizeof(run->no_plan), "makedumpfile cannot be run: %s%s",
		       strerror(-err), err == -ENOENT ? "; install it into the image" : "");
	return err;
}

static int plan_with(struct run *run, struct mdf_request *request)
{
	int err = mdf_plan_init(&run->caps, request, &run->plan);

	if (err == -EINVAL || err == -E2BIG) {
		/* `config check` and the image build refuse it; in a crash a dump counts for more.
		 */
		log_warning(run->log, "makedumpfile-options are ignored: %s",
			    run->plan.warnings[0]);
		mdf_plan_deinit(&run->plan);
		request->extra = "";
		err = mdf_plan_init(&run->caps, request, &run->plan);
	}
	if (err < 0)
		(void)snprintf(run->no_plan, sizeof(run->no_plan), "makedumpfile: %s",
			       strerror(-err));
	return err;
}

void run_plan(struct run *run, bool network)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	struct mdf_request request = {
		.dump_level = run->level,
		.compress = compress_of(run->config),
		.threads = run->config->threads,
		.extra = run->config->makedumpfile_options,
		.network = network,
		.cpus_online = online > 0 ? (unsigned int)online : 1,
		.core_size = run->verdict.core.size,
		.core_top = vmcore_top(&run->verdict.core),
		.page_size = run->verdict.core.info.page_size,
		.core = run->core_path,
	};
	char warning[200];
	size_t i;

	mdf_plan_deinit(&run->plan);
	run->no_plan[0] = '\0';
	run->plan_network = network;
	if (run->guard.last) {
		(void)snprintf(run->no_plan, sizeof(run->no_plan),
			       "the last of %d attempts: saving the kernel log only",
			       run->config->max_attempts);
		return;
	}
	if (probe_makedumpfile(run) < 0 || plan_with(run, &request) < 0) {
		log_error(run->log, "%s", run->no_plan);
		return;
	}
	/* It was all said of the first. */
	if (run->unfiltered[0])
		return;
	for (i = 0; i < ARRAY_SIZE(run->plan.warnings); i++)
		if (run->plan.warnings[i][0])
			log_warning(run->log, "%s", run->plan.warnings[i]);
	mdf_warn_too_old(&run->caps, run->verdict.core.info.osrelease, warning, sizeof(warning));
	if (warning[0] && run->caps.version[0])
		log_warning(run->log, "%s", warning);
}
