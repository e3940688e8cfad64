// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/life.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define FAMILY_MAX 512 /* processes, not counting the kernel's own threads */
#define KTHREADD   2

struct family {
	struct life_stat of[FAMILY_MAX];
	bool in[FAMILY_MAX];
	size_t n;
};

/* The number at *s, which ends at a blank or at the end; *s is moved past it. */
static bool number(const char **s, const char *end, uint64_t *out)
{
	uint64_t n = 0;
	const char *p = *s;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end || !isdigit((unsigned char)*p))
		return false;
	for (; p < end && isdigit((unsigned char)*p); p++)
		n = n * 10 + (uint64_t)(*p - '0');
	*s = p;
	*out = n;
	return true;
}

/* Over a word, which may be a negative number. */
static bool word(const char **s, const char *end)
{
	const char *p = *s;

	while (p < end && *p == ' ')
		p++;
	if (p == end)
		return false;
	while (p < end && *p != ' ')
		p++;
	*s = p;
	return true;
}

/*
 * PID (NAME) STATE PARENT GROUP SESSION TTY TTY_GROUP FLAGS MINFLT CMINFLT MAJFLT CMAJFLT UTIME
 * STIME CUTIME CSTIME ...: the name may hold anything, so the last bracket is looked for.
 */
int life_parse_stat(const char *buf, size_t len, struct life_stat *out)
{
	const char *end = buf + len, *p = memrchr(buf, ')', len);
	uint64_t pid, parent, v[8]; /* minflt, cminflt, majflt, cmajflt, then the times */
	const char *first = buf;
	char state;
	size_t i;

	if (!p || end - p < 4 || p[1] != ' ' || !number(&first, p, &pid))
		return -EINVAL;
	state = p[2];
	p += 3;
	if (!number(&p, end, &parent))
		return -EINVAL;
	for (i = 0; i < 5; i++)
		if (!word(&p, end))
			return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(v); i++)
		if (!number(&p, end, &v[i]))
			return -EINVAL;
	if (pid == 0 || pid > INT32_MAX || parent > INT32_MAX)
		return -EINVAL;
	*out = (struct life_stat){
		.pid = (pid_t)pid,
		.parent = (pid_t)parent,
		.state = state,
		.own = v[0] + v[2] + v[4] + v[5],
		.gone = v[1] + v[3] + v[6] + v[7],
	};
	return 0;
}

/* The number after a name at the beginning of a line; 0 when there is no such line. */
static uint64_t value(const char *buf, size_t len, const char *name)
{
	const char *end = buf + len, *line = buf, *p;
	size_t n = strlen(name);
	uint64_t out;

	while (line < end) {
		if ((size_t)(end - line) > n && memcmp(line, name, n) == 0) {
			p = line + n;
			return number(&p, end, &out) ? out : 0;
		}
		line = memchr(line, '\n', (size_t)(end - line));
		if (!line)
			return 0;
		line++;
	}
	return 0;
}

uint64_t life_sum_io(const char *buf, size_t len, bool only_read)
{
	uint64_t sum = value(buf, len, "rchar:") + value(buf, len, "read_bytes:");

	return only_read ? sum : sum + value(buf, len, "wchar:") + value(buf, len, "write_bytes:");
}

uint64_t life_parse_written(const char *buf, size_t len)
{
	return value(buf, len, "nr_written ");
}

/* As much of a file as fits. Its length, or -errno. */
static ssize_t read_some(int at, const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = openat(at, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : pread_up_to(fd, buf, size, 0);
}

/* Only where the kernel was built to count it. */
static uint64_t io_of(int proc, pid_t pid, bool only_read)
{
	char path[40], buf[512] = "";
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%d/io", (int)pid);
	n = read_some(proc, path, buf, sizeof(buf));
	return n > 0 ? life_sum_io(buf, (size_t)n, only_read) : 0;
}

static uint64_t written(int proc)
{
	_cleanup_free_ char *buf = malloc(32 * KIB);
	ssize_t n = buf ? read_some(proc, "vmstat", buf, 32 * KIB) : 0;

	return n > 0 ? life_parse_written(buf, (size_t)n) : 0;
}

uint64_t life_work(pid_t pid)
{
	struct life_stat stat;
	char path[40], buf[1024];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	n = read_some(AT_FDCWD, path, buf, sizeof(buf));
	if (n <= 0 || life_parse_stat(buf, (size_t)n, &stat) < 0)
		return 0;
	return stat.own + stat.gone;
}

/* All processes that are not the kernel's threads. */
static int gather(DIR *dir, struct family *f)
{
	char path[sizeof(((struct dirent *)NULL)->d_name) + 8], buf[1024] = "";
	const struct dirent *entry;
	ssize_t n;

	while ((entry = readdir(dir)) && f->n < FAMILY_MAX) {
		struct life_stat *s = &f->of[f->n];

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		(void)snprintf(path, sizeof(path), "%s/stat", entry->d_name);
		n = read_some(dirfd(dir), path, buf, sizeof(buf));
		if (n > 0 && life_parse_stat(buf, (size_t)n, s) == 0 && s->parent != KTHREADD &&
		    s->pid != KTHREADD)
			f->n++;
	}
	return f->n ? 0 : -ESRCH;
}

/* A child of one that is in is in, until there is none more. */
static void mark(struct family *f, pid_t pid)
{
	pid_t self = getpid();
	bool more = true;
	size_t i, k;

	for (i = 0; i < f->n; i++)
		f->in[i] = f->of[i].pid == pid;
	while (more) {
		more = false;
		for (i = 0; i < f->n; i++) {
			for (k = 0; k < f->n && !f->in[i] && f->of[i].pid != self; k++)
				if (f->in[k] && f->of[i].parent == f->of[k].pid)
					f->in[i] = more = true;
		}
	}
}

int life_look(pid_t pid, struct life *out)
{
	_cleanup_free_ struct family *f = calloc(1, sizeof(*f));
	_cleanup_closedir_ DIR *dir = opendir("/proc");
	struct life l = {0};
	size_t i;
	int err;

	if (!f || !dir)
		return f ? -errno : -ENOMEM;
	err = gather(dir, f);
	if (err < 0)
		return err;
	mark(f, pid);
	for (i = 0; i < f->n; i++) {
		const struct life_stat *s = &f->of[i];

		if (!f->in[i])
			continue;
		l.sum += s->gone + io_of(dirfd(dir), s->pid, s->pid == pid);
		l.blocked = l.blocked || s->state == 'D';
		if (s->pid == pid)
			l.state = s->state;
		else
			l.sum += s->own;
	}
	if (!l.state)
		return -ESRCH;
	l.written = written(dirfd(dir));
	*out = l;
	return 0;
}
