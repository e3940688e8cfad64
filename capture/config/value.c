// SPDX-License-Identifier: GPL-2.0-or-later
/* One key's value, from text and back to text. */
#include "config/amount.h"
#include "config/keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	char suffix;
	int64_t seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

static int refuse(struct config_error *error, const char *fmt, ...) _printf_(2, 3);
static int refuse(struct config_error *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* Decimal digits only, no sign, no blanks. Points *end past them. */
static int parse_number(const char *s, const char **end, int64_t *out)
{
	int64_t n = 0;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *s - '0', &n))
			return -ERANGE;
	}
	*end = s;
	*out = n;
	return 0;
}

static int set_int(void *field, const struct config_key *key, const char *value,
		   struct config_error *error)
{
	const char *word = key->type == CONFIG_TYPE_INT_AUTO  ? "auto"
			   : key->type == CONFIG_TYPE_INT_ALL ? "all"
							      : NULL;
	const char *end;
	int64_t n;
	int stored;

	if (word && strcmp(value, word) == 0) {
		stored = 0;
	} else {
		if (parse_number(value, &end, &n) < 0 || *end || n < key->min || n > key->max)
			return refuse(error, "%s takes %s%s%sa number from %d to %d, not \"%.40s\"",
				      key->name, word ? "\"" : "", word ? word : "",
				      word ? "\" or " : "", key->min, key->max, value);
		stored = (int)n;
	}
	memcpy(field, &stored, sizeof(stored));
	return 0;
}

static int set_duration(void *field, const struct config_key *key, const char *value,
			struct config_error *error)
{
	const char *end;
	int64_t n, stored = 0;
	size_t i;

	if (key->with_auto && strcmp(value, "auto") == 0) {
		stored = CONFIG_AUTO;
	} else if (key->needed || strcmp(value, "off") != 0) {
		if (parse_number(value, &end, &n) < 0)
			return refuse(error,
				      "%s takes %s%sa time like 90s, 30m, 2h or 1d, not \"%.40s\"",
				      key->name, key->with_auto ? "\"auto\", " : "",
				      key->needed ? "" : "\"off\" or ", value);
		for (i = 0; i < ARRAY_SIZE(units) && *end != units[i].suffix; i++)
			;
		if (i == ARRAY_SIZE(units) || end[1])
			return refuse(error,
				      "%s needs one unit, s, m, h or d, directly after the number: "
				      "\"%.40s\"",
				      key->name, value);
		if (__builtin_mul_overflow(n, units[i].seconds, &n) || n < key->min || n > key->max)
			return refuse(error, "%s takes from %d to %d seconds, not \"%.40s\"",
				      key->name, key->min, key->max, value);
		stored = n * 1000;
	}
	memcpy(field, &stored, sizeof(stored));
	return 0;
}

static int set_choice(void *field, const struct config_key *key, const char *value,
		      struct config_error *error)
{
	const char *word;
	int i;

	for (i = 0; (word = key->choices[i]); i++) {
		if (strcmp(word, value) != 0)
			continue;
		if (key->type == CONFIG_TYPE_WORD)
			memcpy(field, &word, sizeof(word));
		else if (key->type == CONFIG_TYPE_FLAG)
			*(bool *)field = i != 0;
		else
			memcpy(field, &i, sizeof(i));
		return 0;
	}
	return refuse(error, "%s takes %s, not \"%.40s\"", key->name, key->values, value);
}

static int set_bool(bool *field, const struct config_key *key, const char *value,
		    struct config_error *error)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return refuse(error, "%s takes yes or no, not \"%.40s\"", key->name, value);
	*field = yes;
	return 0;
}

/* The two kinds that are parsed in config/amount.c. */
static int set_amount(void *field, const struct config_key *key, const char *value,
		      struct config_error *error)
{
	if (key->type == CONFIG_TYPE_ROOM)
		return room_parse(value, field) == 0
			       ? 0
			       : refuse(error,
					"%s takes a size like 500M or 2G, or a share from 1%% to "
					"90%%, not \"%.40s\"",
					key->name, value);
	return rate_parse(value, field) == 0
		       ? 0
		       : refuse(error,
				"%s takes \"off\" or N/TIME like 3/1h, N from 1 to 1000 and TIME "
				"up to 30d, not \"%.40s\"",
				key->name, value);
}

static int set_text(char **field, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

int config_key_set(struct config *c, const struct config_key *key, const char *value,
		   struct config_error *error)
{
	void *field = (char *)c + key->offset;
	int r;

	if (!*value && key->type != CONFIG_TYPE_TEXT)
		return refuse(error, "%s needs a value (%s)", key->name, key->values);
	if (strlen(value) > CONFIG_VALUE_MAX)
		return refuse(error, "%s takes at most %d bytes", key->name, CONFIG_VALUE_MAX);
	switch (key->type) {
	case CONFIG_TYPE_TARGET:
		r = config_add_target(c, value, 0);
		if (r == -EINVAL)
			return refuse(error,
				      "the first target cannot be an \"also\": there is none "
				      "before it");
		return r == -E2BIG ? refuse(error, "more than %d targets", CONFIG_TARGETS_MAX) : r;
	case CONFIG_TYPE_TEXT:
		return set_text(field, value);
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT_AUTO:
	case CONFIG_TYPE_INT_ALL:
		return set_int(field, key, value, error);
	case CONFIG_TYPE_DURATION:
		return set_duration(field, key, value, error);
	case CONFIG_TYPE_WORD:
	case CONFIG_TYPE_CHOICE:
	case CONFIG_TYPE_FLAG:
		return set_choice(field, key, value, error);
	case CONFIG_TYPE_BOOL:
		return set_bool(field, key, value, error);
	case CONFIG_TYPE_ROOM:
	case CONFIG_TYPE_RATE:
		return set_amount(field, key, value, error);
	}
	return refuse(error, "%s is of an unknown type", key->name);
}

static void print_duration(FILE *f, int64_t ms)
{
	int64_t s = ms / 1000;
	size_t i;

	if (ms == CONFIG_AUTO || ms == 0) {
		fputs(ms == 0 ? "off" : "auto", f);
		return;
	}
	for (i = 0; s % units[i].seconds != 0; i++)
		;
	fprintf(f, "%" PRId64 "%c", s / units[i].seconds, units[i].suffix);
}

void config_print_key(FILE *f, const struct config *c, const struct config_key *key)
{
	const void *field = (const char *)c + key->offset;
	const char *text = NULL;
	int64_t ms;
	size_t i;
	int n = 0;

	if (key->type == CONFIG_TYPE_TARGET) {
		for (i = 0; i < c->n_targets; i++)
			fprintf(f, "%s = %s%s\n", key->name, c->targets[i].also ? "also " : "",
				c->targets[i].url);
		return;
	}
	fprintf(f, "%s =", key->name);
	switch (key->type) {
	case CONFIG_TYPE_TARGET:
		break;
	case CONFIG_TYPE_TEXT:
	case CONFIG_TYPE_WORD:
		memcpy(&text, field, sizeof(text));
		break;
	case CONFIG_TYPE_CHOICE:
		memcpy(&n, field, sizeof(n));
		text = key->choices[n];
		break;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT_AUTO:
	case CONFIG_TYPE_INT_ALL:
		memcpy(&n, field, sizeof(n));
		if (n == 0 && key->type != CONFIG_TYPE_INT)
			text = key->type == CONFIG_TYPE_INT_AUTO ? "auto" : "all";
		else
			fprintf(f, " %d", n);
		break;
	case CONFIG_TYPE_BOOL:
		text = *(const bool *)field ? "yes" : "no";
		break;
	case CONFIG_TYPE_FLAG:
		text = key->choices[*(const bool *)field];
		break;
	case CONFIG_TYPE_ROOM:
		room_print(f, field);
		break;
	case CONFIG_TYPE_RATE:
		rate_print(f, field);
		break;
	case CONFIG_TYPE_DURATION:
		memcpy(&ms, field, sizeof(ms));
		fputc(' ', f);
		print_duration(f, ms);
		break;
	}
	if (text && *text)
		fprintf(f, " %s", text);
	fputc('\n', f);
}
