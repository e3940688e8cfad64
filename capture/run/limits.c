// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/limits.h"

#include "base/cleanup.h"
#include "run/sysctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FIELDS_MAX  3
#define MEMINFO_MAX (64 * KIB)

/* What the computations go by. */
struct machine {
	uint64_t memory; /* bytes */
	uint64_t stack;  /* THREAD_SIZE */
	uint64_t page;
};

static uint64_t clamp(uint64_t v, uint64_t least, uint64_t most)
{
	return v < least ? least : v > most ? most : v;
}

/* kernel/fork.c, set_max_threads() */
static uint64_t threads(const struct machine *m, size_t field)
{
	(void)field;
	return clamp(m->memory / (8 * m->stack), 20, 0x3fffffff);
}

/* kernel/fork.c, fork_init(): the limits of namespaces */
static uint64_t half_threads(const struct machine *m, size_t field)
{
	return threads(m, field) / 2;
}

/* fs/eventpoll.c, eventpoll_init(): 4 % of memory, of which an item takes about 200 bytes */
static uint64_t epoll(const struct machine *m, size_t field)
{
	(void)field;
	return m->memory / 25 / 200;
}

/* fs/notify: 1 % of memory, of which a watch, with two inodes, takes about 1300 bytes */
static uint64_t watches(const struct machine *m, size_t field)
{
	(void)field;
	return clamp(m->memory / 100 / 1300, 8192, 1048576);
}

/* mm/page_alloc.c, calculate_min_free_kbytes(): the root of 16 times the memory in KiB */
static uint64_t min_free(const struct machine *m, size_t field)
{
	uint64_t of = m->memory / KIB * 16, root = 0, bit;

	(void)field;
	for (bit = UINT64_C(1) << 31; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= of)
			root |= bit;
	return clamp(root, 128, 262144);
}

/* net/ipv4/tcp.c, tcp_init_mem(), and udp.c: a share of the pages, and three quarters and one and a
 * half of that */
static uint64_t pages(const struct machine *m, uint64_t share, size_t field)
{
	uint64_t limit = m->memory / m->page / share;

	if (limit < 128)
		limit = 128;
	return field == 0 ? limit / 4 * 3 : field == 1 ? limit : limit / 4 * 3 * 2;
}

static uint64_t tcp_mem(const struct machine *m, size_t field)
{
	return pages(m, 16, field);
}

static uint64_t udp_mem(const struct machine *m, size_t field)
{
	return pages(m, 8, field);
}

static const struct row {
	const char *name;
	size_t fields;
	uint64_t (*of)(const struct machine *m, size_t field);
} rows[] = {
	{"kernel.threads-max", 1, threads},
	{"user.max_user_namespaces", 1, half_threads},
	{"user.max_pid_namespaces", 1, half_threads},
	{"user.max_mnt_namespaces", 1, half_threads},
	{"user.max_net_namespaces", 1, half_threads},
	{"user.max_ipc_namespaces", 1, half_threads},
	{"user.max_uts_namespaces", 1, half_threads},
	{"user.max_cgroup_namespaces", 1, half_threads},
	{"user.max_time_namespaces", 1, half_threads},
	{"fs.epoll.max_user_watches", 1, epoll},
	{"fs.inotify.max_user_watches", 1, watches},
	{"fs.fanotify.max_user_marks", 1, watches},
	{"vm.min_free_kbytes", 1, min_free},
	{"net.ipv4.tcp_mem", 3, tcp_mem},
	{"net.ipv4.udp_mem", 3, udp_mem},
};

/* PID 1's, as its file limits names them. fork_init() makes them half of threads-max. */
static const struct {
	const char *row, *name;
	__rlimit_resource_t resource;
} first[] = {
	{"Max processes", "RLIMIT_NPROC of PID 1", RLIMIT_NPROC},
	{"Max pending signals", "RLIMIT_SIGPENDING of PID 1", RLIMIT_SIGPENDING},
};

/*
 * THREAD_SIZE is a matter of the kernel's configuration, 16 to 64 KiB. What all stacks take tells,
 * with the number of tasks; the CPUs' idle tasks are not counted in it, so it is rounded to a power
 * of two.
 */
static uint64_t stack_size(const struct root *root)
{
	_cleanup_free_ char *info = NULL, *load = NULL;
	uint64_t kib = 0, tasks = 0, size = 16 * KIB;
	const char *at;
	size_t len;

	if (root_read(root, "/proc/meminfo", MEMINFO_MAX, &info, &len) == 0 &&
	    (at = strstr(info, "\nKernelStack:")))
		kib = strtoull(at + strlen("\nKernelStack:"), NULL, 10);
	/* "0.00 0.00 0.00 RUNNING/TASKS LAST" */
	if (root_read(root, "/proc/loadavg", 256, &load, &len) == 0 && (at = strchr(load, '/')))
		tasks = strtoull(at + 1, NULL, 10);
	if (!kib || !tasks)
		return 32 * KIB;
	/* Half way between two of them in size. */
	while (size < 64 * KIB && kib * KIB / tasks > size + size / 2)
		size *= 2;
	return size;
}

static struct machine machine_of(const struct root *root, uint64_t memory)
{
	return (struct machine){.memory = memory,
				.stack = stack_size(root),
				.page = (uint64_t)sysconf(_SC_PAGESIZE)};
}

static void add(struct limits *out, const char *name, uint64_t now, uint64_t full)
{
	if (out->n == LIMITS_MAX || now >= full / 4 * 3)
		return;
	(void)snprintf(out->list[out->n].name, sizeof(out->list[out->n].name), "%s", name);
	out->list[out->n].now = now;
	out->list[out->n].full = full;
	out->n++;
}

/* The soft and the hard limit, of "Max processes  2494  2494  processes". */
static bool first_limit(const struct root *root, const char *row, uint64_t *soft, uint64_t *hard)
{
	_cleanup_free_ char *text = NULL;
	const char *at;
	char *end;
	size_t len;

	if (root_read(root, "/proc/1/limits", MEMINFO_MAX, &text, &len) < 0)
		return false;
	at = strstr(text, row);
	if (!at)
		return false;
	at += strlen(row);
	*soft = strtoull(at, &end, 10);
	if (end == at)
		return false;
	at = end;
	*hard = strtoull(at, &end, 10);
	return end != at;
}

void limits_find(const struct root *root, uint64_t memory, struct limits *out)
{
	struct machine m = machine_of(root, memory);
	uint64_t now[FIELDS_MAX], hard;
	size_t i;

	*out = (struct limits){.n = 0};
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		/* The last of three is the one that holds. */
		if (sysctl_read(root, rows[i].name, now, rows[i].fields) == 0 &&
		    !sysctl_is_set(root, rows[i].name))
			add(out, rows[i].name, now[rows[i].fields - 1],
			    rows[i].of(&m, rows[i].fields - 1));
	for (i = 0; i < ARRAY_SIZE(first); i++)
		if (first_limit(root, first[i].row, now, &hard))
			add(out, first[i].name, now[0], half_threads(&m, 0));
}

/* Unchanged since boot: it is about what the kernel computes for that memory. */
static bool is_computed(uint64_t now, uint64_t of)
{
	return now >= of / 2 && now <= of * 2;
}

static void raise_row(const struct root *root, const struct row *r, const struct machine *before,
		      const struct machine *after, char *said, size_t size)
{
	uint64_t now[FIELDS_MAX], want[FIELDS_MAX];
	size_t i, n = strlen(said);

	if (sysctl_read(root, r->name, now, r->fields) < 0 || sysctl_is_set(root, r->name))
		return;
	for (i = 0; i < r->fields; i++) {
		uint64_t was = r->of(before, i), full = r->of(after, i);

		if (!was || !is_computed(now[i], was) || full <= was)
			return;
		/* The kernel's own figure is a little other than ours. */
		want[i] = (uint64_t)((double)now[i] * ((double)full / (double)was));
	}
	if (sysctl_write(root, r->name, want, r->fields) == 0)
		(void)snprintf(said + n, size - n, "%s%s", *said ? ", " : "", r->name);
}

static void raise_first(const struct root *root, uint64_t threads_before, uint64_t threads_after,
			char *said, size_t size)
{
	struct rlimit want = {.rlim_cur = threads_after / 2, .rlim_max = threads_after / 2};
	uint64_t soft, hard;
	size_t i, n;

	for (i = 0; root->real && i < ARRAY_SIZE(first); i++) {
		if (!first_limit(root, first[i].row, &soft, &hard) || soft != hard ||
		    soft != threads_before / 2 || want.rlim_cur <= soft)
			continue;
		n = strlen(said);
		if (prlimit(1, first[i].resource, &want, NULL) == 0)
			(void)snprintf(said + n, size - n, "%s%s", *said ? ", " : "",
				       first[i].name);
	}
}

void limits_raise(const struct root *root, struct log *log, uint64_t before, uint64_t after)
{
	struct machine was = machine_of(root, before), is = was;
	uint64_t threads_before = 0, threads_after = 0;
	char said[700] = "";
	size_t i;

	is.memory = after;
	if (!before || after <= before)
		return;
	(void)!sysctl_read(root, rows[0].name, &threads_before, 1);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		raise_row(root, &rows[i], &was, &is, said, sizeof(said));
	if (sysctl_read(root, rows[0].name, &threads_after, 1) == 0)
		raise_first(root, threads_before, threads_after, said, sizeof(said));
	if (*said)
		log_info(log, "raised what the kernel had sized for little memory: %s", said);
}

const char *limits_huge_pages(const struct root *root)
{
	static const char *const words[] = {"hugepages", "hugepagesz", "default_hugepagesz",
					    "hugetlb_cma"};
	uint64_t n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (sysctl_is_on_command_line(root, words[i]))
			return words[i];
	if (sysctl_read(root, "vm.nr_hugepages", &n, 1) == 0 && n > 0)
		return "vm.nr_hugepages";
	return sysctl_is_set(root, "vm.nr_hugepages") ? "vm.nr_hugepages" : NULL;
}
