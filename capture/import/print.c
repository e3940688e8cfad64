// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/import.h"

#include <stdlib.h>
#include <string.h>

#define WHY_MAX 2000 /* of what is said of a setting: it stands on a line of a configuration */

void import_deinit(struct import *im)
{
	size_t i;

	for (i = 0; im->entries && i < im->n; i++) {
		free(im->entries[i].source);
		free(im->entries[i].set);
		free(im->entries[i].note);
		free(im->entries[i].lost);
	}
	free(im->entries);
	*im = (struct import){0};
}

/* A line for what it came from, where that is another file than the one before. */
static void print_place(FILE *f, const struct import_entry *e, const char **file)
{
	if (e->file && *file && strcmp(*file, e->file) != 0)
		fprintf(f, "\n# From %s:\n", e->file);
	if (e->file)
		*file = e->file;
	if (e->file)
		fprintf(f, "\n# line %u: %s\n", e->line, e->source);
	else
		fprintf(f, "\n# not set: %s\n", e->source);
}

void import_print(FILE *f, const struct import *im, const char *name)
{
	const char *file = NULL;
	size_t i;

	fprintf(f,
		"# Made by fadump-ng config import from %s.\n"
		"# Read it, then put it into place and run fadump-ng config check.\n",
		name);
	if (im->target_lost)
		fprintf(f, "\n# NO TARGET WAS TAKEN OVER. Without one, dumps go to the default:\n"
			   "#target = file:///var/crash\n");
	for (i = 0; i < im->n; i++) {
		const struct import_entry *e = &im->entries[i];

		print_place(f, e, &file);
		if (*e->note)
			fprintf(f, "# %.*s\n", WHY_MAX, e->note);
		if (*e->lost)
			fprintf(f, "# NOT TAKEN OVER: %.*s\n", WHY_MAX, e->lost);
		fputs(e->set, f);
	}
}
