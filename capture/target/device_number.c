// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/device_number.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

/* Decimal digits at *at, which moves on to what follows them. */
static bool take_number(const char **at, unsigned int *out)
{
	char *end;
	unsigned long value = strtoul(*at, &end, 10);

	if (end == *at || value > UINT_MAX)
		return false;
	*at = end;
	*out = (unsigned int)value;
	return true;
}

int device_number_parse(const char *text, dev_t *out)
{
	unsigned int major_number, minor_number;

	if (!take_number(&text, &major_number) || *text++ != ':' ||
	    !take_number(&text, &minor_number))
		return -ENODATA;
	*out = makedev(major_number, minor_number);
	return 0;
}
