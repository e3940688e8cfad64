// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/status.h"

#include "base/rights.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
	if (status_carried_on(w) && w->s->mem_reserved > 0)
		printf("            this boot captured a dump and carried on; a reboot gives about "
		       "%lld MB back\n",
		       kept);
	if (status_carried_on(w) && !w->s->from_kexec)
		printf("kexec:      do not start another kernel with kexec from this boot: it "
		       "would "
		       "take what the crash left for a new dump; reboot through the firmware\n");
}

/* What a boot that carried on lacks. */
static void print_degraded(const struct degraded *d)
{
	size_t i;

	if (d->no_huge_pages)
		printf("degraded:   huge pages (HugeTLB) are off until the next reboot\n");
	for (i = 0; i < d->limits.n; i++)
		printf("degraded:   %s is %llu, sized for little memory; about %llu after a "
		       "fresh boot\n",
		       d->limits.list[i].name, (unsigned long long)d->limits.list[i].now,
		       (unsigned long long)d->limits.list[i].full);
	for (i = 0; i < d->n_drivers; i++)
		printf("degraded:   %s; a reboot gives it all\n", d->drivers[i]);
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

static void print_image(const struct view *w)
{
	const struct image_readiness *r = &w->image;
	size_t i;

	if (r->verdict == IMAGE_GOOD)
		printf("initramfs:  %s fits this kernel and the configuration\n", r->path);
	else if (r->why[0])
		printf("initramfs:  %s\n", r->why);
	for (i = 0; i < r->n_gone; i++)
		printf("            %s, which it would capture to, is not there\n", r->gone[i]);
	if (w->no_capture)
		printf("initramfs:  that of kernel %s was built without a capture: %s\n"
		       "            when that is mended, run FADUMP_NG_STRICT=1 dracut --force "
		       "--add fadump-ng --kver %s\n",
		       w->no_capture_image.kernel, w->no_capture_image.reason,
		       w->no_capture_image.kernel);
}

void status_print_text(const struct view *w)
{
	const struct fadump_state *s = w->s;
	char line[400];
	size_t i;

	printf("%s\n", w->readiness);
	if (w->v->kind == VERDICT_UNSUPPORTED)
		printf("dump:       %s: %s\n            %s\n", w->state->word, w->state->summary,
		       w->state->advice);
	if (!s->supported)
		return;
	printf("platform:   %s, hotplug %s\n", status_platform(w),
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
	print_degraded(&w->degraded);
	if (w->lost_user_pages)
		printf("user pages: dump-level wants the programs' memory, and with fadump=on part "
		       "of it lies where the firmware writes the dump; boot with fadump=nocma "
		       "instead\n");
	print_last(w);
	print_image(w);
	if (s->kdump_loaded == 1)
		printf("kdump:      a kdump kernel is loaded as well; disable one of them\n");
	if (w->conflict)
		printf("conflict:   %s is enabled as well; run systemctl disable %s\n", w->conflict,
		       w->conflict);
	if (s->append_known && s->append[0])
		printf("appended:   %s\n", s->append);
}
