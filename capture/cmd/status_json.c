// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/status.h"

#include "base/json.h"

#include <string.h>

/* r: NULL when no capture ran in this boot. */
static void add_last(json_object *o, const struct record *r)
{
	json_add_text(o, "last_capture", r ? r->outcome : NULL);
	json_add_text(o, "last_target", r && r->target[0] ? r->target : NULL);
	json_add_text(o, "last_dump", r && r->dir[0] ? r->dir : NULL);
	json_add_text(o, "last_policy", r && r->policy[0] ? r->policy : NULL);
	json_add_text(o, "last_failure", r && r->reason[0] ? r->reason : NULL);
}

static void add_image(json_object *o, const struct image_readiness *r)
{
	json_object *image = json_object_new_object(), *gone = json_object_new_array();
	size_t i;

	for (i = 0; i < r->n_gone; i++)
		json_append(gone, json_object_new_string(r->gone[i]));
	json_add_text(image, "path", r->path[0] ? r->path : NULL);
	json_add_text(image, "state", image_word(r->verdict));
	json_add_text(image, "reason", r->why[0] ? r->why : NULL);
	json_add_child(image, "gone", gone);
	json_add_text(image, "default_kernel",
		      r->entry.other_default[0] ? r->entry.other_default : NULL);
	json_add_child(o, "image", image);
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

static void add_degraded(json_object *o, const struct degraded *d)
{
	json_object *limits = json_object_new_array(), *drivers = json_object_new_array();
	size_t i;

	for (i = 0; i < d->limits.n; i++) {
		json_object *item = json_object_new_object();

		json_add_text(item, "name", d->limits.list[i].name);
		json_add_number(item, "now", d->limits.list[i].now);
		json_add_number(item, "fresh_boot", d->limits.list[i].full);
		json_append(limits, item);
	}
	for (i = 0; i < d->n_drivers; i++)
		json_append(drivers, json_object_new_string(d->drivers[i]));
	json_add_child(o, "degraded_limits", limits);
	json_add_child(o, "degraded_adapters", drivers);
	json_add_bool(o, "huge_pages_off", d->no_huge_pages);
}

void status_print_json(const struct view *w)
{
	const struct fadump_state *s = w->s;
	json_object *o = json_object_new_object();

	json_add_bool(o, "ready", strncmp(w->readiness, "ready", 5) == 0);
	json_add_text(o, "readiness", w->readiness);
	json_add_bool(o, "kernel_ready", w->kernel_ready);
	add_image(o, &w->image);
	json_add_text(o, "platform", status_platform(w));
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
	json_add_bool(o, "reboot_gives_memory_back", status_carried_on(w));
	add_degraded(o, &w->degraded);
	json_add_bool(o, "user_pages_lost", w->lost_user_pages);
	json_add_bool(o, "header_page_exposed",
		      w->state->have_record && w->state->record.header_exposed);
	add_overlap(o, &w->overlap);
	json_add_tristate(o, "kdump_loaded", s->kdump_loaded);
	json_add_text(o, "conflict", w->conflict);
	json_add_text(o, "no_capture_kernel", w->no_capture ? w->no_capture_image.kernel : NULL);
	json_add_text(o, "no_capture_reason", w->no_capture ? w->no_capture_image.reason : NULL);
	json_add_text(o, "bootargs_append", s->append_known ? s->append : NULL);
	add_last(o, w->state->have_record ? &w->state->record : NULL);
	json_print(o);
}
