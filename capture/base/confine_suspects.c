// SPDX-License-Identifier: GPL-2.0-or-later
/* Which limit a confined child may have died of. */
#include "base/confine.h"
#include "base/macros.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

/* A C library that cannot load or map what it needs says little, or nothing, and aborts. */
static const struct {
	int signal;
	unsigned int limits;
} by_signal[] = {
	{SIGXFSZ, CONFINE_FILE_SIZE}, {SIGXCPU, CONFINE_CPU},
	{SIGSYS, CONFINE_CALLS},      {SIGSEGV, CONFINE_MEMORY},
	{SIGBUS, CONFINE_MEMORY},     {SIGABRT, CONFINE_MEMORY | CONFINE_FILES},
};

/* strerror(3) in the C locale, and what programs say themselves. */
static const struct {
	const char *words;
	unsigned int limits;
} by_words[] = {
	{"File too large", CONFINE_FILE_SIZE},
	{"Too many open files", CONFINE_FILES},
	{"Cannot allocate memory", CONFINE_MEMORY},
	{"Can't allocate memory", CONFINE_MEMORY},
	{"Resource temporarily unavailable", CONFINE_MEMORY},
	{"cannot allocate", CONFINE_MEMORY},
	{"failed to map segment", CONFINE_MEMORY},
	{"ut of memory", CONFINE_MEMORY},
	{"memory exhausted", CONFINE_MEMORY},
	{"Operation not permitted", CONFINE_CALLS | CONFINE_OPENS},
	{"Function not implemented", CONFINE_CALLS},
	{"Permission denied", CONFINE_OPENS},
};

unsigned int confine_suspects(int status, const char *said)
{
	unsigned int limits = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(by_signal); i++)
		if (status == 128 + by_signal[i].signal)
			limits |= by_signal[i].limits;
	for (i = 0; status > 0 && i < ARRAY_SIZE(by_words); i++)
		if (strstr(said, by_words[i].words))
			limits |= by_words[i].limits;
	return limits;
}

static const char *const limit_words[] = {"memory",    "CPU time",     "open files",
					  "file size", "system calls", "files and identity"};
static const char *const lack_words[] = {"identity",     "limits",  "privileges",
					 "system calls", "network", "files"};

const char *confine_limit_word(unsigned int bit)
{
	return bit < ARRAY_SIZE(limit_words) ? limit_words[bit] : NULL;
}

const char *confine_lack_word(unsigned int bit)
{
	return bit < ARRAY_SIZE(lack_words) ? lack_words[bit] : NULL;
}

void confine_words(unsigned int mask, const char *(*word)(unsigned int), char *buf, size_t size)
{
	size_t used = 0;

	if (size == 0)
		return;
	buf[0] = '\0';
	for (unsigned int bit = 0; word(bit); bit++) {
		size_t n = strlen(word(bit)), sep = used ? 2 : 0;

		if (!(mask & 1U << bit) || n + sep >= size - used)
			continue;
		memcpy(buf + used, ", ", sep);
		memcpy(buf + used + sep, word(bit), n + 1);
		used += sep + n;
	}
}
