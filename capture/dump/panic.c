// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/panic.h"

#include "base/macros.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SECOND    UINT64_C(1000000) /* times are in microseconds */
#define SKEW      (2 * SECOND)      /* by so much the clocks of CPUs may differ */
#define NESTED    (5 * SECOND)      /* a fault so soon after a panic is one in its course */
#define AFTERMATH (30 * SECOND)     /* a kernel that panics says nothing any more after so long */
#define OUTLIVED  (600 * SECOND)    /* a lockup so long before the end was survived */
#define CAUSE     (30 * SECOND)     /* a cause comes before its panic by no more */
#define NO_TIME   UINT64_MAX

/* What a line is, and what a panic or an Oops may follow from. */
enum kind {
	NOTHING,
	FAULT, /* of the kernel's own: an Oops comes next */
	MACHINE,
	MAINTENANCE,
	SOFT_LOCKUP,
	HARD_LOCKUP,
	WARNING, /* with panic_on_warn */
	STALL,
	SYSRQ,
	OOPS,
	PANIC,
	KINDS,
};

struct text {
	const char *p;
	size_t len;
};

/* The first that fits. The second word, where there is one, may stand anywhere in the line. */
static const struct {
	const char *start, *has;
	enum kind kind;
} rows[] = {
	{"Kernel panic - not syncing", NULL, PANIC},
	{"Oops: ", NULL, OOPS},
	{"kernel BUG at ", NULL, FAULT},
	{"BUG: Unable to handle kernel", NULL, FAULT},
	{"BUG: unable to handle", NULL, FAULT},
	{"BUG: Kernel NULL pointer", NULL, FAULT},
	{"BUG: kernel NULL pointer", NULL, FAULT},
	{"Unable to handle kernel", NULL, FAULT},
	{"Unrecoverable ", NULL, FAULT},
	{"Bad kernel stack pointer", NULL, FAULT},
	{"MCE: CPU", "[Not recovered]", MACHINE},
	{"", "Machine check interrupt [Not recovered]", MACHINE},
	{"Machine check in kernel mode", NULL, MACHINE},
	{"Machine check interrupt ", NULL, MACHINE},
	{"", "Hypervisor Maintenance interrupt [Not recovered]", MAINTENANCE},
	{"watchdog: ", "ard LOCKUP", HARD_LOCKUP},
	{"NMI watchdog: ", "ard LOCKUP", HARD_LOCKUP},
	{"Watchdog ", "ard LOCKUP", HARD_LOCKUP},
	{"watchdog: BUG: soft lockup", NULL, SOFT_LOCKUP},
	{"NMI watchdog: BUG: soft lockup", NULL, SOFT_LOCKUP},
	{"BUG: soft lockup", NULL, SOFT_LOCKUP},
	{"sysrq: Trigger a crash", NULL, SYSRQ},
	{"sysrq: SysRq : Trigger a crash", NULL, SYSRQ},
	{"SysRq : Trigger a crash", NULL, SYSRQ},
	{"rcu: INFO: rcu_", " stall", STALL},
	{"INFO: rcu_", " stall", STALL},
	{"WARNING: ", NULL, WARNING},
	{"BUG: ", NULL, WARNING},
	{"UBSAN: ", NULL, WARNING},
};

/* The panics that say only that there was something else. Any other is its own cause. */
static const struct {
	const char *has;
	enum kind of;
} follows[] = {
	{": Fatal exception", FAULT},
	{": Attempted to kill init!", FAULT},
	{": Attempted to kill the idle task!", FAULT},
	{": Aiee, killing interrupt handler!", FAULT},
	{": Fatal exception", MACHINE},
	{"achine check", MACHINE},
	{"achine Check", MACHINE},
	{": Unrecoverable HMI exception", MAINTENANCE},
	{": softlockup: ", SOFT_LOCKUP},
	{": Hard LOCKUP", HARD_LOCKUP},
	{": hard LOCKUP", HARD_LOCKUP},
	{"panic_on_warn set", WARNING},
};

struct said {
	struct text line; /* len 0: it was not */
	uint64_t at;
	bool oopsed; /* its Oops came */
};

struct search {
	uint64_t end; /* the log's; NO_TIME when it has no times */
	uint64_t now;
	struct said cause[KINDS]; /* the last of each since the last panic */
	struct said answer;
	enum kind kind; /* the answer's: of the line that closed it */
};

static bool starts(struct text t, const char *word)
{
	size_t n = strlen(word);

	return t.len >= n && memcmp(t.p, word, n) == 0;
}

static bool has(struct text t, const char *word)
{
	return memmem(t.p, t.len, word, strlen(word)) != NULL;
}

static void cut(struct text *t, size_t n)
{
	t->p += n;
	t->len -= n;
}

/* Digits at the start, cut off; how many there were. A number that is too large for any log is
 * 10^12.
 */
static size_t cut_digits(struct text *t, uint64_t *value)
{
	size_t n = 0;

	for (*value = 0; n < t->len && t->p[n] >= '0' && t->p[n] <= '9'; n++)
		if (*value < UINT64_C(1000000000000))
			*value = *value * 10 + (uint64_t)(t->p[n] - '0');
	cut(t, n);
	if (*value > UINT64_C(1000000000000))
		*value = UINT64_C(1000000000000);
	return n;
}

static void cut_spaces(struct text *t)
{
	while (starts(*t, " "))
		cut(t, 1);
}

/* "[   12.345678]": cut off, *at is the time. */
static bool cut_time(struct text *t, uint64_t *at)
{
	struct text rest = *t, fraction;
	uint64_t seconds, micro, unused;
	size_t n;

	if (!starts(rest, "["))
		return false;
	cut(&rest, 1);
	cut_spaces(&rest);
	if (cut_digits(&rest, &seconds) == 0 || !starts(rest, "."))
		return false;
	cut(&rest, 1);
	fraction = rest;
	n = cut_digits(&rest, &unused);
	if (n == 0 || !starts(rest, "]"))
		return false;
	cut(&rest, 1);
	fraction.len = n < 6 ? n : 6;
	(void)cut_digits(&fraction, &micro);
	for (; n < 6; n++)
		micro *= 10;
	*at = seconds * SECOND + micro;
	*t = rest;
	return true;
}

/* "[ T1234]", "[    C3]": who said it, with PRINTK_CALLER. */
static void cut_caller(struct text *t)
{
	struct text rest = *t;
	const char *end;
	uint64_t id;

	if (!starts(rest, "["))
		return;
	cut(&rest, 1);
	cut_spaces(&rest);
	if (!starts(rest, "T") && !starts(rest, "C"))
		return;
	cut(&rest, 1);
	if (cut_digits(&rest, &id) == 0)
		return;
	end = memchr(rest.p, ']', rest.len);
	if (end) {
		cut(&rest, (size_t)(end - rest.p) + 1);
		*t = rest;
	}
}

/*
 * Leave the message alone in *t, and its time in *at, NO_TIME when it has none. false: these are
 * not the kernel's own words.
 */
static bool cut_head(struct text *t, uint64_t *at)
{
	struct text rest = *t;
	uint64_t priority = 0, other;

	*at = NO_TIME;
	if (starts(rest, "<")) {
		cut(&rest, 1);
		if (cut_digits(&rest, &priority) > 0 && starts(rest, ">")) {
			cut(&rest, 1);
			*t = rest;
		}
	}
	if (priority >= 8)
		return false;
	if (cut_time(t, at)) {
		cut_caller(t);
		cut_spaces(t);
		cut_caller(t);
		cut_spaces(t);
		/* The line of another log within a line of this one. */
		if (cut_time(t, &other))
			return false;
	}
	return true;
}

static struct text next_line(struct text *rest)
{
	const char *eol = memchr(rest->p, '\n', rest->len);
	struct text line = {rest->p, eol ? (size_t)(eol - rest->p) : rest->len};

	cut(rest, line.len + (eol != NULL));
	while (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

static enum kind kind_of(struct text t)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (starts(t, rows[i].start) && (!rows[i].has || has(t, rows[i].has)))
			return rows[i].kind;
	return NOTHING;
}

static bool is_lockup(enum kind kind)
{
	return kind == SOFT_LOCKUP || kind == HARD_LOCKUP || kind == STALL;
}

static bool within(const struct said *s, uint64_t now, uint64_t span)
{
	return s->line.len > 0 && now - s->at <= span;
}

static void take_panic(struct search *s, struct text line)
{
	struct said answer = {.line = line, .at = s->now}, *cause;
	uint64_t latest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(follows); i++) {
		cause = &s->cause[follows[i].of];
		if (!has(line, follows[i].has) || !within(cause, s->now, CAUSE) ||
		    cause->at < latest)
			continue;
		answer.line = cause->line;
		latest = cause->at;
	}
	memset(s->cause, 0, sizeof(s->cause));
	s->answer = answer;
	s->kind = PANIC;
}

/* A fault, or its Oops: the same failure when one comes right after the other. */
static void take_fault(struct search *s, struct text line, enum kind kind)
{
	struct said *fault = &s->cause[FAULT], *machine = &s->cause[MACHINE];
	struct said said = {.line = line, .at = s->now, .oopsed = kind == OOPS};

	/* Before 5.5 the key wrote to address 0. */
	if (within(&s->cause[SYSRQ], s->now, SKEW))
		said.line = s->cause[SYSRQ].line;
	else if (kind == OOPS && within(machine, s->now, SKEW) && !machine->oopsed)
		said.line = machine->line;
	else if (kind == OOPS && within(fault, s->now, SKEW) && !fault->oopsed)
		said.line = fault->line;
	machine->oopsed = true;
	s->cause[FAULT] = said;
	s->answer = said;
	s->kind = FAULT;
}

/* Does the panic before stand against a line of this kind? */
static bool in_panic(const struct search *s, enum kind kind)
{
	bool fault = kind == FAULT || kind == OOPS;

	return s->kind == PANIC && s->now - s->answer.at <= (fault ? NESTED : AFTERMATH);
}

static void take(struct search *s, struct text line, enum kind kind)
{
	if (kind == PANIC) {
		take_panic(s, line);
	} else if (kind == NOTHING || in_panic(s, kind)) {
		return;
	} else if (kind == FAULT || kind == OOPS) {
		take_fault(s, line, kind);
	} else {
		s->cause[kind] = (struct said){.line = line, .at = s->now};
		/* Neither is a failure by itself. */
		if (kind == WARNING || (kind == STALL && s->answer.line.len > 0))
			return;
		s->answer = s->cause[kind];
		s->kind = kind;
	}
}

/* A panic that the log outlived was none of this kernel's; a lockup was not what it died of. */
static bool outlived(const struct search *s)
{
	uint64_t span = s->kind == PANIC ? AFTERMATH : OUTLIVED;

	return (s->kind == PANIC || is_lockup(s->kind)) && s->end != NO_TIME &&
	       s->end > s->answer.at + span;
}

/* A time that this boot never came to, or had passed, is another boot's. */
static bool is_of_this_boot(const struct search *s, uint64_t at)
{
	return at == NO_TIME || (at <= s->end + SKEW && at + SKEW >= s->now);
}

/* When the log ends: the last time that is one of its own. */
static uint64_t end_of(struct text rest)
{
	uint64_t end = NO_TIME, at;

	while (rest.len > 0) {
		struct text line = next_line(&rest);

		(void)cut_head(&line, &at);
		if (at != NO_TIME)
			end = at;
	}
	return end;
}

static void copy_line(struct text t, char *out, size_t size)
{
	size_t n = t.len < size - 1 ? t.len : size - 1;

	memcpy(out, t.p, n);
	for (size_t i = 0; i < n; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '?';
	out[n] = '\0';
}

void panic_find(const char *text, size_t len, char *out, size_t size)
{
	struct text rest = {text, len};
	struct search s = {.end = end_of(rest)};
	uint64_t at;

	if (size == 0)
		return;
	out[0] = '\0';
	while (rest.len > 0) {
		struct text line = next_line(&rest);

		if (!cut_head(&line, &at) || !is_of_this_boot(&s, at))
			continue;
		if (at != NO_TIME && at > s.now)
			s.now = at;
		take(&s, line, kind_of(line));
	}
	if (s.answer.line.len > 0 && !outlived(&s))
		copy_line(s.answer.line, out, size);
}
