// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/json.h"
#include "base/rights.h"
#include "crash/conflict.h"
#include "crash/verdict.h"
#include "run/record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct view {
	const struct verdict *v;
	const struct fadump_state *s;
	struct record record;
	bool have_record;
	const char *conflict; /* another service that is enabled; NULL */
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
	if (w->v->kind == VERDICT_DUMP || w->v->kind == VERDICT_BAD_CORE ||
	    w->v->kind == VERDICT_NO_VMCORE)
		return "not ready: the dump of the last crash is still in memory";
	if (w->v->kind == VERDICT_FADUMP_OFF)
		return "not ready: a capture boot with fadump off; reboot with fadump=on";
	/* The kernel clears enabled then. */
	if (w->v->finding.meaning == KLOG_RESERVE_FAILED && s->registered != 1)
		return "not ready: no memory could be reserved; see crashkernel= and 'fadump:' in "
		       "the kernel log";
	if (s->enabled != 1)
		return "not ready: fadump is off; add fadump=on to the kernel command line";
	if (s->registered == 1 && w->have_record && w->record.header_exposed)
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
	json_add_text(o, "verdict", verdict_word(w->v->kind));
	json_add_text(o, "summary", w->v->summary);
	json_add_text(o, "kernel_said",
		      w->v->finding.meaning != KLOG_NOTHING ? w->v->finding.line : NULL);
	json_add_known(o, "mem_total_bytes", s->mem_total);
	json_add_known(o, "mem_reserved_bytes", s->mem_reserved);
	json_add_bool(o, "reboot_gives_memory_back", carried_on(w));
	json_add_bool(o, "header_page_exposed", w->have_record && w->record.header_exposed);
	json_add_tristate(o, "kdump_loaded", s->kdump_loaded);
	json_add_text(o, "conflict", w->conflict);
	json_add_text(o, "bootargs_append", s->append_known ? s->append : NULL);
	json_add_text(o, "last_capture", w->have_record ? w->record.outcome : NULL);
	json_add_text(o, "last_target",
		      w->have_record && w->record.target[0] ? w->record.target : NULL);
	json_add_text(o, "last_dump", w->have_record && w->record.dir[0] ? w->record.dir : NULL);
	json_add_text(o, "last_policy",
		      w->have_record && w->record.policy[0] ? w->record.policy : NULL);
	json_add_text(o, "last_failure",
		      w->have_record && w->record.reason[0] ? w->record.reason : NULL);
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
}

static void print_last(const struct view *w)
{
	if (!w->have_record)
		return;
	printf("last dump:  %s", w->record.outcome);
	if (w->record.target[0])
		printf(", %s in %s, %llu bytes%s", w->record.dir, w->record.target,
		       (unsigned long long)w->record.size,
		       w->record.released ? ", memory released" : "");
	else if (w->record.policy[0])
		printf(", its log alone, as %s says, %s in %s%s", w->record.policy,
		       w->record.log_dir, w->record.log_target,
		       w->record.released ? ", memory released" : "");
	else if (w->record.reason[0])
		printf(": %s", w->record.reason);
	printf("\n");
}

static void print_text(const struct view *w)
{
	const struct fadump_state *s = w->s;

	printf("%s\n", readiness(w));
	if (!s->supported)
		return;
	printf("platform:   %s, hotplug %s\n", platform_word(s->platform),
	       s->hotplug_ready ? "handled by the kernel" : "needs registering again");
	printf("dump:       %s: %s\n", verdict_word(w->v->kind), w->v->summary);
	if (*w->v->advice && w->v->kind != VERDICT_NONE)
		printf("            %s\n", w->v->advice);
	if (w->v->finding.meaning != KLOG_NOTHING)
		printf("kernel:     %s\n            %s\n            %s\n", w->v->finding.line,
		       w->v->finding.why, w->v->finding.advice);
	print_memory(w);
	print_last(w);
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
	struct verdict v = {0};
	struct view w = {.v = &v, .s = &v.state};
	bool json;
	int err = cmd_only_flag(app, cmd, argc, argv, &json);

	if (err != EXIT_DONE)
		return err;
	err = verdict_judge(&app->root, &v);
	if (err < 0) {
		log_error(&app->log, "cannot read the fadump state: %s%s", verdict_error(&v, err),
			  rights_advice(err));
		verdict_deinit(&v);
		return cmd_json_error(app, json, EXIT_FAILED);
	}
	w.conflict = conflict_find(&app->root);
	w.have_record = record_read(&app->root, &w.record) == 0;
	if (json)
		print_json(&w);
	else
		print_text(&w);
	verdict_deinit(&v);
	return EXIT_DONE;
}
