// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/load.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>

static int read_named(const char *path, char **buf, size_t *len)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_to_end(fd, CONFIG_MAX, buf, len);
}

int config_load(const struct root *root, const char *path, struct config *out,
		struct config_error *error)
{
	_cleanup_free_ char *buf = NULL;
	size_t len = 0;
	int r;

	r = config_init(out);
	if (r < 0)
		return r;
	r = path ? read_named(path, &buf, &len)
		 : root_read(root, CONFIG_PATH, CONFIG_MAX, &buf, &len);
	if (r == -ENOENT && !path)
		return 0;
	/* Not to be taken for an invalid file: reading gives EINVAL for some things that are not
	 * files. */
	if (r == -EINVAL)
		return -EIO;
	if (r < 0)
		return r;
	return config_parse(out, buf, len, error);
}
