/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between import/suse.c and import/savedir.c. */
#pragma once

#include "import/build.h"

void suse_take_savedir(struct importer *im, const struct setting *s);
/* Do all dumps stay on the machine? */
bool suse_is_local(const struct importer *im);
