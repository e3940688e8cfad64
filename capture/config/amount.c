// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/amount.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#define PERCENT_MAX 90
#define CRASHES_MAX 1000
#define WINDOW_MAX  (INT64_C(30) * 86400)

struct unit {
	char suffix;
	int64_t factor;
};

/* Largest first: what is printed takes the first that fits. */
static const struct unit sizes[] = {
	{'T', INT64_C(1) << 40},
	{'G', INT64_C(1) << 30},
	{'M', INT64_C(1) << 20},
	{'K', INT64_C(1) << 10},
};
static const struct unit times[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

/* Decimal digits only; what follows them is at *end. */
static int number(const char *s, const char **end, int64_t *out)
{
	int64_t n = 0;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *s - '0', &n))
			return -EINVAL;
	*end = s;
	*out = n;
	return 0;
}

/* n of the one unit that s is. */
static int scale(const char *s, const struct unit *units, size_t len, int64_t *n)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (*s == units[i].suffix && !s[1])
			return __builtin_mul_overflow(*n, units[i].factor, n) ? -EINVAL : 0;
	return -EINVAL;
}

int room_parse(const char *s, struct config_room *out)
{
	const char *end;
	int64_t n;

	if (number(s, &end, &n) < 0)
		return -EINVAL;
	if (strcmp(end, "%") == 0) {
		if (n < 1 || n > PERCENT_MAX)
			return -EINVAL;
		*out = (struct config_room){.percent = (int)n};
		return 0;
	}
	if (*end && scale(end, sizes, ARRAY_SIZE(sizes), &n) < 0)
		return -EINVAL;
	*out = (struct config_room){.bytes = (uint64_t)n};
	return 0;
}

void room_print(FILE *f, const struct config_room *room)
{
	size_t i;

	if (room->percent) {
		fprintf(f, " %d%%", room->percent);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t factor = (uint64_t)sizes[i].factor;

		if (room->bytes && room->bytes % factor == 0) {
			fprintf(f, " %" PRIu64 "%c", room->bytes / factor, sizes[i].suffix);
			return;
		}
	}
	fprintf(f, " %" PRIu64, room->bytes);
}

int rate_parse(const char *s, struct config_rate *out)
{
	int64_t crashes, window;
	const char *end;

	if (strcmp(s, "off") == 0) {
		*out = (struct config_rate){.crashes = 0};
		return 0;
	}
	if (number(s, &end, &crashes) < 0 || *end != '/' || crashes < 1 || crashes > CRASHES_MAX)
		return -EINVAL;
	if (number(end + 1, &end, &window) < 0 ||
	    scale(end, times, ARRAY_SIZE(times), &window) < 0 || window < 1 || window > WINDOW_MAX)
		return -EINVAL;
	*out = (struct config_rate){.crashes = (int)crashes, .window_ms = window * 1000};
	return 0;
}

void rate_print(FILE *f, const struct config_rate *rate)
{
	int64_t s = rate->window_ms / 1000;
	size_t i;

	if (!rate->crashes) {
		fputs(" off", f);
		return;
	}
	for (i = 0; s % times[i].factor != 0; i++)
		;
	fprintf(f, " %d/%" PRId64 "%c", rate->crashes, s / times[i].factor, times[i].suffix);
}
