// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"
#include "cmd/status.h"

#include "base/json.h"
#include "base/rights.h"
#include "config/load.h"
#include "crash/conflict.h"
#include "crash/user_pages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define REBUILD "FADUMP_NG_STRICT=1 dracut --force --add fadump-ng"

bool status_carried_on(const struct view *w)
{
	return w->s->release_mem && w->v->kind == VERDICT_NONE;
}

const char *status_platform(const struct view *w)
{
	switch (w->s->platform) {
	case FADUMP_PLATFORM_PSERIES:
		return "pseries";
	case FADUMP_PLATFORM_POWERNV:
		return "powernv";
	case FADUMP_PLATFORM_NONE:
		break;
	}
	return "none";
}

/* What keeps the kernel from preserving the next crash, with what to do; NULL: nothing. */
static const char *obstacle(const struct view *w)
{
	const struct fadump_state *s = w->s;

	if (!s->supported)
		return "not ready: this kernel or firmware has no fadump";
	if (w->v->kind == VERDICT_KEXEC)
		return "not ready: this kernel was started by kexec, and takes what an earlier "
		       "crash had left for a dump";
	if (w->state->dump_in_memory)
		return "not ready: the dump of the last crash is still in memory";
	if (w->v->kind == VERDICT_FADUMP_OFF)
		return "not ready: a capture boot with fadump off; reboot with fadump=on";
	if (w->v->kind == VERDICT_UNDECIDED)
		return "not ready: the machine crashed, and what became of the dump is not known";
	/* The kernel clears enabled then. */
	if (w->v->finding.meaning == KLOG_RESERVE_FAILED && s->registered != 1)
		return "not ready: no memory could be reserved; see crashkernel= and 'fadump:' in "
		       "the kernel log";
	if (s->enabled != 1)
		return "not ready: fadump is off; add fadump=on to the kernel command line";
	if (s->registered == 1)
		return NULL;
	if (s->mem_reserved == 0)
		return "not ready: no memory could be reserved; see crashkernel= and 'fadump:' in "
		       "the kernel log";
	return "not ready: not registered; run fadump-ng register";
}

/* Is the machine ready for its next crash? The kernel is; the rest is the initramfs. */
static void judge_image(struct view *w)
{
	const struct image_readiness *r = &w->image;
	bool exposed = w->state->have_record && w->state->record.header_exposed;

	if (w->no_capture && strcmp(w->no_capture_image.kernel, r->entry.release) == 0)
		(void)snprintf(w->readiness, sizeof(w->readiness),
			       "not ready: the initramfs cannot capture; build it again (below)");
	else if (r->verdict == IMAGE_UNKNOWN)
		(void)snprintf(w->readiness, sizeof(w->readiness), "unknown: registered, but %s%s",
			       r->why, r->path[0] ? "" : "; is /boot mounted?");
	else if (r->verdict == IMAGE_OTHER_DEFAULT)
		(void)snprintf(w->readiness, sizeof(w->readiness),
			       "not ready: %s; reboot, or make it the default", r->why);
	else if (r->verdict == IMAGE_NO_WAY)
		(void)snprintf(w->readiness, sizeof(w->readiness),
			       "not ready: %s; bring it back, or change target and run %s", r->why,
			       REBUILD);
	else if (r->verdict != IMAGE_GOOD)
		(void)snprintf(w->readiness, sizeof(w->readiness), "not ready: %s; run %s", r->why,
			       REBUILD);
	else
		(void)snprintf(w->readiness, sizeof(w->readiness), "ready: registered%s",
			       exposed ? ", but the next dump may be lost, because this kernel "
					 "gave the page of its fadump header away; reboot when "
					 "convenient"
				       : " for the next crash");
}

static void judge(struct view *w)
{
	const char *why = obstacle(w);

	if (why)
		(void)snprintf(w->readiness, sizeof(w->readiness), "%s", why);
	else
		judge_image(w);
}

/* The image, and what else goes by the configuration as it is now. */
static void look_at_configuration(struct app *app, struct view *w)
{
	struct config_error error;
	struct config c;
	int err = config_load(&app->root, app->config_path, &c, &error);

	if (err == 0 && !w->kernel_ready) {
		/* Unpacking takes time and memory, and would not change the answer. */
		w->image.verdict = IMAGE_UNKNOWN;
	} else if (err == 0) {
		image_judge(&app->root, &c, &w->image);
		log_debug(&app->log, "the initramfs of kernel %s: %s, %s", w->image.entry.release,
			  w->image.path[0] ? w->image.path : "not found",
			  image_word(w->image.verdict));
	}
	if (err == 0) {
		/* After a capture the area is no CMA any more. */
		w->lost_user_pages =
			!w->s->release_mem && user_pages_are_lost(&app->root, c.dump_level);
	}
	if (err == -EINVAL)
		(void)snprintf(w->image.why, sizeof(w->image.why),
			       "the configuration is not valid (line %u: %s); run fadump-ng "
			       "config check",
			       error.line, error.text);
	else if (err < 0)
		(void)snprintf(w->image.why, sizeof(w->image.why),
			       "the configuration cannot be read: %s%s", strerror(-err),
			       rights_advice(err));
	if (err < 0)
		w->image.verdict = IMAGE_UNKNOWN;
	config_deinit(&c);
}

int cmd_status(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	struct state state;
	struct view w = {.state = &state, .v = &state.verdict, .s = &state.verdict.state};
	bool json;
	int err = cmd_only_flag(app, cmd, argc, argv, &json);

	if (err != EXIT_DONE)
		return err;
	err = state_read(&app->root, true, &state);
	if (err < 0) {
		(void)!state_error(&app->log, &state, err);
		state_deinit(&state);
		return cmd_json_error(app, json, EXIT_FAILED);
	}
	w.conflict = conflict_find(&app->root);
	if (overlap_find(&app->root, w.s, &w.overlap) < 0)
		w.overlap.n = 0;
	w.no_capture = no_capture_find(&app->root, &w.no_capture_image) == 0;
	w.kernel_ready = !obstacle(&w);
	look_at_configuration(app, &w);
	if (status_carried_on(&w))
		degraded_find(&app->root, w.s->mem_total > 0 ? (uint64_t)w.s->mem_total : 0,
			      &w.degraded);
	judge(&w);
	if (json)
		status_print_json(&w);
	else
		status_print_text(&w);
	state_deinit(&state);
	return EXIT_DONE;
}
