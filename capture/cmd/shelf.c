// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/shelf.h"

#include "cmd/config.h"
#include "run/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void shelf_init(struct app *app, const struct config *config, struct shelf *out)
{
	*out = (struct shelf){.app = app, .config = config};
	owner_init(&app->root, &out->owner);
	run_target_env(&app->root, config, &out->env);
}

struct visit {
	shelf_visit *visit;
	void (*missed)(void *ctx, const char *url, const char *why);
	void *ctx;
};

static int miss(const struct shelf *s, const struct visit *v, const char *url, const char *why,
		bool error)
{
	if (v->missed)
		v->missed(v->ctx, url, why);
	if (error)
		log_error(&s->app->log, "%s: %s", url, why);
	else
		log_info(&s->app->log, "%s: %s", url, why);
	return error ? EXIT_FAILED : EXIT_DONE;
}

static int visit_url(const struct shelf *s, const struct visit *v, const struct url *url,
		     const char *text)
{
	struct target t;
	int status, err;

	if (url->scheme == URL_SSH)
		return miss(s, v, text, "the dumps there are left to the server", false);
	err = s->writes ? target_open(&t, url, &s->env) : target_open_existing(&t, url, &s->env);
	if (err == -ENOENT && !s->writes)
		return EXIT_DONE;
	if (err < 0)
		return miss(s, v, text, t.why[0] ? t.why : strerror(-err), true);
	status = v->visit(s, &t, v->ctx);
	if (target_close(&t) < 0)
		log_warning(&s->app->log, "%s", t.why);
	return status;
}

int shelf_each(const struct shelf *s, shelf_visit *visit,
	       void (*missed)(void *ctx, const char *url, const char *why), void *ctx)
{
	const struct visit v = {.visit = visit, .missed = missed, .ctx = ctx};
	int worst = EXIT_DONE;
	size_t i;

	for (i = 0; i < s->config->n_targets; i++) {
		const struct config_target *target = &s->config->targets[i];
		struct url url;
		int status = cmd_parse_target(s->app, cmd_config_name(s->app, NULL), target, &url);

		if (status == EXIT_DONE) {
			status = visit_url(s, &v, &url, target->url);
			url_deinit(&url);
		}
		worst = status > worst ? status : worst;
	}
	return worst;
}

const char *shelf_printable(const char *name)
{
	static char texts[2][256];
	static unsigned int turn;
	char *out = texts[turn++ % 2], *p;

	(void)snprintf(out, sizeof(texts[0]), "%s", name);
	for (p = out; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return out;
}
