// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/inventory.h"

#include "base/cleanup.h"
#include "base/confined.h"
#include "run/identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_SIZE   MIB
#define PARSE_MS     INT64_C(20000)
#define PARSE_MEMORY (16 * MIB)

void owner_init(const struct root *root, struct owner *out)
{
	identity_host(root, out->host, sizeof(out->host));
	identity_machine(root, out->machine, sizeof(out->machine));
}

bool owner_has(const struct owner *o, const struct manifest_about *a, bool shared)
{
	if (o->machine[0] && a->machine[0])
		return strcmp(o->machine, a->machine) == 0;
	/* Names of hosts are not enough where other machines write, too. */
	return !shared && a->host[0] && strcmp(o->host, a->host) == 0;
}

/* Whatever `naming` says now: a name begins with the host's, or with a date. */
static bool could_be_mine(const struct owner *who, const char *name)
{
	size_t n = strcspn(who->host, ".");

	return (strncmp(name, who->host, n) == 0 && name[n] == '-') ||
	       (name[0] >= '0' && name[0] <= '9');
}

static enum inventory_state state_of(const struct inventory_item *item)
{
	const struct target_entry *e = &item->entry;

	if (!e->manifest)
		return INVENTORY_FOREIGN;
	if (!e->has_vmcore)
		return e->has_unproved     ? INVENTORY_UNPROVED
		       : e->has_incomplete ? INVENTORY_INCOMPLETE
					   : INVENTORY_LOG;
	return item->m.complete && item->m.bytes != e->vmcore ? INVENTORY_DAMAGED
							      : INVENTORY_COMPLETE;
}

struct text {
	const char *buf;
	size_t len;
};

static int parse(void *ctx, int fd, int out)
{
	const struct text *t = ctx;
	struct manifest m;
	int err = manifest_parse(t->buf, t->len, &m);

	(void)fd;
	if (err == 0)
		confined_say(out, &m, sizeof(m));
	return err;
}

/* Text that others may have written, by a library that a lack of memory can crash. -EINVAL: it is
 * no manifest; another error: nobody knows. */
static int parse_confined(const char *buf, size_t len, struct manifest *out)
{
	struct text text = {.buf = buf, .len = len};
	const struct confined_spec spec = {
		.work = parse,
		.ctx = &text,
		.fd = -1,
		.deadline_ms = PARSE_MS,
		.memory = PARSE_MEMORY,
	};
	struct confined_result how;
	unsigned char answer[sizeof(*out)];
	int err = confined_run(&spec, answer, sizeof(answer), &how);

	if (err < 0 || how.error < 0)
		return err < 0 ? err : how.error;
	if (how.len != sizeof(answer) || answer[offsetof(struct manifest, complete)] > 1 ||
	    answer[offsetof(struct manifest, unproved)] > 1 ||
	    answer[offsetof(struct manifest, have_digest)] > 1)
		return -EBADMSG;
	memcpy(out, answer, sizeof(answer));
	manifest_clean(out);
	return 0;
}

int inventory_look(struct target *t, const struct owner *who, const char *name, char *text,
		   struct inventory_item *item)
{
	int err;

	*item = (struct inventory_item){.mine = false};
	err = target_look(t, name, &item->entry, text, MANIFEST_MAX);
	if (err < 0)
		return err;
	err = item->entry.manifest ? parse_confined(text, item->entry.manifest, &item->m) : 0;
	if (err < 0 && err != -EINVAL)
		return err;
	if (err < 0)
		item->entry.manifest = 0;
	item->state = state_of(item);
	item->mine = item->entry.manifest && item->entry.own &&
		     owner_has(who, &item->m.about, t->shared);
	return 0;
}

static int look_through(struct target *t, const struct owner *who, bool all, const char *names,
			size_t len, char *text, struct inventory *inv)
{
	struct inventory_item item, *grown;
	const char *name;
	int err;

	for (name = names; name < names + len; name += strlen(name) + 1) {
		if (!all && !could_be_mine(who, name))
			continue;
		if (!all && inv->n == INVENTORY_MAX)
			return -E2BIG;
		err = inventory_look(t, who, name, text, &item);
		/* Gone meanwhile, or not to be entered: none of ours. */
		if (err == -ENOENT || err == -ENOTDIR || err == -EACCES || err == -EPERM)
			continue;
		/* It stays, and the others are still in order. */
		if (err == -EIO || err == -ESTALE) {
			inv->unreadable++;
			continue;
		}
		if (err < 0)
			return err;
		if (inv->n % 64 == 0) {
			grown = realloc(inv->items, (inv->n + 64) * sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			inv->items = grown;
		}
		inv->items[inv->n++] = item;
	}
	return 0;
}

int inventory_read(struct target *t, const struct owner *who, bool all, struct inventory *out)
{
	_cleanup_free_ char *names = malloc(NAMES_SIZE), *text = malloc(MANIFEST_MAX);
	size_t len;
	int err;

	*out = (struct inventory){.items = NULL};
	if (!names || !text)
		return -ENOMEM;
	err = target_list(t, names, NAMES_SIZE, &len);
	return err < 0 ? err : look_through(t, who, all, names, len, text, out);
}

void inventory_deinit(struct inventory *inv)
{
	free(inv->items);
	*inv = (struct inventory){.items = NULL};
}

const char *inventory_word(enum inventory_state state)
{
	static const char *const words[] = {
		[INVENTORY_FOREIGN] = "foreign",       [INVENTORY_LOG] = "log",
		[INVENTORY_INCOMPLETE] = "incomplete", [INVENTORY_DAMAGED] = "damaged",
		[INVENTORY_COMPLETE] = "complete",     [INVENTORY_UNPROVED] = "unproved",
	};

	return words[state];
}

int inventory_choices(const struct inventory *inv, uint64_t held_id, struct choice **out, size_t *n)
{
	struct choice *c = calloc(inv->n ? inv->n : 1, sizeof(*c));
	size_t i, used = 0;

	if (!c)
		return -ENOMEM;
	for (i = 0; i < inv->n; i++) {
		const struct inventory_item *item = &inv->items[i];

		/* Without a number it is in no row: those before it could not be looked through
		 * when it was saved, or it was a rehearsal. It stays. */
		if (!item->mine || !item->m.about.sequence)
			continue;
		c[used++] = (struct choice){
			.sequence = item->m.about.sequence,
			.crashed = item->m.about.crashed,
			.name = item->entry.dir,
			.index = i,
			.dump = item->entry.has_vmcore || item->entry.has_unproved,
			.unproved = item->state == INVENTORY_UNPROVED,
			.held = held_id && item->m.about.dump_id == held_id,
		};
	}
	choose_sort(c, used);
	*out = c;
	*n = used;
	return 0;
}

uint64_t inventory_sequence(const struct inventory *inv, uint64_t dump_id)
{
	uint64_t last = 0;
	size_t i;

	for (i = 0; i < inv->n; i++) {
		const struct manifest_about *a = &inv->items[i].m.about;

		if (!inv->items[i].mine)
			continue;
		if (a->sequence && a->dump_id == dump_id)
			return a->sequence;
		if (a->sequence > last)
			last = a->sequence;
	}
	return last + 1;
}

bool inventory_taken(const struct inventory *inv, const char *dir, uint64_t dump_id)
{
	size_t i;

	for (i = 0; i < inv->n; i++)
		if (strcmp(inv->items[i].entry.dir, dir) == 0)
			return inv->items[i].entry.manifest &&
			       inv->items[i].m.about.dump_id != dump_id;
	return false;
}
