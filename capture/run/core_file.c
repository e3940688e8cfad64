// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/core_file.h"

#include "base/io.h"
#include "base/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int core_file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return -EINVAL;
	}
	return fd;
}

enum dump_format core_file_format(int fd)
{
	char head[DUMP_FORMAT_BYTES];
	ssize_t n = pread_up_to(fd, head, sizeof(head), 0);

	return n < 0 ? DUMP_FORMAT_UNKNOWN : dump_format_of(head, (size_t)n);
}

/* What makes a core unusable that is one. */
static const char *advice(enum vmcore_problem problem)
{
	switch (problem) {
	case VMCORE_BAD_NOTE:
	case VMCORE_LOAD_OUTSIDE:
		return "copy it once more from where it came from";
	case VMCORE_WRONG_MACHINE:
	case VMCORE_NOT_ELF64:
		return "fadump-ng reads cores of 64-bit POWER kernels";
	case VMCORE_NOT_CORE:
		return "name the core itself";
	default:
		return "";
	}
}

void core_file_explain(const char *path, int fd, const struct verdict *v, char *out, size_t size)
{
	enum dump_format format = core_file_format(fd);
	const char *todo = dump_format_advice(format), *detail = v->core.detail;
	/* A sentence, of which the message makes a part of one. */
	const char *why = vmcore_problem_text(v->problem);

	if (format == DUMP_FORMAT_ELF)
		todo = advice(v->problem);
	if (format == DUMP_FORMAT_UNKNOWN || format == DUMP_FORMAT_ELF)
		(void)snprintf(out, size, "%s: not a core that can be captured: %c%.*s%s%s%s%s%s",
			       path, why[0] - 'A' + 'a', (int)strlen(why) - 2, why + 1,
			       *detail ? " (" : "", detail, *detail ? ")" : "", *todo ? "; " : "",
			       todo);
	else
		(void)snprintf(out, size, "%s: not a core that can be captured: it is %s%s%s", path,
			       dump_format_text(format), *todo ? "; " : "", todo);
}

void core_file_error(const char *path, const struct verdict *v, int err, char *out, size_t size)
{
	(void)snprintf(out, size, "%s: %s%s", path,
		       err == -EINVAL ? "not a regular file" : verdict_error(v, err),
		       rights_advice(err));
}
