// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever another tool's file says: what is printed is a configuration of ours, and sets what the
 * entries say. */
#include "config/keys.h"
#include "dump/makedumpfile.h"
#include "import/import.h"
#include "net/dracut_ip.h"
#include "target/url.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *print(const struct import *im, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		abort();
	import_print(f, im, "kdump.conf");
	if (fclose(f) != 0)
		abort();
	return text;
}

/* The lines that set something, one after the other. */
static char *set_lines(const struct import *im)
{
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	for (i = 0; i < im->n; i++)
		fputs(im->entries[i].set, f);
	if (fclose(f) != 0)
		abort();
	return text;
}

static void check_network(const char *words)
{
	struct net_error error;
	struct net_plan *plan;

	if (strcmp(words, "auto") == 0)
		return;
	plan = calloc(1, sizeof(*plan));
	if (!plan || net_dracut_parse(words, strlen(words), plan, &error) < 0)
		abort();
	free(plan);
}

static void check_config(const struct config *c, bool target_lost)
{
	const char *why;
	struct url url;
	char text[200];
	size_t i;

	for (i = 0; i < c->n_targets; i++) {
		if (url_parse(c->targets[i].url, &url, &why) < 0)
			abort();
		url_deinit(&url);
		/* The default has no line. */
		if (target_lost && c->targets[i].line)
			abort();
	}
	if (mdf_check_extra(c->makedumpfile_options, text, sizeof(text)) < 0)
		abort();
	check_network(c->network);
}

/* Nothing is dropped in silence. */
static void check_entries(const struct import *im)
{
	size_t i;

	for (i = 0; i < im->n; i++) {
		const struct import_entry *e = &im->entries[i];

		if (e->file && !*e->set && !*e->note && !*e->lost)
			abort();
		if (strchr(e->source, '\n'))
			abort();
	}
}

static void check_import(struct import *im)
{
	struct config_error error = {.line = 0, .text = ""};
	struct config printed, set;
	char *text, *lines;
	size_t len, i;

	check_entries(im);
	text = print(im, &len);
	lines = set_lines(im);
	if (config_init(&printed) < 0 || config_parse(&printed, text, len, &error) < 0)
		abort();
	if (config_init(&set) < 0 || config_parse(&set, lines, strlen(lines), &error) < 0)
		abort();
	check_config(&printed, im->target_lost);
	if (printed.n_targets != set.n_targets || printed.dump_level != set.dump_level)
		abort();
	for (i = 0; i < printed.n_targets; i++) {
		if (strcmp(printed.targets[i].url, set.targets[i].url) != 0)
			abort();
	}
	config_deinit(&printed);
	config_deinit(&set);
	free(text);
	free(lines);
	import_deinit(im);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char conf[] = "path /srv\n";
	const struct import_source sources[] = {
		{"kdump.conf", conf, strlen(conf)},
		{"sysconfig/kdump", (const char *)data, size},
	};
	struct config_error error = {.line = 0, .text = ""};
	struct import im;
	size_t bad;

	if (import_parse((const char *)data, size, &im, &error) == 0)
		check_import(&im);
	else if (!error.line || !error.text[0])
		abort();
	/* As Fedora's second file. */
	if (import_files(sources, ARRAY_SIZE(sources), &im, &bad, &error) == 0)
		check_import(&im);
	else if (bad != 1 || !error.line || !error.text[0])
		abort();
	return 0;
}
