// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"
#include "cmd/config.h"

#include "base/cleanup.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/load.h"
#include "crash/user_pages.h"
#include "dump/makedumpfile.h"
#include "image/mark.h"
#include "run/limits.h"
#include "target/locate.h"
#include "target/url.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *cmd_config_name(const struct app *app, const char *file)
{
	if (file)
		return file;
	return app->config_path ? app->config_path : CONFIG_PATH;
}

int cmd_load_config(struct app *app, const char *file, struct config *out)
{
	const char *path = file ? file : app->config_path, *name = cmd_config_name(app, file);
	struct config_error error;
	int r = config_load(&app->root, path, out, &error);

	if (r == 0)
		return EXIT_DONE;
	if (r == -EINVAL)
		log_error(&app->log, "%s:%u: %s", name, error.line, error.text);
	else
		log_error(&app->log, "%s: %s", name, strerror(-r));
	return r == -EINVAL ? EXIT_INVALID : EXIT_FAILED;
}

void cmd_say_target(struct app *app, const char *name, const struct config_target *t,
		    const char *what)
{
	if (t->line)
		log_error(&app->log, "%s:%u: target %s: %s", name, t->line, t->url, what);
	else
		log_error(&app->log, "%s: target %s: %s", name, t->url, what);
}

int cmd_parse_target(struct app *app, const char *name, const struct config_target *t,
		     struct url *out)
{
	const char *why = NULL;
	int r = url_parse(t->url, out, &why);

	if (r == 0)
		return EXIT_DONE;
	cmd_say_target(app, name, t, r == -EINVAL ? why : strerror(-r));
	return r == -EINVAL ? EXIT_INVALID : EXIT_FAILED;
}

static int validate_options(struct app *app, const char *name, const struct config *c)
{
	char why[200];
	int r = mdf_check_extra(c->makedumpfile_options, why, sizeof(why));

	if (r == -EINVAL)
		log_error(&app->log, "%s: makedumpfile-options: %s", name, why);
	else if (r < 0)
		log_error(&app->log, "%s: %s", name, strerror(-r));
	else if (*why)
		log_warning(&app->log, "%s: makedumpfile-options: %s", name, why);
	if (r == 0)
		return EXIT_DONE;
	return r == -EINVAL ? EXIT_INVALID : EXIT_FAILED;
}

/* What does not go together with how this machine is set up. */
static void warn_of_machine(struct app *app, const char *name, const struct config *c)
{
	const char *huge = limits_huge_pages(&app->root);

	if (user_pages_are_lost(&app->root, c->dump_level))
		log_warning(&app->log,
			    "%s: dump-level = %d keeps the programs' memory, and with fadump=on "
			    "part of it lies where the firmware writes the dump, and is lost; boot "
			    "with fadump=nocma instead, or add 8 to dump-level",
			    name, c->dump_level);
	if (huge && c->on_success == CONFIG_ACTION_CONTINUE)
		log_warning(&app->log,
			    "%s: this machine is set up for huge pages (%s), and a boot that "
			    "carries on after a capture has none until the next reboot; set "
			    "on-success = reboot",
			    name, huge);
}

static int validate(struct app *app, const char *file, const struct config *c)
{
	const char *name = cmd_config_name(app, file);
	int status = EXIT_DONE;
	struct url url;
	size_t i;

	for (i = 0; i < c->n_targets && status == EXIT_DONE; i++) {
		status = cmd_parse_target(app, name, &c->targets[i], &url);
		if (status == EXIT_DONE)
			url_deinit(&url);
	}
	if (status == EXIT_DONE)
		status = cmd_check_network(app, name, c);
	if (status == EXIT_DONE)
		status = cmd_check_remote(app, name, c);
	if (status == EXIT_DONE) {
		cmd_warn_past(app, name, c);
		warn_of_machine(app, name, c);
	}
	return status == EXIT_DONE ? validate_options(app, name, c) : status;
}

static int check(struct app *app, const char *file)
{
	struct config c;
	int status = cmd_load_config(app, file, &c);

	if (status == EXIT_DONE)
		status = validate(app, file, &c);
	if (status == EXIT_DONE && app->log.level >= LOG_LEVEL_INFO)
		printf("%s: ok, %zu target%s\n", cmd_config_name(app, file), c.n_targets,
		       c.n_targets == 1 ? "" : "s");
	config_deinit(&c);
	return status;
}

/* Where a file target lies. EXIT_DONE and *out, or an exit status after one line of error. */
static int locate(struct app *app, const char *name, const struct config_target *t,
		  const struct url *u, struct location *out)
{
	const char *device = url_option(u, "device");
	char text[400], reason[300] = "";
	int r = device ? location_of_device(&app->root, device, out)
		       : location_find(&app->root, u->path, out, reason, sizeof(reason));

	if (r == 0)
		return EXIT_DONE;
	(void)snprintf(text, sizeof(text), "%s%s", *reason ? reason : strerror(-r),
		       r == -ENOTBLK ? "; name a device that it can, as in "
				       "file:///crash?device=UUID=..."
				     : "");
	cmd_say_target(app, name, t, text);
	return EXIT_FAILED;
}

/* Name the device that a target is on, unless it is named already. 0 or -errno with *why. */
static int name_device(struct url *u, struct location *l, const char **why)
{
	int r;

	if (url_option(u, "device"))
		return 0;
	free(u->path);
	u->path = take_ptr(&l->path);
	r = url_add_option(u, "device", l->device, why);
	if (r == 0)
		r = url_add_option(u, "fstype", l->fstype, why);
	if (r == 0 && l->subvol)
		r = url_add_option(u, "subvol", l->subvol, why);
	return r;
}

/* The URL that finds a target's place from an initramfs; the caller frees it. */
static int resolve_target(struct app *app, const char *name, const struct config_target *t,
			  char **out)
{
	const char *why = NULL;
	struct location l;
	struct url u;
	int status = cmd_parse_target(app, name, t, &u);

	if (status != EXIT_DONE)
		return status;
	if (u.scheme != URL_FILE) {
		url_deinit(&u);
		*out = strdup(t->url);
		return *out ? EXIT_DONE : EXIT_FAILED;
	}
	status = locate(app, name, t, &u, &l);
	if (status == EXIT_DONE) {
		if (name_device(&u, &l, &why) == 0)
			*out = url_format(&u);
		if (*out && strlen(*out) > URL_MAX) {
			free(*out);
			*out = NULL;
			why = "longer than 511 bytes with its device";
		}
		if (!*out) {
			cmd_say_target(app, name, t, why ? why : strerror(ENOMEM));
			status = EXIT_FAILED;
		}
		location_deinit(&l);
	}
	url_deinit(&u);
	return status;
}

static int resolve_targets(struct app *app, const char *file, struct config *c)
{
	int status = EXIT_DONE;
	size_t i;

	for (i = 0; i < c->n_targets && status == EXIT_DONE; i++) {
		char *url = NULL;

		status = resolve_target(app, cmd_config_name(app, file), &c->targets[i], &url);
		if (status == EXIT_DONE) {
			free(c->targets[i].url);
			c->targets[i].url = url;
		}
	}
	return status;
}

static int show(struct app *app, const char *file, bool for_image)
{
	struct config c;
	size_t i;
	int status = cmd_load_config(app, file, &c);

	if (status == EXIT_DONE && for_image)
		status = validate(app, file, &c);
	if (status == EXIT_DONE && for_image)
		status = resolve_targets(app, file, &c);
	for (i = 0; i < config_keys_len && status == EXIT_DONE; i++)
		config_print_key(stdout, &c, &config_keys[i]);
	config_deinit(&c);
	return status;
}

/* "FSTYPE DEVICE" of one target, for whoever builds an image that must reach it. A label may hold
 * blanks. */
static int print_device(struct app *app, const char *name, const struct config_target *t)
{
	const char *fstype;
	struct location l = {0};
	struct url u;
	int status = cmd_parse_target(app, name, t, &u);

	if (status != EXIT_DONE)
		return status;
	if (u.scheme != URL_FILE) {
		url_deinit(&u);
		return EXIT_DONE;
	}
	status = locate(app, name, t, &u, &l);
	if (status == EXIT_DONE) {
		fstype = url_option(&u, "fstype");
		if (!fstype)
			fstype = l.fstype;
		if (fstype) {
			printf("%s %s\n", fstype, l.source);
		} else {
			cmd_say_target(app, name, t,
				       "its device is not there, or has no file system: "
				       "name the type with &fstype=");
			status = EXIT_FAILED;
		}
		location_deinit(&l);
	}
	url_deinit(&u);
	return status;
}

static int devices(struct app *app, const char *file)
{
	struct config c;
	size_t i;
	int status = cmd_load_config(app, file, &c), worst = status;

	/* A device that is away must not hide those that are there. */
	for (i = 0; i < c.n_targets && status == EXIT_DONE; i++) {
		int one = print_device(app, cmd_config_name(app, file), &c.targets[i]);

		worst = one > worst ? one : worst;
	}
	config_deinit(&c);
	return worst;
}

/* What the image says of itself; status compares it with what it would say now. */
static int mark(struct app *app, const char *file)
{
	struct config c;
	struct mark m;
	int status = cmd_load_config(app, file, &c);

	if (status == EXIT_DONE && mark_now(&app->root, &c, &m) < 0) {
		log_error(&app->log, "%s", strerror(ENOMEM));
		status = EXIT_FAILED;
	}
	if (status == EXIT_DONE)
		mark_print(stdout, &m);
	config_deinit(&c);
	return status;
}

int cmd_config(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const char *operands[2] = {NULL, NULL}, *value, *verb;
	bool for_image = false, needs = false, boot = false;
	size_t n = 0;
	int i = 0, o;

	/* Options may stand before, between and after the operands. */
	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) != -1 || i < argc) {
		if (o == -2)
			return EXIT_USAGE;
		if (o == 0)
			for_image = true;
		else if (o == 1)
			needs = true;
		else if (o == 2)
			boot = true;
		else if (n < ARRAY_SIZE(operands))
			operands[n++] = argv[i++];
		else
			return cmd_usage(app, cmd, "too many arguments");
	}
	verb = n > 0 ? operands[0] : "";
	if (for_image && strcmp(verb, "show") != 0)
		return cmd_usage(app, cmd, "--for-image belongs to show");
	if ((needs || boot) && strcmp(verb, "network") != 0)
		return cmd_usage(app, cmd, "--needs and --boot belong to network");
	if (strcmp(verb, "check") == 0)
		return check(app, operands[1]);
	if (strcmp(verb, "show") == 0)
		return show(app, operands[1], for_image);
	if (strcmp(verb, "import") == 0)
		return cmd_config_import(app, operands[1]);
	if (strcmp(verb, "devices") == 0)
		return devices(app, operands[1]);
	if (boot)
		return cmd_config_boot_network(app);
	if (strcmp(verb, "network") == 0)
		return cmd_config_network(app, operands[1], needs);
	if (strcmp(verb, "remote") == 0)
		return cmd_config_remote(app, operands[1]);
	if (strcmp(verb, "mark") == 0)
		return mark(app, operands[1]);
	return cmd_usage(app, cmd, "needs check, show, import, devices, network, remote or mark");
}
