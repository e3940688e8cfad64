// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/makedumpfile_options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_STREAM  "it does not write a dump"
#define SEVERAL    "it writes several files"
#define OWN_STREAM "the capture sets it itself"
#define NO_FILES   "it may write no large file"
#define NEEDS_FILE "it needs a file, which an initramfs does not have"

static const struct mdf_option short_options[] = {
	{"b", true, NULL},
	{"c", false, "set `compress = zlib` instead"},
	{"d", true, "set `dump-level` instead"},
	{"D", false, NULL},
	{"e", false, NULL},
	{"E", false, "an ELF dump cannot be verified"},
	{"f", false, NULL}, /* nothing to overwrite: harmless */
	{"F", false, OWN_STREAM},
	{"g", true, NO_STREAM},
	{"h", false, NO_STREAM},
	{"i", true, NEEDS_FILE},
	{"l", false, "set `compress = lzo` instead"},
	{"L", true, "it cuts the dump off"},
	{"p", false, "set `compress = snappy` instead"},
	{"R", false, NO_STREAM},
	{"v", false, NO_STREAM},
	{"x", true, NEEDS_FILE},
	{"X", false, NULL},
	{"z", false, "set `compress = zstd` instead"},
};

static const struct mdf_option long_options[] = {
	{"check-params", false, NO_STREAM},
	{"config", true, NEEDS_FILE},
	{"cyclic-buffer", true, NULL},
	{"diskset", true, "it names another core"},
	{"dry-run", false, NO_STREAM},
	{"dump-dmesg", false, NO_STREAM},
	{"eppic", true, NEEDS_FILE},
	{"extension", true, NEEDS_FILE},
	{"help", false, NO_STREAM},
	{"mem-usage", false, NO_STREAM},
	{"message-level", true, OWN_STREAM},
	{"non-mmap", false, NULL},
	{"num-threads", true, "set `threads` instead"},
	{"partial-dmesg", false, NO_STREAM},
	{"reassemble", false, NO_STREAM},
	{"show-stats", false, NULL},
	{"split", false, SEVERAL},
	{"splitblock-size", true, SEVERAL},
	{"vtop", true, NO_STREAM},
	{"work-dir", true, NO_FILES},
	{"xen-syms", true, NEEDS_FILE},
	{"xen-vmcoreinfo", true, NEEDS_FILE},
	{"xen_phys_start", true, NULL},
};

#define BUFFER     "cyclic-buffer"
#define BUFFER_MAX (1024 * GIB) /* makedumpfile takes no more than what is free */
#define ORDER      'b'

static _printf_(2, 3) void say(struct mdf_vetting *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(out->text, sizeof(out->text), fmt, ap);
	va_end(ap);
}

static void refuse(struct mdf_vetting *out, const char *dashes, const char *name, const char *why)
{
	out->bad = true;
	say(out, "makedumpfile option %s%s cannot be used: %s", dashes, name, why);
}

/* As makedumpfile reads a number: what follows the digits does not count, and none is 0. */
static uint64_t number(const char *text, uint64_t max)
{
	unsigned long long v = *text == '-' ? 0 : strtoull(text, NULL, 10);

	return v < max ? v : max;
}

static void take_value(const char *option, const char *value, struct mdf_vetting *out)
{
	if (strcmp(option, BUFFER) == 0)
		out->cyclic_buffer = number(value, BUFFER_MAX / KIB) * KIB;
	if (*option != ORDER || option[1])
		return;
	out->order = (unsigned int)number(value, UINT16_MAX);
	if (out->order > MDF_ORDER_MAX) {
		out->bad = true;
		say(out, "makedumpfile option -b %.20s cannot be used: at most %d", value,
		    MDF_ORDER_MAX);
	}
}

const struct mdf_option *mdf_short_option(char c)
{
	for (size_t i = 0; i < ARRAY_SIZE(short_options); i++)
		if (*short_options[i].name == c)
			return &short_options[i];
	return NULL;
}

/*
 * getopt_long takes any abbreviation that is not ambiguous in its own version, which may know fewer
 * names: so whatever could be meant must be allowed.
 */
const struct mdf_option *mdf_long_option(const char *name, size_t len)
{
	const struct mdf_option *match = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(long_options); i++) {
		const struct mdf_option *o = &long_options[i];

		if (strncmp(o->name, name, len) != 0)
			continue;
		if (strlen(o->name) == len)
			return o;
		if (!match || o->refuse)
			match = o;
	}
	return match;
}

/* Sets *value to its name when it takes one. */
static void vet_long(const char *name, size_t len, const char **value, struct mdf_vetting *out)
{
	const struct mdf_option *match = mdf_long_option(name, len);

	if (!match) {
		out->unknown = true;
		say(out, "makedumpfile option --%.*s is not known; it is passed on as it is",
		    (int)(len < 100 ? len : 100), name);
	} else if (match->refuse) {
		refuse(out, "--", match->name, match->refuse);
	}
	*value = match && match->value ? match->name : NULL;
}

/* Returns the last option in this word when the next word is its value, else NULL. */
static const char *vet_short(const char *cluster, struct mdf_vetting *out)
{
	for (const char *c = cluster; *c; c++) {
		char name[2] = {*c, '\0'};
		const struct mdf_option *match = mdf_short_option(*c);

		if (!match) {
			refuse(out, "-", name, "it is not known");
			return NULL;
		}
		if (match->refuse) {
			refuse(out, "-", name, match->refuse);
			return NULL;
		}
		if (match->value && c[1])
			take_value(match->name, c + 1, out);
		if (match->value)
			return c[1] ? NULL : match->name;
	}
	return NULL;
}

void mdf_vet_options(char *const *words, size_t n, struct mdf_vetting *out)
{
	const char *value = NULL;

	*out = (struct mdf_vetting){.order = MDF_ORDER_DEFAULT};
	for (size_t i = 0; i < n && !out->bad; i++) {
		const char *w = words[i];
		size_t len;

		if (value) {
			take_value(value, w, out);
			value = NULL;
		} else if (w[0] != '-' || w[1] == '\0') {
			out->bad = true;
			say(out, "makedumpfile options must not name files: \"%.100s\"", w);
		} else if (w[1] != '-') {
			value = vet_short(w + 1, out);
		} else if (w[2] == '\0') {
			refuse(out, "--", "", "it ends the options");
		} else {
			len = strcspn(w + 2, "=");
			vet_long(w + 2, len, &value, out);
			if (value && w[2 + len]) {
				take_value(value, w + 2 + len + 1, out);
				value = NULL;
			}
		}
	}
	if (value && !out->bad) {
		out->bad = true;
		say(out, "makedumpfile option %.100s lacks its value", words[n - 1]);
	}
}
