// SPDX-License-Identifier: GPL-2.0-or-later
/* What a manifest says, in words. Whoever wrote it: nothing in it is taken for more than text. */
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/config.h"
#include "cmd/shelf.h"
#include "target/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct showing {
	const char *name;
	bool json;
	unsigned int found;
};

/* A member, found by way of the objects before it; NULL when there is no such thing. */
static json_object *find(json_object *o, const char *outer, const char *key)
{
	json_object *v = NULL;

	if (outer && !json_object_object_get_ex(o, outer, &v))
		return NULL;
	if (outer)
		o = v;
	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
		return NULL;
	return v;
}

static void say_text(const char *label, const char *text)
{
	char line[640], *p;

	(void)snprintf(line, sizeof(line), "%s", text);
	for (p = line; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	printf("  %-12s %s\n", label, line);
}

/* Texts, numbers and booleans, as they are; nothing for what is not there. */
static void say(json_object *o, const char *outer, const char *key, const char *label)
{
	json_object *v = find(o, outer, key);

	if (json_object_is_type(v, json_type_string) || json_object_is_type(v, json_type_int) ||
	    json_object_is_type(v, json_type_boolean))
		say_text(label, json_object_get_string(v));
}

static void say_bytes(json_object *o, const char *outer, const char *key, const char *label)
{
	json_object *v = find(o, outer, key);
	int64_t n = json_object_is_type(v, json_type_int) ? json_object_get_int64(v) : -1;

	if (n >= 0)
		printf("  %-12s %lld bytes (%lld MB)\n", label, (long long)n,
		       (long long)(n / 1000000));
}

static void say_targets(json_object *o)
{
	json_object *list = find(o, NULL, "targets");
	size_t i,
		n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (i = 0; i < n; i++) {
		json_object *one = json_object_array_get_idx(list, i);
		json_object *url = find(one, NULL, "target"), *why = find(one, NULL, "reason");
		bool ok = json_object_get_boolean(find(one, NULL, "ok"));
		char text[1300];

		if (!json_object_is_type(url, json_type_string))
			continue;
		(void)snprintf(text, sizeof(text), "%s: %s%s", json_object_get_string(url),
			       ok ? "ok" : "failed: ",
			       !ok && json_object_is_type(why, json_type_string)
				       ? json_object_get_string(why)
				       : "");
		say_text("target", text);
	}
}

static const char *in_words(enum inventory_state state, const struct manifest *m)
{
	switch (state) {
	case INVENTORY_COMPLETE:
		return "complete";
	case INVENTORY_DAMAGED:
		return "damaged: vmcore has another size than was saved; run fadump-ng verify";
	case INVENTORY_UNPROVED:
		return "unproved: all of it was written to " DUMP_UNPROVED
		       ", and whether it lasts could not be proved; run fadump-ng verify";
	case INVENTORY_INCOMPLETE:
		return "incomplete: it was not finished, or is being written";
	case INVENTORY_LOG:
		return m->complete          ? "log: its dump was deleted"
		       : m->about.policy[0] ? "log: a policy wanted no dump"
					    : "log: no dump could be saved here";
	case INVENTORY_FOREIGN:
		break;
	}
	return "foreign: no manifest";
}

static void print_words(const char *where, const struct inventory_item *item, json_object *o)
{
	printf("%s/%s\n", where, shelf_printable(item->entry.dir));
	say_text("state", in_words(item->state, &item->m));
	say(o, "policy", "why", "no dump");
	say(o, "crash", "time", "crashed");
	say(o, "crash", "panic", "died of");
	say(o, "crash", "release", "kernel");
	say(o, NULL, "host", "host");
	say(o, NULL, "machine", "machine");
	say(o, NULL, "sequence", "crash no.");
	say(o, "crash", "cpus", "CPUs");
	say_bytes(o, "crash", "memory_bytes", "memory");
	say(o, NULL, "captured", "captured");
	say(o, NULL, "stage", "captured in");
	say(o, NULL, "capture_kernel", "by kernel");
	say(o, NULL, "fadump_ng", "fadump-ng");
	say(o, "makedumpfile", "version", "makedumpfile");
	say_bytes(o, "dump", "bytes", "dump");
	say(o, "dump", "level", "dump level");
	say(o, "dump", "compress", "compressed");
	say(o, "dump", "verified", "verified");
	if (find(o, "dump", "digest"))
		say(find(o, NULL, "dump"), "digest", "value", "digest");
	say_targets(o);
}

static void print_json(const char *where, const struct inventory_item *item, json_object *manifest)
{
	json_object *o = json_object_new_object();

	json_add_text(o, "target", where);
	json_add_text(o, "dir", shelf_printable(item->entry.dir));
	json_add_text(o, "state", inventory_word(item->state));
	json_add_child(o, "manifest", json_object_get(manifest));
	json_print(o);
}

static int show_at(const struct shelf *s, struct target *t, const char *where, struct showing *show)
{
	_cleanup_free_ char *text = malloc(MANIFEST_MAX);
	struct inventory_item item;
	json_object *o;
	int err = text ? inventory_look(t, &s->owner, show->name, text, &item) : -ENOMEM;

	if (err == -ENOENT || err == -ENOTDIR || err == -EINVAL)
		return EXIT_DONE;
	if (err < 0) {
		log_error(&s->app->log, "%s/%s: %s", where, shelf_printable(show->name),
			  strerror(-err));
		return EXIT_FAILED;
	}
	/* One object is what --json prints. */
	if (show->found++ && show->json)
		return EXIT_DONE;
	o = item.entry.manifest ? manifest_object(text, item.entry.manifest) : NULL;
	if (show->json)
		print_json(where, &item, o);
	else
		print_words(where, &item, o);
	(void)json_object_put(o);
	return EXIT_DONE;
}

static int show_target(const struct shelf *s, struct target *t, void *ctx)
{
	return show_at(s, t, t->text, ctx);
}

/* A path of this machine's: nothing of a target but the directory that it is in. */
static int show_path(const struct shelf *s, const char *path, struct showing *show)
{
	static const struct url nowhere = {.scheme = URL_FILE};
	_cleanup_free_ char *whole = realpath(path, NULL);
	struct target_ops ops = {.look = directory_look};
	struct target t = {.ops = &ops, .url = &nowhere, .owner = geteuid(), .dir_fd = -1};
	char *name;
	int status;

	if (!whole || !(name = strrchr(whole, '/')) || !name[1])
		return EXIT_DONE;
	*name++ = '\0';
	t.base_fd = open(*whole ? whole : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t.base_fd < 0)
		return EXIT_DONE;
	show->name = name;
	status = show_at(s, &t, whole, show);
	(void)close(t.base_fd);
	return status;
}

static int show(struct app *app, const struct config *config, const char *arg, bool json)
{
	struct showing sh = {.name = arg, .json = json};
	struct shelf s;
	int status;

	shelf_init(app, config, &s);
	status =
		strchr(arg, '/') ? show_path(&s, arg, &sh) : shelf_each(&s, show_target, NULL, &sh);
	if (sh.found)
		return status;
	log_error(&app->log, "%s: no such dump%s; see fadump-ng list", shelf_printable(arg),
		  status == EXIT_DONE ? "" : " at the targets that could be opened");
	return cmd_json_error(app, json, EXIT_FAILED);
}

int cmd_show(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const char *arg = NULL, *value;
	struct config config;
	bool json = false;
	int i = 0, o, status;

	/* Options may stand before and behind the name. */
	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) != -1 || i < argc) {
		if (o == -2)
			return EXIT_USAGE;
		if (o >= 0)
			json = true;
		else if (!arg)
			arg = argv[i++];
		else
			return cmd_usage(app, cmd, "takes one DUMP");
	}
	if (!arg)
		return cmd_usage(app, cmd, "needs one DUMP");
	status = cmd_load_config(app, NULL, &config);
	if (status == EXIT_DONE)
		status = show(app, &config, arg, json);
	else
		(void)cmd_json_error(app, json, status);
	config_deinit(&config);
	return status;
}
