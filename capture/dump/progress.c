// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/progress.h"

#include "base/macros.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void progress_init(struct progress *p, int64_t now)
{
	*p = (struct progress){.permille = -1, .started = now, .eta_s = -1};
}

/* Digits at *s, bounded; *s moves past them. -1 when there are none. */
static int64_t number(const char **s)
{
	int64_t v = 0;

	if (**s < '0' || **s > '9')
		return -1;
	for (; **s >= '0' && **s <= '9'; (*s)++)
		if (v < 1000000000)
			v = v * 10 + (**s - '0');
	return v;
}

/* "12.3 %]", tenths optional. *s ends up past the bracket. */
static int parse_permille(const char **s)
{
	int64_t whole, tenth = 0;

	while (**s == ' ')
		(*s)++;
	whole = number(s);
	if (whole < 0 || whole > 100)
		return -1;
	if (**s == '.') {
		(*s)++;
		if (**s < '0' || **s > '9')
			return -1;
		tenth = **s - '0';
		(void)number(s);
	}
	while (**s == ' ')
		(*s)++;
	if (strncmp(*s, "%]", 2) != 0)
		return -1;
	*s += 2;
	whole = whole * 10 + tenth;
	return whole > 1000 ? 1000 : (int)whole;
}

/* "3s", "2m5s", "1h10m", "3d4h"; what cannot be read ("> 100 days", a cut line) is unknown. */
static int64_t parse_eta(const char *s)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
	int64_t total = 0, n;
	size_t u;

	s = strstr(s, "eta:");
	if (!s)
		return -1;
	s += strlen("eta:");
	while (*s == ' ')
		s++;
	if (*s < '0' || *s > '9')
		return -1;
	while ((n = number(&s)) >= 0) {
		for (u = 0; u < ARRAY_SIZE(units) && units[u].unit != *s; u++)
			;
		if (u == ARRAY_SIZE(units))
			return -1;
		total += n * units[u].seconds;
		s++;
	}
	return total;
}

/* Is what we have of this line a progress line? Then take it over. */
static bool parse_line(struct progress *p)
{
	const char *bracket, *s;
	size_t end, n = 0;
	int permille;

	p->line[p->line_len] = '\0';
	bracket = strstr(p->line, ": [");
	if (!bracket)
		return false;
	s = bracket + strlen(": [");
	permille = parse_permille(&s);
	if (permille < 0)
		return false;
	end = (size_t)(bracket - p->line);
	while (end > 0 && p->line[end - 1] == ' ')
		end--;
	for (size_t i = 0; i < end && n + 1 < sizeof(p->phase); i++)
		p->phase[n++] = p->line[i];
	p->phase[n] = '\0';
	p->permille = permille;
	p->eta_s = parse_eta(s);
	return true;
}

static unsigned int look(struct progress *p)
{
	bool first = !p->counted;

	if (p->line_len == 0 || !parse_line(p))
		return 0;
	p->counted = true;
	return first;
}

unsigned int progress_feed(struct progress *p, const void *buf, size_t len)
{
	const char *s = buf;
	unsigned int updates = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\r' || s[i] == '\n') {
			updates += look(p);
			p->line_len = 0;
			p->counted = false;
		} else if (s[i] >= ' ' && s[i] < 0x7f && p->line_len + 1 < sizeof(p->line)) {
			p->line[p->line_len++] = s[i];
		}
	}
	return updates + look(p);
}

_printf_(4, 5) static void append(char *buf, size_t size, size_t *len, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (*len >= size)
		return;
	va_start(ap, fmt);
	n = vsnprintf(buf + *len, size - *len, fmt, ap);
	va_end(ap);
	if (n > 0)
		*len += (size_t)n;
}

static void append_bytes(char *buf, size_t size, size_t *len, uint64_t bytes, const char *what)
{
	if (bytes >= 10000000000)
		append(buf, size, len, ", %.1f GB%s", (double)bytes / 1e9, what);
	else
		append(buf, size, len, ", %.1f MB%s", (double)bytes / 1e6, what);
}

void progress_format(const struct progress *p, int64_t now, char *buf, size_t size)
{
	int64_t ms = now - p->started, s = p->eta_s;
	size_t len = 0;

	if (size == 0)
		return;
	append(buf, size, &len, "%s", p->phase[0] ? p->phase : "Starting");
	if (p->permille >= 0)
		append(buf, size, &len, ": %d.%d %%", p->permille / 10, p->permille % 10);
	if (p->bytes > 0) {
		append_bytes(buf, size, &len, p->bytes, " written");
		if (ms >= 500)
			append_bytes(buf, size, &len,
				     (uint64_t)((double)p->bytes * 1000 / (double)ms), "/s");
	}
	if (s >= 3600)
		append(buf, size, &len, ", %lld:%02d:%02d left", (long long)(s / 3600),
		       (int)(s / 60 % 60), (int)(s % 60));
	else if (s >= 0)
		append(buf, size, &len, ", %d:%02d left", (int)(s / 60), (int)(s % 60));
}
