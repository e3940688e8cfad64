// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/rate.h"

static bool counts(const struct inventory_item *item, int64_t since, int64_t until,
		   uint64_t dump_id)
{
	const struct manifest_about *a = &item->m.about;

	if (!item->mine || !item->m.complete || !a->dump_id || a->dump_id == dump_id)
		return false;
	return a->crashed >= CHOOSE_CLOCK_S && a->crashed > since && a->crashed <= until;
}

bool rate_exceeded(const struct config_rate *limit, const struct inventory *inv, int64_t crashed,
		   uint64_t dump_id, size_t *saved)
{
	int64_t since = crashed - limit->window_ms / 1000;
	size_t i;

	*saved = 0;
	if (limit->crashes <= 0 || crashed < CHOOSE_CLOCK_S)
		return false;
	for (i = 0; i < inv->n; i++)
		*saved += counts(&inv->items[i], since, crashed, dump_id);
	return *saved >= (size_t)limit->crashes;
}
