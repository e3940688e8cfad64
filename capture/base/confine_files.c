// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of a confined program: Landlock, which an unprivileged process may ask for.
 * Documentation/userspace-api/landlock.rst; from Linux 5.13 on, where the kernel has it on. */
#include "base/confine.h"

#include "base/cleanup.h"
#include "base/macros.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/landlock.h>) && defined(__NR_landlock_create_ruleset)
#include <linux/landlock.h>

#define OF_FILES                                                                                   \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE)
#define LOOK   (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RUN    (LOOK | LANDLOCK_ACCESS_FS_EXECUTE)
#define DEVICE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define SCRATCH                                                                                    \
	(LOOK | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                      \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* All of its first version; what came later is refused with these, or does no harm. */
#define HANDLED ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static const struct {
	const char *path;
	uint64_t access;
} places[] = {
	{"/usr", RUN},
	{"/bin", RUN},
	{"/sbin", RUN},
	{"/lib", RUN},
	{"/lib64", RUN},
	{"/etc/ld.so.cache", LOOK},
	{"/etc/ld.so.preload", LOOK},
	{"/proc", LOOK},
	{"/sys", LOOK},
	{"/dev/null", DEVICE},
	{"/dev/zero", DEVICE},
	{"/dev/urandom", DEVICE},
	{"/tmp", SCRATCH},
};

static void allow_fd(int rules, int fd, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = fd, .allowed_access = access};

	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
		return;
	/* One that is no directory has fewer rights. */
	rule.allowed_access = access & OF_FILES;
	(void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* What is not there needs no rule. */
static void allow(int rules, const char *path, uint64_t access)
{
	_cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd >= 0)
		allow_fd(rules, fd, access);
}

/* Where the program lies, which PATH may have elsewhere. */
static void allow_program(int rules, const char *program)
{
	const char *path = getenv("PATH");
	char name[4096];

	while (path && *path && !strchr(program, '/')) {
		int n = (int)strcspn(path, ":");

		if (snprintf(name, sizeof(name), "%.*s/%s", n, path, program) < (int)sizeof(name) &&
		    access(name, X_OK) == 0) {
			name[n] = '\0';
			allow(rules, name, RUN);
			return;
		}
		path += n + (path[n] == ':');
	}
}

int confine_files_prepare(const struct confine *c, const char *program)
{
	const struct landlock_ruleset_attr attr = {.handled_access_fs = HANDLED};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (rules < 0)
		return -errno;
	(void)fcntl(rules, F_SETFD, FD_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		allow(rules, places[i].path, places[i].access);
	allow_program(rules, program);
	if (c->reads)
		allow(rules, c->reads, LOOK);
	/* Some open what they have open already, by its name in /proc. */
	allow_fd(rules, STDIN_FILENO, DEVICE);
	return rules;
}

unsigned int confine_files(int rules)
{
	int r;

	if (rules < 0)
		return CONFINE_NO_FILES;
	r = (int)syscall(SYS_landlock_restrict_self, rules, 0);
	(void)close(rules);
	return r == 0 ? 0 : CONFINE_NO_FILES;
}

#else

int confine_files_prepare(const struct confine *c, const char *program)
{
	(void)c;
	(void)program;
	return -ENOSYS;
}

unsigned int confine_files(int rules)
{
	(void)rules;
	return CONFINE_NO_FILES;
}

#endif
