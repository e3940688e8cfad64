// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/retry.h"

#include "base/confine.h"
#include "run/plan.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Zero pages are left out, which needs no look at the kernel's structures. */
#define UNFILTERED 1

void retry_log_words(struct run *run)
{
	const struct said *said = &run->stream.said;
	const char *line = said->text, *eol;
	enum log_level level = run->stream.failed ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;

	for (; *line; line = eol + 1) {
		eol = strchrnul(line, '\n');
		log_write(run->log, level, "makedumpfile: %.*s", (int)(eol - line), line);
		if (!*eol)
			break;
	}
	if (said->dropped)
		log_write(run->log, level, "makedumpfile said more than is kept");
}

static bool without_limit(struct run *run)
{
	const struct stream_result *s = &run->stream;
	unsigned int suspects = confine_suspects(s->exit_status, s->said.text) & ~run->without;
	char words[120];

	if (!suspects)
		return false;
	run->without |= suspects;
	confine_words(suspects, confine_limit_word, words, sizeof(words));
	log_warning(run->log,
		    "%s: it may have died of the limits set to it; once more without those on %s",
		    s->reason, words);
	return true;
}

/* Rooms that were too small for the one kind of dump say nothing of the other. */
static bool without_filter(struct run *run)
{
	if (run->level <= UNFILTERED)
		return false;
	(void)snprintf(run->unfiltered, sizeof(run->unfiltered), "%s", run->stream.reason);
	log_warning(run->log,
		    "%s: it cannot leave pages out of this dump with dump-level = %d; once more "
		    "with dump-level = %d, which needs more room",
		    run->unfiltered, run->level, UNFILTERED);
	run_set_level(run, UNFILTERED);
	run_plan(run, run->plan_network);
	return !run->no_plan[0];
}

/* By SIGKILL, as for want of memory or by hand: that says nothing of filters. */
static bool was_killed(const struct stream_result *s)
{
	return s->exit_status == 128 + SIGKILL;
}

bool retry_otherwise(struct run *run)
{
	if (!run->stream.failed)
		return false;
	return without_limit(run) || (!was_killed(&run->stream) && without_filter(run));
}
