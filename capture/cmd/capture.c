// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/json.h"
#include "cmd/config.h"
#include "run/record.h"
#include "run/run.h"

#include <errno.h>
#include <string.h>

struct arguments {
	struct run_options run;
	const char *targets[CONFIG_TARGETS_MAX];
	size_t n_targets;
	bool json;
};

static int exit_of(enum run_outcome outcome)
{
	switch (outcome) {
	case RUN_CAPTURED:
		return EXIT_DONE;
	case RUN_NO_DUMP:
		return EXIT_NO_DUMP;
	case RUN_KEPT:
	case RUN_EXHAUSTED:
	case RUN_LEFT:
	case RUN_KEXEC:
		return EXIT_LEFT_ALONE;
	case RUN_INVALID:
		return EXIT_INVALID;
	case RUN_NOT_GIVEN:
	case RUN_NOT_REGISTERED:
	case RUN_FAILED:
	case RUN_BUSY:
		break;
	}
	return EXIT_FAILED;
}

static int parse(struct app *app, const struct cmd *cmd, int argc, char **argv, struct arguments *a)
{
	const char *value;
	int i = 0, o;

	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) >= 0) {
		const char *name = cmd->options[o].name;

		if (strcmp(name, "--core") == 0)
			a->run.core = value;
		else if (strcmp(name, "--no-release") == 0)
			a->run.no_release = true;
		else if (strcmp(name, "--late") == 0)
			a->run.late = true;
		else if (strcmp(name, "--json") == 0)
			a->json = true;
		else if (a->n_targets < CONFIG_TARGETS_MAX)
			a->targets[a->n_targets++] = value;
		else
			return cmd_usage(app, cmd, "more than %d targets", CONFIG_TARGETS_MAX);
	}
	if (o == -2)
		return EXIT_USAGE;
	if (i < argc)
		return cmd_usage(app, cmd, "takes no argument; a target is given with --target");
	return EXIT_DONE;
}

static void print_json(const struct app *app, const struct run *run, enum run_outcome outcome)
{
	json_object *o = json_object_new_object(), *list = json_object_new_array();
	bool limited = run->have_log_receipt && !run->have_receipt;
	size_t i;

	json_add_text(o, "outcome", run_ended(run, outcome));
	json_add_text(o, "verdict", run->judged ? verdict_word(run->verdict.kind) : NULL);
	json_add_text(o, "target", run->have_receipt ? run->receipt.target : NULL);
	json_add_text(o, "dump", run->have_receipt ? run->receipt.dir : NULL);
	json_add_known(o, "bytes", run->have_receipt ? (int64_t)run->receipt.size : -1);
	json_add_text(o, "policy", limited ? release_policy_word(run->log_receipt.policy) : NULL);
	json_add_text(o, "log_target", limited ? run->log_receipt.target : NULL);
	json_add_text(o, "log_dir", limited ? run->log_receipt.dir : NULL);
	json_add_bool(o, "released", run->released);
	json_add_bool(o, "registered", run->registered);
	json_add_text(o, "panic", run->dmesg.panic[0] ? run->dmesg.panic : NULL);
	for (i = 0; i < run->n_attempts; i++) {
		const struct run_attempt *a = &run->attempts[i];
		json_object *attempt = json_object_new_object();

		json_add_text(attempt, "target", a->target);
		json_add_bool(attempt, "ok", a->err == 0);
		json_add_text(attempt, "reason", a->reason[0] ? a->reason : NULL);
		json_append(list, attempt);
	}
	json_add_child(o, "attempts", list);
	json_add_text(o, "error",
		      exit_of(outcome) != EXIT_DONE && app->log.error[0] ? app->log.error : NULL);
	json_print(o);
}

static int load(struct app *app, const struct arguments *a, struct config *config)
{
	int r, status = cmd_load_config(app, NULL, config);

	if (status != EXIT_DONE || a->n_targets == 0)
		return status;
	r = config_set_targets(config, a->targets, a->n_targets);
	if (r == 0)
		return EXIT_DONE;
	log_error(&app->log, "--target: %s",
		  r == -EINVAL ? "the first one cannot be an \"also\"" : strerror(-r));
	return r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
}

static int capture(struct app *app, const struct arguments *a, const struct config *config)
{
	enum run_outcome outcome;
	struct run run;

	run_init(&run, &app->root, config, &a->run, &app->log);
	outcome = run_capture(&run);
	if (outcome == RUN_NO_DUMP && !a->run.late)
		log_info(&app->log, "no dump is active; nothing to do");
	if (a->json)
		print_json(app, &run, outcome);
	run_deinit(&run);
	return exit_of(outcome);
}

int cmd_capture(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	struct arguments a = {0};
	struct config config;
	int status = parse(app, cmd, argc, argv, &a);

	if (status != EXIT_DONE)
		return status;
	status = load(app, &a, &config);
	if (status == EXIT_DONE)
		status = capture(app, &a, &config);
	else if (status != EXIT_USAGE)
		(void)cmd_json_error(app, a.json, status);
	config_deinit(&config);
	return status;
}
