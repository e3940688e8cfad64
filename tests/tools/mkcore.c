// SPDX-License-Identifier: GPL-2.0-or-later
/* mkcore DESCRIPTION|- CORE: make a small synthetic core out of a text; corebuild.h has the
 * language. */
#include "corebuild.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <fcntl.h>

#define TEXT_MAX (4 * MIB)

int main(int argc, char **argv)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int in = -1;
	_cleanup_close_ int out = -1;
	size_t len;
	int r;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: mkcore DESCRIPTION|- CORE\n");
		return 2;
	}
	in = strcmp(argv[1], "-") == 0 ? dup(STDIN_FILENO) : open(argv[1], O_RDONLY | O_CLOEXEC);
	if (in < 0) {
		perror(argv[1]);
		return 1;
	}
	r = read_to_end(in, TEXT_MAX, &text, &len);
	if (r < 0) {
		(void)fprintf(stderr, "%s: %s\n", argv[1], strerror(-r));
		return 1;
	}
	out = open(argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0) {
		perror(argv[2]);
		return 1;
	}
	core_build(text, out);
	return 0;
}
