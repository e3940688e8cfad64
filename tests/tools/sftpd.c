// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An SFTP server (version 3) that does as it is told, on stdin and stdout: run by a stub `ssh`.
 * What a real one does not do on demand.
 *
 *   SFTPD_DIR      what clients see as /
 *   SFTPD_STATE    a directory for what connections share: the count of requests, what is durable
 *   SFTPD_LOG      a line a request that was carried out or refused, in order
 *   SFTPD_WITHOUT  extensions it does not have, as "fsync,statvfs,posix-rename,limits"
 *   SFTPD_LENGTH   the longest read and write, as limits@openssh.com says it
 *   SFTPD_ANSWERS  what it says that others do not, of: fsync-unsupported, fsync-invalid,
 *                  directory-failure (a directory is not synced), statvfs-failure, no-frsize,
 *                  no-room-known, remove-failure and stat-failure (of what is not there), flood
 *                  (a write is refused, and then come answers without end), three-at-once (a dump
 *                  is synced when three connections have asked for it), in-rounds (writes are
 *                  answered together, when no more come)
 *   SFTPD_FAULT    "KIND N": what becomes of the N-th request, from 1, over all connections
 *
 * - fail: refused with Failure
 * - full: that and every write from then on; no room is left
 * - delay: answered half a second late
 * - stall: never answered
 * - drop: not carried out, hung up
 * - dropdone: carried out, hung up
 * - dropsync: the N-th sync of a file, and no other request: not carried out, hung up
 * - stallsync: the same, never answered
 * - stallrename: the N-th rename: carried out, never answered
 * - silentrename: the same, and nothing is answered any more on any connection
 * - heldback: the N-th write is answered behind the next opening
 * - cut: hung up within the answer
 * - garbage: answered with what is no packet
 * - twice: answered twice
 * - wrongid: answered with the next request's number
 * - short: half of what was to be read; the N-th read
 * - late: hung up; carried out half a second later all the same
 * - reboot: all connections end; what was written and not synced is lost, as is a name of which the
 *   directory was not synced
 * - head: this connection ends, like one of several machines with one disk that dies: what was
 *   written on it and not synced on it is lost; the others live on
 */
#include "sftpd_head.h"
#include "target/sftp_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HANDLES 16

static const char *base, *state_dir, *without, *answers;
static char fault[16];
static unsigned long nth;
static size_t longest = 255 * 1024;
static int log_fd = -1;
static bool is_late; /* its connection is gone */

static struct {
	unsigned long requests;
	bool full, silent;
	unsigned int asked;
} * shared;

static struct {
	int fd;
	char path[512]; /* as the client has it */
} handles[HANDLES];

/* Names that a reboot takes back. */
static struct {
	char from[512], to[512];
} renamed[32];
static size_t n_renamed;

static unsigned char in[SFTP_PACKET_MAX + 4], out[SFTP_PACKET_MAX + 4];
static size_t in_len, in_at, out_len;
static unsigned char held[1024]; /* an answer that is for later */
static size_t held_len;

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	char line[1200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (log_fd >= 0 && n > 0)
		(void)!write(log_fd, line, (size_t)n);
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "sftpd: %s: %s\n", what, strerror(errno));
	exit(2);
}

static bool is(const char *kind)
{
	return strcmp(fault, kind) == 0;
}

static bool answers_with(const char *what)
{
	return strstr(answers, what) != NULL;
}

static bool read_all(void *buf, size_t len)
{
	unsigned char *p = buf;

	while (len) {
		ssize_t n = read(STDIN_FILENO, p, len);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static void write_all(const void *buf, size_t len)
{
	const unsigned char *p = buf;

	while (len) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n <= 0)
			exit(0);
		p += n;
		len -= (size_t)n;
	}
}

/* Taking requests apart; a client that sends nonsense is a failed test. */

static uint32_t get_u32(void)
{
	const unsigned char *p = in + in_at;

	in_at += 4;
	if (in_at > in_len)
		die("a request is cut short");
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t get_u64(void)
{
	uint64_t high = get_u32();

	return high << 32 | get_u32();
}

static const unsigned char *get_bytes(size_t *len)
{
	const unsigned char *p;

	*len = get_u32();
	p = in + in_at;
	if (*len > in_len - in_at)
		die("a request is cut short");
	in_at += *len;
	return p;
}

static void get_path(char *path)
{
	size_t len;
	const unsigned char *p = get_bytes(&len);

	if (len >= 512)
		die("a path is too long");
	memcpy(path, p, len);
	path[len] = '\0';
}

static const char *real(const char *path)
{
	static char names[2][1100];
	static int i;

	i = !i;
	(void)snprintf(names[i], sizeof(names[i]), "%s%s", base, path);
	return names[i];
}

/* Building answers */

static void put(const void *buf, size_t len)
{
	memcpy(out + out_len, buf, len);
	out_len += len;
}

static void put_u32(uint32_t v)
{
	const unsigned char b[] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16),
				   (unsigned char)(v >> 8), (unsigned char)v};

	put(b, 4);
}

static void put_u64(uint64_t v)
{
	put_u32((uint32_t)(v >> 32));
	put_u32((uint32_t)v);
}

static void put_bytes(const void *buf, size_t len)
{
	put_u32((uint32_t)len);
	put(buf, len);
}

static void begin(unsigned char type, uint32_t id)
{
	out_len = 4;
	put(&type, 1);
	put_u32(id);
}

static void put_status(uint32_t id, int err)
{
	uint32_t code = SFTP_FAILURE;

	if (err == 0)
		code = SFTP_OK;
	else if (err == ENOENT)
		code = SFTP_NO_SUCH_FILE;
	else if (err == EACCES || err == EPERM)
		code = SFTP_PERMISSION_DENIED;
	else if (err == ENODATA)
		code = SFTP_EOF;
	else if (err == EOPNOTSUPP)
		code = SFTP_OP_UNSUPPORTED;
	else if (err == EINVAL)
		code = SFTP_BAD_MESSAGE;
	begin(SFTP_STATUS, id);
	put_u32(code);
	put_bytes(err ? "Failure" : "Success", 7);
	put_bytes("", 0);
}

static void put_attrs(uint32_t id, const struct stat *st)
{
	begin(SFTP_ATTRS, id);
	put_u32(0x0f);
	put_u64((uint64_t)st->st_size);
	put_u32(st->st_uid);
	put_u32(st->st_gid);
	put_u32(st->st_mode);
	put_u32((uint32_t)st->st_atime);
	put_u32((uint32_t)st->st_mtime);
}

static void send_part(size_t parts)
{
	size_t len = out_len;

	out_len = 0;
	put_u32((uint32_t)(len - 4));
	out_len = len;
	write_all(out, len / parts);
}

static void send_out(void)
{
	send_part(1);
}

/* Answers to writes that wait until the client waits, too: a round trip for as many as it sends. */
static unsigned char rounds[64 * 1024];
static size_t rounds_len;

static void send_round(void)
{
	struct pollfd more = {.fd = STDIN_FILENO, .events = POLLIN};

	if (!rounds_len || poll(&more, 1, 50) > 0)
		return;
	say("round\n");
	write_all(rounds, rounds_len);
	rounds_len = 0;
}

static void send_later(void)
{
	size_t len = out_len;

	if (rounds_len + len > sizeof(rounds))
		exit(2);
	out_len = 0;
	put_u32((uint32_t)(len - 4));
	memcpy(rounds + rounds_len, out, len);
	rounds_len += len;
}

/* What a reboot leaves: the content of each file as it was when it was synced. */

static void copy(int from, int to)
{
	static char buf[65536];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(from, buf, sizeof(buf), at)) > 0) {
		if (pwrite(to, buf, (size_t)n, at) != n)
			die("copy");
		at += n;
	}
	if (ftruncate(to, at) < 0)
		die("copy");
}

static int open_shadow(int fd, int flags)
{
	char name[600];
	struct stat st;

	if (fstat(fd, &st) < 0)
		die("fstat");
	(void)snprintf(name, sizeof(name), "%s/%llu", state_dir, (unsigned long long)st.st_ino);
	return open(name, flags | O_CLOEXEC, 0600);
}

static void make_durable(int fd)
{
	int shadow = open_shadow(fd, O_RDWR | O_CREAT | O_TRUNC);

	if (shadow < 0)
		die("shadow");
	copy(fd, shadow);
	(void)close(shadow);
}

static void forget_unsynced(const char *dir)
{
	char command[2400];

	/* Every file that is there and has a shadow becomes it. */
	(void)snprintf(command, sizeof(command),
		       "find '%s' -type f | while read -r f; do s='%s'/$(stat -c %%i \"$f\"); "
		       "[ ! -e \"$s\" ] || cat \"$s\" >\"$f\"; done",
		       dir, state_dir);
	if (system(command) != 0)
		die("find");
}

static void kill_others(void)
{
	char path[600], mine[600] = "", theirs[600];
	FILE *f;
	int pid;

	(void)!readlink("/proc/self/exe", mine, sizeof(mine) - 1);
	(void)snprintf(path, sizeof(path), "%s/pids", state_dir);
	f = fopen(path, "r");
	while (f && fscanf(f, "%d", &pid) == 1) {
		memset(theirs, 0, sizeof(theirs));
		(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
		if (pid != getpid() && readlink(path, theirs, sizeof(theirs) - 1) > 0 &&
		    strcmp(mine, theirs) == 0)
			(void)kill(pid, SIGKILL);
	}
	if (f)
		(void)fclose(f);
}

static _Noreturn void reboot(void)
{
	kill_others();
	while (n_renamed--)
		(void)rename(real(renamed[n_renamed].to), real(renamed[n_renamed].from));
	forget_unsynced(base);
	exit(0);
}

/* Requests */

static int get_handle(void)
{
	size_t len;
	const unsigned char *p = get_bytes(&len);

	return len == 1 && p[0] < HANDLES && handles[p[0]].fd >= 0 ? p[0] : -1;
}

static void do_open(uint32_t id)
{
	unsigned char h = 0;
	uint32_t flags;
	char path[512];
	int fd, how;

	get_path(path);
	flags = get_u32();
	how = flags & SFTP_FXF_WRITE ? O_RDWR : O_RDONLY;
	how |= flags & SFTP_FXF_CREAT ? O_CREAT : 0;
	how |= flags & SFTP_FXF_EXCL ? O_EXCL : 0;
	how |= flags & SFTP_FXF_TRUNC ? O_TRUNC : 0;
	while (h < HANDLES && handles[h].fd >= 0)
		h++;
	fd = h < HANDLES ? open(real(path), how | O_CLOEXEC, 0600) : -1;
	say("open %s %s\n", path, fd < 0 ? "failed" : "ok");
	if (fd < 0) {
		put_status(id, errno);
		return;
	}
	if (flags & SFTP_FXF_CREAT) {
		int shadow = open_shadow(fd, O_WRONLY | O_CREAT);

		if (shadow >= 0)
			(void)close(shadow);
	}
	handles[h].fd = fd;
	memcpy(handles[h].path, path, sizeof(path));
	begin(SFTP_HANDLE, id);
	put_bytes(&h, 1);
}

static void do_close(uint32_t id, int h)
{
	if (h < 0) {
		put_status(id, EBADF);
		return;
	}
	say("close %s\n", handles[h].path);
	(void)close(handles[h].fd);
	handles[h].fd = -1;
	put_status(id, 0);
}

static _Noreturn void flood(uint32_t id)
{
	put_status(id, EIO);
	send_out();
	put_status(0x7fffffff, 0);
	for (;;)
		send_out();
}

static void do_write(uint32_t id, int h)
{
	uint64_t off = get_u64();
	size_t len;
	const unsigned char *p = get_bytes(&len);

	if (h < 0 || shared->full) {
		put_status(id, h < 0 ? EBADF : ENOSPC);
		return;
	}
	if (len > longest)
		die("a write is longer than the limit");
	if (answers_with("flood"))
		flood(id);
	if (is("head"))
		head_remember(handles[h].fd, p, len, (off_t)off);
	if (pwrite(handles[h].fd, p, len, (off_t)off) != (ssize_t)len) {
		put_status(id, ENOSPC);
		return;
	}
	say("%s %s %llu %zu\n", is_late ? "late" : "write", handles[h].path,
	    (unsigned long long)off, len);
	put_status(id, 0);
}

static void do_read(uint32_t id, int h, bool less)
{
	static unsigned char buf[SFTP_PACKET_MAX];
	uint64_t off = get_u64();
	size_t len = get_u32();
	ssize_t n;

	len = len < longest ? len : longest;
	n = h < 0 ? -1 : pread(handles[h].fd, buf, less ? (len + 1) / 2 : len, (off_t)off);
	if (n <= 0) {
		put_status(id, n < 0 ? EBADF : ENODATA);
		return;
	}
	begin(SFTP_DATA, id);
	put_bytes(buf, (size_t)n);
}

/* What an open file is called by now, as the client has it. */
static void name_now(int h, char path[512])
{
	char link[64], now[1024];
	size_t n = strlen(base);
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", handles[h].fd);
	len = readlink(link, now, sizeof(now) - 1);
	now[len > 0 ? len : 0] = '\0';
	(void)snprintf(path, 512, "%s",
		       strncmp(now, base, n) == 0 && now[n] == '/' ? now + n : handles[h].path);
}

static void do_fsync(uint32_t id, int h)
{
	char path[512];
	size_t i, n;
	struct stat st;

	if (h < 0 || fstat(handles[h].fd, &st) < 0) {
		put_status(id, EBADF);
		return;
	}
	name_now(h, path);
	if (answers_with("fsync-unsupported") || answers_with("fsync-invalid")) {
		say("nosync %s\n", path);
		put_status(id, answers_with("fsync-invalid") ? EINVAL : EOPNOTSUPP);
		return;
	}
	if (S_ISDIR(st.st_mode) && answers_with("directory-failure")) {
		say("nosync %s\n", path);
		put_status(id, EIO);
		return;
	}
	if (answers_with("three-at-once") && strstr(path, "/vmcore.")) {
		(void)__atomic_add_fetch(&shared->asked, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&shared->asked, __ATOMIC_SEQ_CST) < 3)
			(void)usleep(1000);
	}
	if (S_ISDIR(st.st_mode)) {
		for (i = n = 0; i < n_renamed; i++) {
			const char *slash = strrchr(renamed[i].to, '/');

			if (strlen(path) == (size_t)(slash - renamed[i].to) &&
			    strncmp(path, renamed[i].to, strlen(path)) == 0)
				continue;
			renamed[n++] = renamed[i];
		}
		n_renamed = n;
	} else {
		make_durable(handles[h].fd);
		head_synced(handles[h].fd);
	}
	say("fsync %s\n", path);
	put_status(id, 0);
}

static bool has(const char *extension)
{
	return !strstr(without, extension);
}

static void do_rename(uint32_t id, bool replace)
{
	char from[512], to[512];
	int err = 0;

	get_path(from);
	get_path(to);
	if (!replace && access(real(to), F_OK) == 0)
		err = EEXIST;
	else if (rename(real(from), real(to)) < 0)
		err = errno;
	say("rename %s %s %s\n", from, to, err ? "failed" : "ok");
	if (err == 0 && n_renamed < 32) {
		memcpy(renamed[n_renamed].from, from, sizeof(from));
		memcpy(renamed[n_renamed++].to, to, sizeof(to));
	}
	put_status(id, err);
}

static void do_statvfs(uint32_t id)
{
	struct statvfs v;
	char path[512];

	get_path(path);
	if (answers_with("statvfs-failure") || statvfs(real(path), &v) < 0) {
		put_status(id, answers_with("statvfs-failure") ? EIO : errno);
		return;
	}
	if (answers_with("no-frsize"))
		v.f_frsize = 0;
	if (answers_with("no-room-known"))
		v = (struct statvfs){.f_bsize = 4096, .f_frsize = 4096};
	begin(SFTP_EXTENDED_REPLY, id);
	put_u64(v.f_bsize);
	put_u64(v.f_frsize);
	put_u64(v.f_blocks);
	put_u64(v.f_bfree);
	put_u64(shared->full ? 0 : v.f_bavail);
	for (int i = 0; i < 6; i++)
		put_u64(0);
}

static void do_extended(uint32_t id)
{
	char name[512];

	get_path(name);
	if (strcmp(name, "fsync@openssh.com") == 0 && has("fsync")) {
		do_fsync(id, get_handle());
	} else if (strcmp(name, "posix-rename@openssh.com") == 0 && has("posix-rename")) {
		do_rename(id, true);
	} else if (strcmp(name, "statvfs@openssh.com") == 0 && has("statvfs")) {
		do_statvfs(id);
	} else if (strcmp(name, "limits@openssh.com") == 0 && has("limits")) {
		begin(SFTP_EXTENDED_REPLY, id);
		put_u64(SFTP_PACKET_MAX);
		put_u64(longest);
		put_u64(longest);
		put_u64(HANDLES);
	} else {
		die("an extension is used that was not offered");
	}
}

static void do_init(void)
{
	static const char *const names[] = {"fsync", "statvfs", "posix-rename", "limits"};

	/* The version stands where others have the request's number. */
	begin(SFTP_VERSION_REPLY, SFTP_VERSION);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char name[40];

		if (!has(names[i]))
			continue;
		(void)snprintf(name, sizeof(name), "%s@openssh.com", names[i]);
		put_bytes(name, strlen(name));
		put_bytes(i == 1 ? "2" : "1", 1);
	}
}

static void do_path(uint32_t id, unsigned char type)
{
	char path[512];
	struct stat st;
	int r;

	get_path(path);
	if (type == SFTP_LSTAT || type == SFTP_STAT) {
		r = type == SFTP_STAT ? stat(real(path), &st) : lstat(real(path), &st);
		if (r == 0) {
			put_attrs(id, &st);
			return;
		}
	} else if (type == SFTP_MKDIR) {
		r = mkdir(real(path), 0700);
		say("mkdir %s %s\n", path, r < 0 ? "failed" : "ok");
	} else if (type == SFTP_RMDIR) {
		r = rmdir(real(path));
	} else {
		r = unlink(real(path));
		say("remove %s %s\n", path, r < 0 ? "failed" : "ok");
	}
	if (r < 0 && errno == ENOENT &&
	    answers_with(type == SFTP_REMOVE ? "remove-failure" : "stat-failure"))
		errno = EIO;
	put_status(id, r < 0 ? errno : 0);
}

static void carry_out(unsigned char type, bool less)
{
	uint32_t id = get_u32();
	struct stat st;
	int h;

	switch (type) {
	case SFTP_INIT:
		do_init();
		break;
	case SFTP_OPEN:
		do_open(id);
		break;
	case SFTP_CLOSE:
		do_close(id, get_handle());
		break;
	case SFTP_READ:
		h = get_handle();
		do_read(id, h, less);
		break;
	case SFTP_WRITE:
		h = get_handle();
		do_write(id, h);
		break;
	case SFTP_FSTAT:
		h = get_handle();
		if (h >= 0 && fstat(handles[h].fd, &st) == 0)
			put_attrs(id, &st);
		else
			put_status(id, EBADF);
		break;
	case SFTP_RENAME:
		do_rename(id, false);
		break;
	case SFTP_EXTENDED:
		do_extended(id);
		break;
	case SFTP_LSTAT:
	case SFTP_STAT:
	case SFTP_MKDIR:
	case SFTP_RMDIR:
	case SFTP_REMOVE:
		do_path(id, type);
		break;
	default:
		die("a request of no known type");
	}
}

static _Noreturn void late(unsigned char type)
{
	(void)fflush(NULL);
	if (fork() == 0) {
		(void)setsid();
		(void)close(STDOUT_FILENO);
		(void)close(STDERR_FILENO);
		(void)usleep(500000);
		is_late = true;
		carry_out(type, false);
	}
	exit(0);
}

/* What the request would bring to stable storage; "-" when it is another one. */
static bool is_rename(unsigned char type)
{
	static const char name[] = "posix-rename@openssh.com";

	return type == SFTP_RENAME || (type == SFTP_EXTENDED && in_len > 8 + sizeof(name) &&
				       memcmp(in + 8, name, sizeof(name) - 1) == 0);
}

static const char *to_sync(unsigned char type)
{
	static char path[512];
	size_t at = in_at;
	char name[512];
	int h = -1;

	if (type == SFTP_EXTENDED) {
		(void)get_u32();
		get_path(name);
		if (strcmp(name, "fsync@openssh.com") == 0)
			h = get_handle();
	}
	in_at = at;
	(void)snprintf(path, sizeof(path), "-");
	if (h >= 0)
		name_now(h, path);
	return path;
}

static void spoilt(unsigned char type)
{
	static const unsigned char garbage[] = "\0\0\0\x10no packet at all";

	say("hit %s %lu type %u sync %s\n", fault, nth, type, to_sync(type));
	if (is("reboot"))
		reboot();
	if (is("late"))
		late(type);
	if (is("head")) {
		head_die();
		exit(0);
	}
	if (is("full"))
		shared->full = true;
	if (is("fail")) {
		put_status(get_u32(), EIO);
		send_out();
		return;
	}
	if (is("stall") || is("stallsync"))
		for (;;)
			(void)pause();
	if (is("drop") || is("dropsync"))
		exit(0);
	if (is("delay"))
		(void)usleep(500000);
	carry_out(type, is("short"));
	if (is("dropdone"))
		exit(0);
	shared->silent = is("silentrename");
	if (is("stallrename") || is("silentrename"))
		for (;;)
			(void)pause();
	if (is("garbage")) {
		write_all(garbage, sizeof(garbage));
		return;
	}
	if (is("cut")) {
		send_part(2);
		exit(0);
	}
	if (is("heldback")) {
		memcpy(held, out, out_len);
		held_len = out_len;
		return;
	}
	if (is("wrongid"))
		out[8]++;
	send_out();
	if (is("twice"))
		send_out();
}

/* Is it among those of which this kind of fault counts the N-th? */
static bool counts(unsigned char type)
{
	struct stat st;

	if (is("short"))
		return type == SFTP_READ;
	if (is("heldback"))
		return type == SFTP_WRITE;
	if (is("stallrename") || is("silentrename"))
		return is_rename(type);
	if (is("dropsync") || is("stallsync"))
		return stat(real(to_sync(type)), &st) == 0 && S_ISREG(st.st_mode);
	return true;
}

static bool serve(void)
{
	unsigned char head[5];
	unsigned long number;

	if (!read_all(head, 5))
		return false;
	in_len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (in_len-- == 0 || in_len >= sizeof(in))
		die("a request of a wrong length");
	in_at = 0;
	if (!read_all(in, in_len))
		return false;
	while (shared->silent)
		(void)pause();
	number = 0;
	if (counts(head[4]))
		number = __atomic_add_fetch(&shared->requests, 1, __ATOMIC_SEQ_CST);
	if (number == nth && *fault) {
		spoilt(head[4]);
		return true;
	}
	carry_out(head[4], false);
	if (head[4] == SFTP_WRITE && answers_with("in-rounds"))
		send_later();
	else
		send_out();
	send_round();
	if (head[4] == SFTP_OPEN && held_len) {
		memcpy(out, held, held_len);
		out_len = held_len;
		held_len = 0;
		send_out();
	}
	return true;
}

static const char *from_env(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v ? v : otherwise;
}

static void share(void)
{
	char path[600];
	FILE *f;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/shared", state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*shared)) < 0)
		die(path);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		die(path);
	(void)close(fd);
	(void)snprintf(path, sizeof(path), "%s/pids", state_dir);
	f = fopen(path, "a");
	if (!f || fprintf(f, "%d\n", (int)getpid()) < 0 || fclose(f) != 0)
		die(path);
}

int main(void)
{
	base = from_env("SFTPD_DIR", ".");
	state_dir = from_env("SFTPD_STATE", ".");
	without = from_env("SFTPD_WITHOUT", "");
	answers = from_env("SFTPD_ANSWERS", "");
	longest = strtoul(from_env("SFTPD_LENGTH", "261120"), NULL, 10);
	(void)sscanf(from_env("SFTPD_FAULT", ""), "%15s %lu", fault, &nth);
	for (int i = 0; i < HANDLES; i++)
		handles[i].fd = -1;
	if (getenv("SFTPD_LOG"))
		log_fd = open(getenv("SFTPD_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	share();
	while (serve())
		;
	return 0;
}
