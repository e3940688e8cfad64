// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/confine.h"

#include "base/macros.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc has a type of its own for it, which other C libraries lack. */
#if defined(__GLIBC__)
typedef __rlimit_resource_t resource;
#else
typedef int resource;
#endif

static bool limit(resource what, rlim_t value)
{
	/* One that is lower already stays: raising it needs a power that we may not have. */
	struct rlimit now, want = {.rlim_cur = value, .rlim_max = value};

	if (getrlimit(what, &now) < 0)
		return false;
	if (now.rlim_max < value)
		want.rlim_cur = want.rlim_max = now.rlim_max;
	return setrlimit(what, &want) == 0;
}

static unsigned int set_limits(const struct confine *c)
{
	bool ok = limit(RLIMIT_CORE, 0);

	if (!(c->without & CONFINE_FILE_SIZE))
		ok = limit(RLIMIT_FSIZE, c->file_size) && ok;
	if (!(c->without & CONFINE_FILES))
		ok = limit(RLIMIT_NOFILE, c->files) && ok;
	if (c->memory && !(c->without & CONFINE_MEMORY))
		ok = limit(RLIMIT_AS, c->memory) && ok;
	if (c->cpu_s && !(c->without & CONFINE_CPU))
		ok = limit(RLIMIT_CPU, c->cpu_s) && ok;
	return ok ? 0 : CONFINE_NO_LIMITS;
}

static bool keep_capabilities(uint32_t mask)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = mask, .permitted = mask, .inheritable = mask}};

	return syscall(SYS_capset, &head, data) == 0;
}

static unsigned int change_user(bool read_any)
{
	uint32_t mask = read_any ? 1U << CAP_DAC_READ_SEARCH : 0;
	bool ok;

	/* Without it, a change of user takes the powers away before we can choose. */
	(void)prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	ok = setgroups(0, NULL) == 0;
	ok = setresgid(CONFINE_USER, CONFINE_USER, CONFINE_USER) == 0 && ok;
	ok = setresuid(CONFINE_USER, CONFINE_USER, CONFINE_USER) == 0 && ok;
	ok = keep_capabilities(mask) && ok;
	(void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	/* To last through exec. */
	if (mask)
		ok = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0) == 0 &&
		     ok;
	return ok ? 0 : CONFINE_NO_USER;
}

unsigned int confine_self(const struct confine *c)
{
	unsigned int lack = set_limits(c);

	if (geteuid() == 0 && !c->stay && !(c->without & CONFINE_OPENS))
		lack |= change_user(c->read_any);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		lack |= CONFINE_NO_PRIVILEGES;
	return lack;
}

unsigned int confine_program(const struct confine *c, const char *program)
{
	unsigned int lack = 0, network = confine_network();
	int rules = -1;

	if (!(c->without & CONFINE_OPENS))
		rules = confine_files_prepare(c, program);
	lack |= confine_self(c);
	if (!(c->without & CONFINE_OPENS))
		lack |= confine_files(rules);
	if (!(c->without & CONFINE_CALLS))
		lack |= confine_program_calls();
	/* Without sockets there is no network, whichever it is in. */
	if (c->without & CONFINE_CALLS || lack & CONFINE_NO_FILTER)
		lack |= network;
	return lack;
}

unsigned int confine_network(void)
{
	return unshare(CLONE_NEWNET) == 0 ? 0 : CONFINE_NO_NETWORK;
}
