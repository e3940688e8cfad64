// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/propagate.h"

#include "base/clock.h"
#include "base/program.h"
#include "cmd/config.h"
#include "run/run.h"
#include "target/known_hosts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WRITE_MS INT64_C(120000) /* for the test write, with a server that is slow to come */

void propagate_say(const struct propagate *p, const char *fmt, ...)
{
	va_list ap;

	if (p->app->log.level < LOG_LEVEL_INFO)
		return;
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)putchar('\n');
	(void)fflush(stdout);
}

int propagate_fail(const struct propagate *p, const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error(&p->app->log, "%s: %s", p->text, text);
	return EXIT_FAILED;
}

static int need_programs(struct propagate *p)
{
	static const char *const programs[] = {"ssh", "ssh-keygen", "ssh-keyscan"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(programs); i++)
		if (!program_exists(programs[i]))
			return propagate_fail(
				p, "%s is not installed; install openssh-client (openssh-clients)",
				programs[i]);
	return EXIT_DONE;
}

/* As the capture will do it: target_open() asks by writing. */
static int test_write(struct propagate *p)
{
	uint64_t room;
	struct target t;
	int err;

	p->env.deadline = clock_ms() + WRITE_MS;
	err = target_open(&t, p->url, &p->env);
	if (err < 0)
		return propagate_fail(p, "%s", t.why[0] ? t.why : strerror(-err));
	if (t.unassured[0])
		log_warning(&p->app->log,
			    "%s: %s; no memory is given back for a dump there, see "
			    "release-unassured in fadump-ng.conf(5)",
			    p->text, t.unassured);
	err = t.ops->space(&t, &room);
	if (err == 0)
		propagate_say(p, "%s: written to; %.1f GiB free", p->text,
			      (double)room / (double)GIB);
	else
		propagate_say(p, "%s: written to; it does not say how much room it has", p->text);
	err = target_close(&t);
	return err < 0 ? propagate_fail(p, "%s", t.why[0] ? t.why : strerror(-err)) : EXIT_DONE;
}

static int propagate_ssh(struct propagate *p)
{
	int status = need_programs(p);

	if (status == EXIT_DONE)
		status = propagate_identity(p);
	if (status == EXIT_DONE)
		status = propagate_host(p);
	if (status == EXIT_DONE)
		status = propagate_login(p);
	if (status == EXIT_DONE)
		status = test_write(p);
	if (p->changed)
		propagate_say(p, "an image has copies of these files: build it again, with dracut "
				 "--force --add fadump-ng");
	return status;
}

static int propagate(struct app *app, const char *text, const struct url *u,
		     const char *fingerprint)
{
	struct config c;
	struct propagate p = {
		.app = app, .text = text, .url = u, .config = &c, .fingerprint = fingerprint};
	int status = cmd_load_config(app, NULL, &c);

	if (status == EXIT_DONE) {
		run_target_env(&app->root, &c, &p.env);
		p.asks = terminal_open(&p.terminal) == 0;
		status = u->scheme == URL_SSH ? propagate_ssh(&p) : test_write(&p);
		terminal_close(&p.terminal);
	}
	config_deinit(&c);
	return status;
}

int cmd_propagate(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const char *text = NULL, *fingerprint = NULL, *value, *why = NULL;
	int i = 0, o, status;
	struct url u;

	/* Options may stand before and behind the URL. */
	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) != -1 || i < argc) {
		if (o == -2)
			return EXIT_USAGE;
		if (o >= 0)
			fingerprint = value;
		else if (!text)
			text = argv[i++];
		else
			return cmd_usage(app, cmd, "takes one URL");
	}
	if (!text)
		return cmd_usage(app, cmd, "needs one URL");
	if (fingerprint && !host_key_is_fingerprint(fingerprint))
		return cmd_usage(app, cmd,
				 "%s is no fingerprint like SHA256:..., as ssh-keygen -l shows it",
				 fingerprint);
	if (url_parse(text, &u, &why) < 0)
		return cmd_usage(app, cmd, "%s", why ? why : strerror(ENOMEM));
	if (u.scheme == URL_FILE)
		status = cmd_usage(app, cmd, "a file:// target is on this machine");
	else if (u.scheme != URL_SSH && fingerprint)
		status = cmd_usage(app, cmd, "--fingerprint is for ssh:// targets");
	else
		status = propagate(app, text, &u, fingerprint);
	url_deinit(&u);
	return status;
}
