// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/overlap.h"

#include "base/cleanup.h"
#include "crash/kernel_dump.h"
#include "crash/kmsg.h"
#include "crash/overlap_sources.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define REGION     "/sys/kernel/debug/powerpc/fadump_region"
#define REGION_MAX (64 * KIB)

/* prom_init allocates RTAS below this, on every pseries machine. */
#define PSERIES_LEAST (768 * MIB)

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* Where the two meet; false: nowhere. */
static bool meet(const struct overlap_range *a, uint64_t from, uint64_t to,
		 struct overlap_range *out)
{
	*out = (struct overlap_range){
		.what = a->what,
		.from = a->from > from ? a->from : from,
		.to = a->to < to ? a->to : to,
	};
	return out->from < out->to;
}

/* The lowest address of a line like "CPU :[0x20000000-..." or "DUMP: Src: 0x0, Dest: 0x20010000".
 */
static uint64_t address_of(const char *line, const char *end)
{
	const char *p = memmem(line, (size_t)(end - line), "Dest: 0x", 8);
	uint64_t value = 0;

	if (p)
		p += 8;
	else if ((p = memmem(line, (size_t)(end - line), ":[0x", 4)))
		p += 4;
	else
		return 0;
	for (; p < end && value >> 60 == 0; p++) {
		if (*p >= '0' && *p <= '9')
			value = value << 4 | (uint64_t)(*p - '0');
		else if (*p >= 'a' && *p <= 'f')
			value = value << 4 | (uint64_t)(*p - 'a' + 10);
		else
			break;
	}
	return value;
}

int overlap_parse_region(const char *text, size_t len, uint64_t *from)
{
	const char *p = text, *end = text + len;
	uint64_t least = 0;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;
		uint64_t addr = address_of(p, stop);

		if (addr && (!least || addr < least))
			least = addr;
		p = nl ? nl + 1 : end;
	}
	if (!least)
		return -EINVAL;
	*from = least;
	return 0;
}

/* debugfs says it as long as it is mounted; the kernel's log, as long as it remembers. */
static int find_start(const struct root *root, const struct fadump_state *state, uint64_t *from)
{
	_cleanup_free_ char *text = NULL;
	struct klog_finding said;
	struct kernel_dump tree;
	size_t len;

	if (state->release_mem && kernel_dump_read(root, &tree) == 0 && tree.reserved_at) {
		*from = tree.reserved_at;
		return 0;
	}
	if (root_read(root, REGION, REGION_MAX, &text, &len) == 0 &&
	    overlap_parse_region(text, len, from) == 0)
		return 0;
	if (kmsg_scan(root, &said) < 0 || !said.reserved_at)
		return -ENODATA;
	*from = said.reserved_at;
	return 0;
}

int overlap_find(const struct root *root, const struct fadump_state *state, struct overlap *out)
{
	struct overlap_range there[OVERLAP_SOURCES];
	struct overlap o = {.area = {.what = "area"}};
	uint64_t top = 0;
	size_t i, n;
	int err;

	if (state->mem_reserved <= 0)
		return -ENODATA;
	err = find_start(root, state, &o.area.from);
	if (err < 0)
		return err;
	o.area.to = o.area.from + (uint64_t)state->mem_reserved;
	n = overlap_sources(root, there);
	for (i = 0; i < n; i++) {
		struct overlap_range both;

		if (!meet(&there[i], o.area.from, o.area.to, &both))
			continue;
		o.ranges[o.n++] = there[i];
		top = there[i].to > top ? there[i].to : top;
	}
	if (o.n)
		o.boot_memory = round_up(top, 16 * MIB);
	if (o.n && state->platform == FADUMP_PLATFORM_PSERIES && o.boot_memory < PSERIES_LEAST)
		o.boot_memory = PSERIES_LEAST;
	*out = o;
	return 0;
}

/* moved: how far the firmware had copied it. */
static void add_lost(struct overlap *o, const struct overlap_range *r, uint64_t moved,
		     uint64_t page_size)
{
	uint64_t from = r->from - moved, to = r->to - moved;

	if (o->n == OVERLAP_MAX)
		return;
	o->ranges[o->n++] = (struct overlap_range){
		.what = r->what,
		.from = from / page_size * page_size,
		.to = round_up(to, page_size),
	};
}

/* Of one thing that lies in this boot's memory: what it lies on. */
static void find_lost(struct overlap *o, const struct overlap_range *r,
		      const struct kernel_dump *tree, uint64_t page_size)
{
	uint64_t area_end = tree->reserved_at;
	struct overlap_range both;
	size_t i;

	for (i = 0; i < tree->n_boot; i++) {
		const struct kernel_dump_copy *c = &tree->boot[i];

		if (meet(r, c->destination, c->destination + c->size, &both))
			add_lost(o, &both, c->destination - c->source, page_size);
		if (c->destination + c->size > area_end)
			area_end = c->destination + c->size;
	}
	/* Memory that stayed where it was. The crashed kernel had the same RTAS there. */
	if (strcmp(r->what, "RTAS") == 0)
		return;
	if (meet(r, tree->boot_end, tree->reserved_at, &both))
		add_lost(o, &both, 0, page_size);
	if (meet(r, area_end > tree->boot_end ? area_end : tree->boot_end, UINT64_MAX, &both))
		add_lost(o, &both, 0, page_size);
}

int overlap_find_lost(const struct root *root, uint64_t page_size, struct overlap *out)
{
	struct overlap_range there[OVERLAP_SOURCES];
	struct overlap o = {.n = 0};
	struct kernel_dump tree;
	uint64_t top = 0;
	size_t i, n;
	int err = kernel_dump_read(root, &tree);

	if (err < 0 || page_size == 0)
		return err < 0 ? err : -EINVAL;
	n = overlap_sources(root, there);
	for (i = 0; i < n; i++) {
		size_t before = o.n;

		find_lost(&o, &there[i], &tree, page_size);
		if (o.n > before && there[i].to > top)
			top = there[i].to;
	}
	if (o.n)
		o.boot_memory = top > PSERIES_LEAST ? round_up(top, 16 * MIB) : PSERIES_LEAST;
	*out = o;
	return 0;
}

void overlap_format(const struct overlap *o, size_t i, char *buf, size_t size)
{
	const struct overlap_range *r = &o->ranges[i];

	(void)snprintf(buf, size,
		       "%s (0x%llx to 0x%llx) lies in the area that fadump reserves (0x%llx to "
		       "0x%llx): it may be overwritten, so that a crash leaves no dump, or lie on "
		       "pages of a dump; boot with crashkernel=%lluM or more",
		       r->what, (unsigned long long)r->from, (unsigned long long)r->to,
		       (unsigned long long)o->area.from, (unsigned long long)o->area.to,
		       (unsigned long long)(o->boot_memory / MIB));
}
