// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/json.h"
#include "cmd/config.h"
#include "cmd/shelf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct listing {
	json_object *dumps, *missed; /* NULL: text */
	size_t n;
};

static void format_time(int64_t when, char *out, size_t size)
{
	time_t t = (time_t)when;
	struct tm tm;

	if (when <= 0 || !gmtime_r(&t, &tm) || !strftime(out, size, "%Y-%m-%d %H:%M:%SZ", &tm))
		(void)snprintf(out, size, "-");
}

static void format_size(const struct target_entry *e, char *out, size_t size)
{
	if (!e->has_vmcore && !e->has_unproved && !e->has_incomplete)
		(void)snprintf(out, size, "-");
	else if (e->vmcore < 10000000)
		(void)snprintf(out, size, "%llu kB", (unsigned long long)(e->vmcore / 1000));
	else
		(void)snprintf(out, size, "%llu MB", (unsigned long long)(e->vmcore / 1000000));
}

static void print_item(const struct inventory_item *item)
{
	const struct manifest_about *a = &item->m.about;
	char when[32], size[32];

	format_time(a->crashed, when, sizeof(when));
	format_size(&item->entry, size, sizeof(size));
	printf("  %-38s %-20s %-10s %9s  %s%s%s%s%s\n", shelf_printable(item->entry.dir), when,
	       inventory_word(item->state), size, a->release, a->panic[0] ? ": " : "", a->panic,
	       a->policy[0] ? "; no dump: " : "", a->policy);
}

static json_object *item_object(const struct target *t, const struct inventory_item *item)
{
	const struct manifest_about *a = &item->m.about;
	const struct target_entry *e = &item->entry;
	bool dump = e->has_vmcore || e->has_unproved || e->has_incomplete;
	json_object *o = json_object_new_object();

	json_add_text(o, "target", t->text);
	json_add_text(o, "dir", shelf_printable(e->dir));
	json_add_text(o, "state", inventory_word(item->state));
	json_add_bool(o, "mine", item->mine);
	json_add_known(o, "bytes", dump ? (int64_t)e->vmcore : -1);
	json_add_number(o, "used_bytes", e->used);
	json_add_known(o, "crashed", a->crashed ? a->crashed : -1);
	json_add_known(o, "captured", a->captured ? a->captured : -1);
	json_add_known(o, "sequence", a->sequence ? (int64_t)a->sequence : -1);
	json_add_text(o, "host", a->host[0] ? a->host : NULL);
	json_add_text(o, "kernel", a->release[0] ? a->release : NULL);
	json_add_text(o, "panic", a->panic[0] ? a->panic : NULL);
	json_add_text(o, "policy", a->policy[0] ? a->policy : NULL);
	return o;
}

/* As they came; names alone say nothing of that, and a clock may not either. */
static int by_age(const void *left, const void *right)
{
	const struct inventory_item *a = left, *b = right;
	const struct manifest_about *x = &a->m.about, *y = &b->m.about;
	int64_t first = x->captured ? x->captured : x->crashed;
	int64_t second = y->captured ? y->captured : y->crashed;

	if (a->mine && b->mine && x->sequence != y->sequence)
		return x->sequence < y->sequence ? -1 : 1;
	if (first != second)
		return first < second ? -1 : 1;
	return strcmp(a->entry.dir, b->entry.dir);
}

static int list_target(const struct shelf *s, struct target *t, void *ctx)
{
	struct listing *l = ctx;
	struct inventory inv;
	int err = inventory_read(t, &s->owner, true, &inv);
	size_t i;

	if (err < 0) {
		log_error(&s->app->log, "%s: %s", t->text, strerror(-err));
		inventory_deinit(&inv);
		return EXIT_FAILED;
	}
	if (inv.n)
		qsort(inv.items, inv.n, sizeof(*inv.items), by_age);
	if (!l->dumps && inv.n)
		printf("%s\n", t->text);
	for (i = 0; i < inv.n; i++) {
		if (l->dumps)
			json_append(l->dumps, item_object(t, &inv.items[i]));
		else
			print_item(&inv.items[i]);
	}
	if (inv.unreadable)
		log_warning(&s->app->log, "%s: %zu dumps cannot be read; check the file system",
			    t->text, inv.unreadable);
	l->n += inv.n;
	inventory_deinit(&inv);
	return EXIT_DONE;
}

static void missed(void *ctx, const char *url, const char *why)
{
	struct listing *l = ctx;
	json_object *o;

	if (!l->missed)
		return;
	o = json_object_new_object();
	json_add_text(o, "target", url);
	json_add_text(o, "reason", why);
	json_append(l->missed, o);
}

static int list(struct app *app, const struct config *config, bool json)
{
	struct listing l = {.n = 0};
	struct shelf s;
	int status;

	shelf_init(app, config, &s);
	if (json) {
		l.dumps = json_object_new_array();
		l.missed = json_object_new_array();
	}
	status = shelf_each(&s, list_target, missed, &l);
	if (json) {
		json_object *o = json_object_new_object();

		json_add_child(o, "dumps", l.dumps);
		json_add_child(o, "not_examined", l.missed);
		json_add_text(o, "error",
			      status != EXIT_DONE && app->log.error[0] ? app->log.error : NULL);
		json_print(o);
	} else if (l.n == 0 && status == EXIT_DONE) {
		log_info(&app->log, "no dumps");
	}
	return status;
}

int cmd_list(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	struct config config;
	bool json;
	int status = cmd_only_flag(app, cmd, argc, argv, &json);

	if (status != EXIT_DONE)
		return status;
	status = cmd_load_config(app, NULL, &config);
	if (status == EXIT_DONE)
		status = list(app, &config, json);
	else
		(void)cmd_json_error(app, json, status);
	config_deinit(&config);
	return status;
}
