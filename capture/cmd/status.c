// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/json.h"
#include "base/rights.h"
#include "crash/conflict.h"
#include "crash/overlap.h"
#include "image/no_capture.h"
#include "run/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct view {
	const struct state *state;
	const struct verdict *v;      /* of state */
	const struct fadump_state *s; /* of state */
	struct overlap overlap;
	const char *conflict; /* another service that is enabled; NULL */
	struct no_capture image;
	bool no_capture; /* image is set */
};

/* A boot that captured does not get the whole of the preserved area back until the next reboot. */
static bool carried_on(const struct view *w)
{
	return w->s->release_mem && w->v->kind == VERDICT_NONE;
}

/* Is the machine ready for its next crash? One sentence with what to do. */
static const char *readiness(const struct view *w)
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
	if (w->no_capture)
		return "not ready: an initramfs cannot capture; build it again (below)";
	if (s->registered == 1 && w->state->have_record && w->state->record.header_exposed)
		return "ready: registered, but the next dump may be lost, because this kernel gave "
		       "the page of its fadump header away; reboot when convenient";
	if (s->registered == 1)
		return "ready: registered for the next crash";
	if (s->mem_reserved == 0)
		return "not ready: no memory could be reserved; see crashkernel= and 'fadump:' in "
		       "the kernel log";
	return "not ready: not registered; run fadump-ng register";
}

static const char *platform_word(enum fadump_platform p)
{
	switch (p) {
	case FADUMP_PLATFORM_PSERIES:
		return "pseries";
	case FADUMP_PLATFORM_POWERNV:
		return "powernv";
	case FADUMP_PLATFORM_NONE:
		break;
	}
	return "none";
}

/* r: NULL when no capture ran in this boot. */
static void add_last(json_object *o, const struct record *r)
{
	json_add_text(o, "last_capture", r ? r->outcome : NULL);
	json_add_text(o, "last_target", r && r->target[0] ? r->target : NULL);
	json_add_text(o, "last_dump", r && r->dir[0] ? r->dir : NULL);
	json_add_text(o, "last_policy", r && r->policy[0] ? r->policy : NULL);
	json_add_text(o, "last_failure", r && r->reason[0] ? r->reason : NULL);
}

static void add_overlap(json_object *o, const struct overlap *overlap)
{
	json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < overlap->n; i++) {
		const struct overlap_range *r = &overlap->ranges[i];
		json_object *item = json_object_new_object();

		json_add_text(item, "what", r->what);
		json_add_number(item, "address", r->from);
		json_add_number(item, "bytes", r->to - r->from);
		json_append(list, item);
	}
	json_add_child(o, "in_reserved_area", list);
	json_add_known(o, "crashkernel_at_least", overlap->n ? (int64_t)overlap->boot_memory : -1);
}

static void print_json(const struct view *w)
{
	const struct fadump_state *s = w->s;
	json_object *o = json_object_new_object();

	json_add_bool(o, "ready", strncmp(readiness(w), "ready", 5) == 0);
	json_add_text(o, "readiness", readiness(w));
	json_add_text(o, "platform", platform_word(s->platform));
	json_add_bool(o, "supported", s->supported);
	json_add_tristate(o, "enabled", s->enabled);
	json_add_tristate(o, "registered", s->registered);
	json_add_bool(o, "hotplug_ready", s->hotplug_ready);
	json_add_bool(o, "capture_boot", s->release_mem);
	json_add_bool(o, "dump_active",
		      w->v->kind == VERDICT_DUMP || w->v->kind == VERDICT_BAD_CORE);
	json_add_text(o, "state", w->state->word);
	json_add_text(o, "verdict", verdict_word(w->v->kind));
	json_add_text(o, "summary", w->state->summary);
	json_add_text(o, "advice", *w->state->advice ? w->state->advice : NULL);
	json_add_text(o, "kernel_said",
		      w->v->finding.meaning != KLOG_NOTHING ? w->v->finding.line : NULL);
	json_add_known(o, "mem_total_bytes", s->mem_total);
	json_add_known(o, "mem_reserved_bytes", s->mem_reserved);
	json_add_bool(o, "reboot_gives_memory_back", carried_on(w));
	json_add_bool(o, "header_page_exposed",
		      w->state->have_record && w->state->record.header_exposed);
	add_overlap(o, &w->overlap);
	json_add_tristate(o, "kdump_loaded", s->kdump_loaded);
	json_add_text(o, "conflict", w->conflict);
	json_add_text(o, "no_capture_kernel", w->no_capture ? w->image.kernel : NULL);
	json_add_text(o, "no_capture_reason", w->no_capture ? w->image.reason : NULL);
	json_add_text(o, "bootargs_append", s->append_known ? s->append : NULL);
	add_last(o, w->state->have_record ? &w->state->record : NULL);
	json_print(o);
}

static void print_memory(const struct view *w)
{
	long long total = w->s->mem_total / 1000000, kept = w->s->mem_reserved / 1000000;

	if (w->s->mem_total < 0)
		return;
	if (w->s->mem_reserved <= 0)
		printf("memory:     %lld MB\n", total);
	else if (w->s->release_mem)
		printf("memory:     %lld MB, and %lld MB kept for the next crash\n", total, kept);
	else
		printf("memory:     %lld MB, of which the %lld MB kept for a crash hold movable "
		       "pages meanwhile\n",
		       total, kept);
	if (carried_on(w) && w->s->mem_reserved > 0)
		printf("            this boot captured a dump and carried on; a reboot gives about "
		       "%lld MB back\n",
		       kept);
	if (carried_on(w) && !w->s->from_kexec)
		printf("kexec:      do not start another kernel with kexec from this boot: it "
		       "would "
		       "take what the crash left for a new dump; reboot through the firmware\n");
}

static void print_last(const struct view *w)
{
	const struct record *r = &w->state->record;
	const char *released = r->released ? ", memory released" : "";
	int err = w->state->record_error;

	if (err == -EACCES || err == -EPERM)
		printf("last dump:  %s: %s%s\n", RECORD_PATH, strerror(-err), rights_advice(err));
	if (!w->state->have_record)
		return;
	printf("last dump:  %s", r->outcome);
	if (r->target[0])
		printf(", %s in %s, %llu bytes%s", r->dir, r->target, (unsigned long long)r->size,
		       released);
	else if (r->policy[0])
		printf(", its log alone, as %s says, %s in %s%s", r->policy, r->log_dir,
		       r->log_target, released);
	else if (r->reason[0])
		printf(": %s", r->reason);
	printf("\n");
}

static void print_text(const struct view *w)
{
	const struct fadump_state *s = w->s;
	char line[400];
	size_t i;

	printf("%s\n", readiness(w));
	if (w->v->kind == VERDICT_UNSUPPORTED)
		printf("dump:       %s: %s\n            %s\n", w->state->word, w->state->summary,
		       w->state->advice);
	if (!s->supported)
		return;
	printf("platform:   %s, hotplug %s\n", platform_word(s->platform),
	       s->hotplug_ready ? "handled by the kernel" : "needs registering again");
	printf("dump:       %s: %s\n", w->state->word, w->state->summary);
	if (*w->state->advice && w->v->kind != VERDICT_NONE)
		printf("            %s\n", w->state->advice);
	if (w->v->finding.meaning != KLOG_NOTHING)
		printf("kernel:     %s\n            %s\n            %s\n", w->v->finding.line,
		       w->v->finding.why, w->v->finding.advice);
	for (i = 0; i < w->overlap.n; i++) {
		overlap_format(&w->overlap, i, line, sizeof(line));
		printf("reserved:   %s\n", line);
	}
	print_memory(w);
	print_last(w);
	if (w->no_capture)
		printf("initramfs:  that of kernel %s was built without a capture: %s\n"
		       "            when that is mended, run FADUMP_NG_STRICT=1 dracut --force "
		       "--add fadump-ng --kver %s\n",
		       w->image.kernel, w->image.reason, w->image.kernel);
	if (s->kdump_loaded == 1)
		printf("kdump:      a kdump kernel is loaded as well; disable one of them\n");
	if (w->conflict)
		printf("conflict:   %s is enabled as well; run systemctl disable %s\n", w->conflict,
		       w->conflict);
	if (s->append_known && s->append[0])
		printf("appended:   %s\n", s->append);
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
	w.no_capture = no_capture_find(&app->root, &w.image) == 0;
	if (json)
		print_json(&w);
	else
		print_text(&w);
	state_deinit(&state);
	return EXIT_DONE;
}
